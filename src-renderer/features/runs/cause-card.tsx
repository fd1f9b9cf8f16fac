/** Why a run did not succeed, with the one step that helps. */
import { CircleAlert, ClipboardCopy, Database, FileCog, FileText, LocateFixed, RotateCw, Settings, Stethoscope, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { saysMemoryRanOut } from '@shared/memory-notice'
import { openPage } from '../../state/layout'
import { Button } from '../../ui/button'
import { memoryText } from '../../ui/format'
import { Meter } from '../../ui/meter'
import { spanText } from '../../ui/span'
import { openFile } from '../editor/document-actions'
import { checkTools } from '../tools/tool-actions'
import { nextStepOf, type NextStep } from './cause'
import { copyReport, openConfigField } from './cause-actions'
import { causeText, type CauseText } from './cause-text'
import { goToError } from './go-to-error'
import { runAgain } from './run-actions'
import { outcomeTone } from './run-status'

function MemoryMeter({ run }: { run: Run }): ReactNode {
  const { t, i18n } = useTranslation()
  const { memoryLimitBytes, peakMemoryBytes } = run
  if (memoryLimitBytes === null) return null
  // Measured once a second: the moment in which the limit was reached is hardly ever among the samples.
  const measured = peakMemoryBytes === null ? null : Math.min(peakMemoryBytes, memoryLimitBytes)
  const label = measured === null ? t('run.memory.limit', { limit: memoryText(memoryLimitBytes, i18n.language) }) : t('run.memory.measured', { peak: memoryText(measured, i18n.language), limit: memoryText(memoryLimitBytes, i18n.language) })
  return (
    <div className="memory-meter">
      <Meter label={label} value={measured ?? memoryLimitBytes} total={memoryLimitBytes} />
      <p className="muted">{label}</p>
    </div>
  )
}

function StepButton({ run, step }: { run: Run; step: NextStep }): ReactNode {
  const { t } = useTranslation()
  switch (step.kind) {
    case 'config':
      return (
        <Button small icon={<FileCog size={13} />} onClick={() => void openConfigField(run, step.field)}>
          {t('run.fix.config', { field: step.field })}
        </Button>
      )
    case 'requirements':
      return (
        <Button small icon={<FileText size={13} />} onClick={() => openFile(run.pipeline, step.path, { line: step.line ?? 1 })}>
          {step.line === null ? t('run.fix.requirements', { path: step.path }) : t('run.fix.requirementsLine', { path: step.path, line: step.line })}
        </Button>
      )
    case 'code':
      return (
        <Button small icon={<LocateFixed size={13} />} onClick={goToError}>
          {t('action.run.goToError')}
        </Button>
      )
    case 'settings':
      return (
        <Button small icon={<Settings size={13} />} onClick={() => openPage('settings')}>
          {t('run.fix.settings')}
        </Button>
      )
    case 'cache':
      return (
        <Button small icon={<Database size={13} />} onClick={() => openPage('cache')}>
          {t('run.fix.cache')}
        </Button>
      )
    case 'doctor':
      return (
        <Button small icon={<Stethoscope size={13} />} onClick={() => { openPage('doctor'); void checkTools() }}>
          {t('run.fix.doctor')}
        </Button>
      )
    case 'again':
      return (
        <Button small icon={<RotateCw size={13} />} onClick={() => void runAgain(run.pipeline, { runConfigId: run.runConfigId })}>
          {t('action.run.again')}
        </Button>
      )
  }
}

function Sentences({ text }: { text: CauseText }): ReactNode {
  const { t, i18n } = useTranslation()
  const values = {
    limit: text.memoryLimitBytes === null ? '' : memoryText(text.memoryLimitBytes, i18n.language),
    timeout: text.timeoutSeconds === null ? '' : spanText(text.timeoutSeconds, i18n.language),
    exitCode: text.exitCode ?? '',
  }
  return (
    <>
      {text.key !== null && <p className="selectable">{t(text.key, values)}</p>}
      {text.detail !== null && <p className={`selectable ${text.key === null ? '' : 'muted'}`}>{text.detail}</p>}
    </>
  )
}

/** A run that succeeded has one only when it ran out of memory on the way: its notice says so, the card brings the limit. */
export function CauseCard({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  const text = causeText(run)
  const step = nextStepOf(run)
  const warning = run.outcome === 'succeeded' ? run.notices.find(saysMemoryRanOut) : undefined
  if (text === null && warning === undefined) return null
  const isFailure = run.outcome !== null && outcomeTone(run.outcome) === 'danger'
  return (
    <div className={`callout ${isFailure ? 'danger' : warning ? 'warn' : 'plain'}`} role={isFailure ? 'alert' : 'status'}>
      {warning ? <TriangleAlert size={15} aria-hidden /> : <CircleAlert size={15} aria-hidden />}
      <div className="callout-text">
        {text !== null && <Sentences text={text} />}
        {warning && <p className="selectable">{warning.message}</p>}
        {(run.outcome === 'out-of-memory' || (warning && run.peakMemoryBytes !== null)) && <MemoryMeter run={run} />}
        {run.outcome !== 'stopped' && (
          <div className="callout-actions">
            {step !== null && <StepButton run={run} step={step} />}
            <Button small kind="quiet" icon={<ClipboardCopy size={13} />} onClick={() => void copyReport(run)}>
              {t('run.fix.report')}
            </Button>
          </div>
        )}
      </div>
    </div>
  )
}
