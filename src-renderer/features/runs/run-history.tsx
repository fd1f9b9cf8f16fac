/** Earlier runs; a click reopens the log. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { useLayout } from '../../state/layout'
import { durationText, fullMomentText, momentText } from '../../ui/format'
import { useNow } from '../../ui/use-now'
import { totalMs } from './phase-timeline'
import { showRun } from './run-actions'
import { originText } from './run-origin'
import { RunStatusIcon, runStatusText } from './run-status'
import { useRuns, useShownRun } from './use-shown-run'

const listedRuns = 200

function HistoryItem({ run, isShown, nowMs }: { run: Run; isShown: boolean; nowMs: number }): ReactNode {
  const { t, i18n } = useTranslation()
  const moment = momentText(run.createdAtMs, nowMs, i18n.language)
  const origin = originText(run)
  const status = [runStatusText(run, t), origin && t(origin.key, origin.values), run.runConfigId].filter(Boolean).join(' · ')
  const host = run.runner === 'host' ? `, ${t('runner.host')}` : ''
  return (
    <li>
      <button
        type="button"
        className={`history-item ${isShown ? 'selected' : ''}`}
        aria-current={isShown ? 'true' : undefined}
        aria-label={`${run.pipeline}, ${status}, ${moment}${host}`}
        title={fullMomentText(run.createdAtMs, i18n.language)}
        onClick={() => showRun(run.id)}
      >
        <RunStatusIcon run={run} />
        <span className="history-text">
          <span className="truncate">{run.pipeline}</span>
          <span className="history-status truncate">{status}</span>
        </span>
        <span className="history-times">
          <span>{moment}</span>
          <span>{durationText(totalMs(run, nowMs), i18n.language)}</span>
        </span>
      </button>
    </li>
  )
}

export function RunHistory(): ReactNode {
  const { t } = useTranslation()
  const scope = useLayout((layout) => layout.historyScope)
  const pipeline = useLayout((layout) => layout.selectedPipeline)
  const shown = useShownRun()
  const runs = useRuns(scope === 'all' ? null : pipeline)
  const now = useNow(runs.some((run) => run.phase !== 'finished'), 1000)
  return (
    <div className="history">
      <header className="pane-head">
        <h2 className="pane-title">{t('history.title')}</h2>
        <div className="segmented" role="group" aria-label={t('history.scope')}>
          {(['pipeline', 'all'] as const).map((value) => (
            <button key={value} type="button" aria-pressed={scope === value} onClick={() => useLayout.setState({ historyScope: value })}>
              {t(`history.${value}`)}
            </button>
          ))}
        </div>
      </header>
      {runs.length === 0 && <p className="history-empty muted">{t('history.empty')}</p>}
      <ul className="history-list scroll" aria-label={t('history.region')}>
        {runs.slice(0, listedRuns).map((run) => (
          <HistoryItem key={run.id} run={run} isShown={run.id === shown?.id} nowMs={now} />
        ))}
      </ul>
    </div>
  )
}
