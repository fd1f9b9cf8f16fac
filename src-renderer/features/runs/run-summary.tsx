/** The region "Run": what the shown run is doing or how it ended, why, and what to do next. */
import { Box, ChevronDown, ChevronRight, Info, Monitor, RotateCw, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { saysItWasTheCache } from '@shared/cache-notice'
import { saysMemoryRanOut } from '@shared/memory-notice'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { Button } from '../../ui/button'
import { durationText } from '../../ui/format'
import { useNow } from '../../ui/use-now'
import { nextStepOf } from './cause'
import { CauseCard } from './cause-card'
import { LinkedRuns } from './linked-runs'
import { PhaseList } from './phase-list'
import { phaseTimeline, startingSteps, totalMs } from './phase-timeline'
import { runAgain } from './run-actions'
import { RunFacts } from './run-facts'
import { RunMetrics } from './run-metrics'
import { RunStatusIcon, runStatusText } from './run-status'
import { WaitingCard } from './waiting-card'

function RunnerMark({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  const Icon = run.runner === 'docker' ? Box : Monitor
  return (
    <span className={`runner-mark ${run.runner === 'host' ? 'tone-warn' : 'muted'}`}>
      <Icon size={13} aria-hidden />
      {t(`runner.${run.runner}`)}
    </span>
  )
}

export function RunSummary({ run }: { run: Run }): ReactNode {
  const { t, i18n } = useTranslation()
  const followedBy = useEngineMirror((mirror) => Object.values(mirror.runs).some((other) => other.parentRunId === run.id && other.phase === 'waiting'))
  const now = useNow(run.phase !== 'finished' || followedBy)
  const total = totalMs(run, now)
  const detailsOpen = useLayout((layout) => layout.runDetailsOpen)
  return (
    <section className="run-summary scroll" aria-label={t('run.region')}>
      <header className="run-head">
        <RunStatusIcon run={run} size={18} />
        <div className="run-head-text">
          <span className="run-status" role="status">
            {runStatusText(run, t)}
          </span>
          <span className="run-name truncate">{run.ofCommit === null ? run.pipeline : `${run.pipeline} · ${t('commits.ranAt', { id: run.ofCommit.slice(0, 8) })}`}</span>
        </div>
        {total !== null && <span className="run-total">{durationText(total, i18n.language)}</span>}
      </header>
      <RunnerMark run={run} />
      <CauseCard run={run} />
      <LinkedRuns run={run} nowMs={now} />
      {run.notices.filter((notice) => run.outcome !== 'succeeded' || !saysMemoryRanOut(notice)).filter((notice) => !saysItWasTheCache(notice)).map((notice) => (
        <div key={notice.message} className={`callout ${notice.severity === 'warning' ? 'warn' : 'plain'}`} role="status">
          {notice.severity === 'warning' ? <TriangleAlert size={15} aria-hidden /> : <Info size={15} aria-hidden />}
          <p className="selectable">{notice.message}</p>
        </div>
      ))}
      <WaitingCard run={run} nowMs={now} />
      {run.phase !== 'waiting' && run.phase !== 'queued' && <PhaseList steps={phaseTimeline(run, now)} />}
      <RunMetrics run={run} />
      <div className="run-buttons">
        <Button small kind="quiet" icon={detailsOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />} aria-expanded={detailsOpen} onClick={() => useLayout.setState({ runDetailsOpen: !detailsOpen })}>
          {t('run.details')}
        </Button>
        {run.phase === 'finished' && nextStepOf(run)?.kind !== 'again' && (
          <Button small kind="quiet" icon={<RotateCw size={13} />} onClick={() => void runAgain(run.pipeline, { runConfigId: run.runConfigId })}>
            {t('action.run.again')}
          </Button>
        )}
      </div>
      {detailsOpen && <RunFacts run={run} />}
    </section>
  )
}

/** Shown from the click on Run until the engine has answered. */
export function StartingSummary({ pipeline }: { pipeline: string }): ReactNode {
  const { t } = useTranslation()
  return (
    <section className="run-summary" aria-label={t('run.region')}>
      <header className="run-head">
        <div className="run-head-text">
          <span className="run-status" role="status">
            {t('run.asked')}
          </span>
          <span className="run-name truncate">{pipeline}</span>
        </div>
      </header>
      <PhaseList steps={startingSteps} />
    </section>
  )
}
