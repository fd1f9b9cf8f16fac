/** Under the top bar: what git is at with a remote, with progress, cancel, and for whom it waits; and why the last one failed. */
import { GitBranch, LoaderCircle, Square } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { GitOperation } from '@shared/contract/git'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { useNow } from '../../ui/use-now'
import { cancelOperation, useDismissed } from './remote-actions'
import { isLive, isWithRemote } from '../git/operations'
import { isStuck } from '../git/unfinished-work'
import { RejectionCard } from './rejection-card'
import './remote.css'

const silentMs = 10_000

function Running({ operation }: { operation: GitOperation }): ReactNode {
  const { t } = useTranslation()
  const nowMs = useNow(true, 1000)
  const silent = nowMs - operation.heardAtMs
  const waits = operation.state === 'waiting' ? t('remote.waitsForAnswer') : silent > silentMs ? t('remote.waitsFor', { what: operation.waitsFor ?? 'git', seconds: Math.round(silent / 1000) }) : null
  return (
    <div className="banner info" role="status">
      <div className="banner-line">
        <LoaderCircle size={15} className="spin" aria-hidden />
        <span className="banner-text truncate">
          {t(`remote.running.${operation.kind}`)}
          {operation.stage !== null && <span className="muted"> {operation.stage}</span>}
          {waits !== null && <span className="tone-warn"> {waits}</span>}
        </span>
        {operation.percent !== null && <progress max={100} value={operation.percent} aria-label={t(`remote.running.${operation.kind}`)} />}
        <Button small icon={<Square size={13} />} onClick={() => void cancelOperation(operation.id)}>
          {t('cancel')}
        </Button>
      </div>
    </div>
  )
}

export function OperationStrip(): ReactNode {
  const { t } = useTranslation()
  const operations = useEngineMirror((mirror) => mirror.gitOperations)
  const dismissed = useDismissed((state) => state.ids)
  const isOver = useEngineMirror(({ git }) => git?.repository != null && !isStuck(git.repository))
  const all = Object.values(operations).sort((a, b) => b.startedAtMs - a.startedAtMs)
  const live = all.find(isLive)
  if (live !== undefined) return <Running operation={live} />
  const newest = all.find(isWithRemote)
  if (newest?.state !== 'failed' || newest.isAutomatic || newest.error === null || dismissed.includes(newest.id)) return null
  // Resolved or aborted, here or in a terminal.
  if (newest.kind === 'pull' && (newest.error.code === 'git/conflict' || newest.error.code === 'git/unfinished') && isOver) return null
  return (
    <section className="banner danger" aria-label={t('remote.failed', { what: t(`remote.name.${newest.kind}`) })}>
      <div className="banner-line rejection-line">
        <GitBranch size={15} aria-hidden />
        <RejectionCard key={newest.id} operation={newest} error={newest.error} />
      </div>
    </section>
  )
}
