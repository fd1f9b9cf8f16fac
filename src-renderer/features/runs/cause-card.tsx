/** Why a run did not succeed, with the one step that helps. */
import { CircleAlert, ClipboardCopy, FileCog, FileText, LocateFixed, Settings, Stethoscope } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { openPage } from '../../state/layout'
import { Button } from '../../ui/button'
import { memoryText } from '../../ui/format'
import { Meter } from '../../ui/meter'
import { checkTools } from '../tools/tool-actions'
import { nextStepOf, type NextStep } from './cause'
import { copyReport, openConfigField, openRequirements } from './cause-actions'
import { goToError } from './go-to-error'
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
        <Button small icon={<FileText size={13} />} onClick={() => openRequirements(run)}>
          {t('run.fix.requirements')}
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
    case 'doctor':
      return (
        <Button small icon={<Stethoscope size={13} />} onClick={() => { openPage('doctor'); void checkTools() }}>
          {t('run.fix.doctor')}
        </Button>
      )
  }
}

export function CauseCard({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  if (run.outcome === null || run.outcome === 'succeeded' || run.reason === null) return null
  const isFailure = outcomeTone(run.outcome) === 'danger'
  const step = nextStepOf(run)
  return (
    <div className={`callout ${isFailure ? 'danger' : 'plain'}`} role={isFailure ? 'alert' : 'status'}>
      <CircleAlert size={15} aria-hidden />
      <div className="callout-text">
        <p className="selectable">{run.reason}</p>
        {run.outcome === 'out-of-memory' && <MemoryMeter run={run} />}
        {isFailure && (
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
