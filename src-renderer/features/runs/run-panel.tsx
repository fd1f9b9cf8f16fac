/** The bottom panel: history, the shown run and its log. */
import { Play } from 'lucide-react'
import { type ReactNode, Suspense, lazy } from 'react'
import { useTranslation } from 'react-i18next'
import { useLayout } from '../../state/layout'
import { keysText } from '../palette/keys'
import { useEngineMirror } from '../../state/engine-mirror'
import { usePendingStart } from './run-actions'
import { RunHistory } from './run-history'
import { RunSummary, StartingSummary } from './run-summary'
import { useShownRun } from './use-shown-run'

const CellsPanel = lazy(() => import('../cells/cells-panel').then((module) => ({ default: module.CellsPanel })))
// xterm is half of the first screen's code and not needed before there is a run.
const LogPanel = lazy(() => import('./log-panel').then((module) => ({ default: module.LogPanel })))

function NoRun(): ReactNode {
  const { t } = useTranslation()
  const pipeline = useLayout((layout) => layout.selectedPipeline)
  const isLoaded = useEngineMirror((mirror) => mirror.runsLoaded)
  return (
    <section className="no-run" aria-label={t('run.region')}>
      {isLoaded && (
        <>
          <Play size={28} strokeWidth={1.4} aria-hidden />
          <h2>{pipeline === null ? t('run.none.noPipeline') : t('run.none.title', { pipeline })}</h2>
          <p className="muted">{t('run.none.hint', { keys: keysText('F5') })}</p>
        </>
      )}
    </section>
  )
}

export function RunPanel(): ReactNode {
  const run = useShownRun()
  const pending = usePendingStart((state) => state.pipeline)
  const shown = pending === null ? run : null
  const showsCells = useLayout((layout) => layout.notebookOutput === 'cells') && shown !== null && shown.cells !== null
  return (
    <div className="run-panel">
      <div className="run-columns">
        <RunHistory />
        {pending !== null && <StartingSummary pipeline={pending} />}
        {shown !== null && <RunSummary run={shown} />}
        {shown === null && pending === null && <NoRun />}
      </div>
      {pending !== null && <div className="log" />}
      {shown !== null && (
        <Suspense fallback={<div className="log" />}>
          {showsCells ? <CellsPanel key={shown.id} run={shown} /> : <LogPanel key={shown.id} run={shown} />}
        </Suspense>
      )}
    </div>
  )
}
