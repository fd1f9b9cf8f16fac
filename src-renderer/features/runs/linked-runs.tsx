/** Where a run came from and what followed from it; a click leads there, and what still waits can be hurried or cancelled here. */
import { CornerDownRight, CornerLeftUp } from 'lucide-react'
import { useMemo, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { useEngineMirror } from '../../state/engine-mirror'
import { showRun } from './run-actions'
import { originText } from './run-origin'
import { RunStatusIcon, runStatusText } from './run-status'
import { WaitingCard } from './waiting-card'

function RunLink({ run, words }: { run: Run; words: string }): ReactNode {
  const { t } = useTranslation()
  return (
    <button type="button" className="linked-run" onClick={() => showRun(run.id)}>
      <RunStatusIcon run={run} size={13} />
      <span className="truncate">{words}</span>
      <span className="muted truncate">{runStatusText(run, t)}</span>
    </button>
  )
}

export function LinkedRuns({ run, nowMs }: { run: Run; nowMs: number }): ReactNode {
  const { t } = useTranslation()
  const runs = useEngineMirror((mirror) => mirror.runs)
  const parent = run.parentRunId === null ? undefined : runs[run.parentRunId]
  const followers = useMemo(() => Object.values(runs).filter(({ parentRunId }) => parentRunId === run.id).sort((a, b) => a.createdAtMs - b.createdAtMs), [runs, run.id])
  const origin = originText(run)
  if (origin === null && run.runConfigId === null && run.parentRunId === null && followers.length === 0) return null
  return (
    <div className="linked-runs">
      {(origin !== null || run.runConfigId !== null) && (
        <p className="muted">{[origin && t(origin.key, origin.values), run.runConfigId !== null && t('run.origin.config', { id: run.runConfigId })].filter(Boolean).join(' · ')}</p>
      )}
      {parent !== undefined && (
        <div className="linked-row">
          <CornerLeftUp size={13} aria-label={t('run.linked.from')} />
          <RunLink run={parent} words={parent.pipeline} />
        </div>
      )}
      {parent === undefined && run.parentRunId !== null && <p className="muted">{t('run.linked.gone')}</p>}
      {followers.map((follower) => {
        if (follower.phase === 'waiting') return <WaitingCard key={follower.id} run={follower} nowMs={nowMs} />
        const why = originText(follower)
        return (
          <div key={follower.id} className="linked-row">
            <CornerDownRight size={13} aria-label={t('run.linked.to')} />
            <RunLink run={follower} words={follower.pipeline === run.pipeline && why !== null ? t(why.key, why.values) : follower.pipeline} />
          </div>
        )
      })}
    </div>
  )
}
