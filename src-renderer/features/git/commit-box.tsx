/** The message of the next commit, and the last one with its undo. */
import { Check, LoaderCircle } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { Repository } from '@shared/contract/git'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { canCommit, commit, enterWorkspace, lookAtLastCommit, setAmend, setSignOff, undoCommit, useCommitDraft, writeMessage } from './commit-actions'

export function CommitBox({ repository }: { repository: Repository }): ReactNode {
  const { t } = useTranslation()
  const { message, amend, signOff, isCommitting, last } = useCommitDraft()
  const root = useEngineMirror((mirror) => mirror.workspace?.workspace?.root ?? '')
  const { commit: head } = repository.head
  const upstream = repository.upstream
  useEffect(() => {
    enterWorkspace(root)
    void lookAtLastCommit()
  }, [root, head, upstream?.ahead, upstream?.name])
  const staged = repository.files.filter((file) => file.staged !== null).length

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    void commit()
  }

  return (
    <section className="commit-box" aria-label={t('gitChanges.commit')}>
      <textarea
        className="input commit-message"
        rows={message.includes('\n') ? 4 : 2}
        aria-label={t('gitChanges.message')}
        placeholder={t('gitChanges.messageOn', { branch: repository.head.branch ?? t('gitChanges.detached') })}
        value={message}
        onChange={(event) => writeMessage(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="commit-line">
        <Button kind="primary" small disabled={!canCommit()} icon={isCommitting ? <LoaderCircle size={13} className="spin" /> : <Check size={13} />} onClick={() => void commit()}>
          {amend ? t('gitChanges.amend') : staged > 0 ? t('gitChanges.commitCount', { count: staged }) : t('gitChanges.commit')}
        </Button>
        <label className="commit-option">
          <input type="checkbox" checked={amend} disabled={last === null} onChange={(event) => setAmend(event.target.checked)} />
          {t('gitChanges.amendOption')}
        </label>
        <label className="commit-option">
          <input type="checkbox" checked={signOff} onChange={(event) => setSignOff(event.target.checked)} />
          {t('gitChanges.signOff')}
        </label>
      </div>
      {amend && last?.isPushed === true && <p className="tone-warn commit-note" role="status">{t('gitChanges.amendPushed.body')}</p>}
      {last !== null && (
        <p className="commit-note muted">
          <span className="truncate">{t('gitChanges.last', { subject: last.message.split('\n')[0] ?? '' })}</span>
          {!last.isPushed && !last.isMerge && (
            <Button small kind="quiet" onClick={() => void undoCommit()}>
              {t('action.git.undoCommit')}
            </Button>
          )}
        </p>
      )}
    </section>
  )
}
