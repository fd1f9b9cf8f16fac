/** Branches, tags, stashes and what was discarded: each a list that opens, with what can be done to its entries. */
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Branch, Stash } from '@shared/contract/git-changes'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { byteText, momentText } from '../../ui/format'
import { applyStash, deleteBranch, deleteTag, dropStash, lookAtBranches, switchTo, useGitLists } from './branch-actions'
import { shownPath } from './change-rows'
import { undoDiscard } from './change-actions'
import { openGitDialog } from './git-dialog-state'
import { GitSection } from './git-section'

function BranchEntry({ branch }: { branch: Branch }): ReactNode {
  const { t, i18n } = useTranslation()
  const { name, isRemote, isCurrent, ahead, behind, isGone, upstream, subject, author, atMs } = branch
  return (
    <li className="entry" aria-label={name}>
      <div className="entry-text">
        <code>{name}</code> {isCurrent && <span className="badge tone-ok">{t('gitChanges.branch.current')}</span>}{' '}
        {upstream !== null && <span className="entry-note">{isGone ? t('gitChanges.branch.gone', { upstream }) : t('gitChanges.branch.follows', { upstream, ahead, behind })}</span>}
        <p className="muted truncate">
          {subject} · {author}, {momentText(atMs, Date.now(), i18n.language)}
        </p>
      </div>
      <div className="entry-actions">
        {!isCurrent && <Button small aria-label={t('gitChanges.branch.switchTo', { name })} onClick={() => void switchTo(name, isRemote)}>{t('gitChanges.branch.switch')}</Button>}
        <Button small kind="quiet" aria-label={t('gitChanges.branch.fromOf', { name })} onClick={() => openGitDialog({ kind: 'new-branch', from: name })}>{t('gitChanges.branch.from')}</Button>
        {!isRemote && <Button small kind="quiet" aria-label={t('gitChanges.branch.renameOf', { name })} onClick={() => openGitDialog({ kind: 'rename-branch', name })}>{t('gitChanges.branch.rename')}</Button>}
        {!isRemote && !isCurrent && <Button small kind="quiet" aria-label={t('gitChanges.branch.deleteOf', { name })} onClick={() => void deleteBranch(branch)}>{t('gitChanges.branch.delete')}</Button>}
      </div>
    </li>
  )
}

function StashEntry({ stash: { commit, message, atMs } }: { stash: Stash }): ReactNode {
  const { t, i18n } = useTranslation()
  const [files, setFiles] = useState<string[] | null>(null)
  const toggle = (): void => {
    if (files !== null) return setFiles(null)
    api.call('git.stashFiles', { commit }).then((answer) => setFiles(answer.files), reportError)
  }
  return (
    <li className="entry" aria-label={message}>
      <div className="entry-text">
        {message}
        <p className="muted">{momentText(atMs, Date.now(), i18n.language)}</p>
        {files !== null && <pre className="git-output selectable scroll">{files.map(shownPath).join('\n')}</pre>}
      </div>
      <div className="entry-actions">
        <Button small aria-label={t('gitChanges.stash.popOf', { message })} onClick={() => void applyStash(commit, true)}>{t('gitChanges.stash.pop')}</Button>
        <Button small kind="quiet" aria-label={t('gitChanges.stash.applyOf', { message })} onClick={() => void applyStash(commit, false)}>{t('gitChanges.stash.apply')}</Button>
        <Button small kind="quiet" aria-expanded={files !== null} aria-label={t('gitChanges.stash.filesOf', { message })} onClick={toggle}>{t('gitChanges.stash.files')}</Button>
        <Button small kind="quiet" aria-label={t('gitChanges.stash.dropOf', { message })} onClick={() => void dropStash(commit)}>{t('gitChanges.stash.drop')}</Button>
      </div>
    </li>
  )
}

const mostBranches = 200

export function RepositoryLists(): ReactNode {
  const { t, i18n } = useTranslation()
  const { branches, tags, stashes, discarded } = useGitLists()
  const looks = useEngineMirror((mirror) => mirror.gitLooks)
  const [filter, setFilter] = useState('')
  useEffect(() => void lookAtBranches(), [looks])
  const shown = branches.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
  return (
    <>
      <GitSection title={t('gitChanges.branch.title')} count={branches.length} action={<Button small kind="quiet" onClick={() => openGitDialog({ kind: 'new-branch', from: null })}>{t('action.git.newBranch')}</Button>}>
        {branches.length > 8 && <input className="input small" type="search" aria-label={t('gitChanges.branch.filter')} placeholder={t('gitChanges.branch.filter')} value={filter} onChange={(event) => setFilter(event.target.value)} />}
        <ul className="card entry-list" aria-label={t('gitChanges.branch.title')}>
          {shown.slice(0, mostBranches).map((branch) => (
            <BranchEntry key={`${branch.isRemote} ${branch.name}`} branch={branch} />
          ))}
        </ul>
        {shown.length > mostBranches && <p className="muted">{t('gitChanges.branch.more', { count: shown.length - mostBranches })}</p>}
      </GitSection>
      <GitSection title={t('gitChanges.stash.title')} count={stashes.length} action={<Button small kind="quiet" onClick={() => openGitDialog({ kind: 'stash' })}>{t('action.git.stash')}</Button>}>
        {stashes.length === 0 ? <p className="card empty-card muted">{t('gitChanges.stash.none')}</p> : <ul className="card entry-list" aria-label={t('gitChanges.stash.title')}>{stashes.map((stash) => <StashEntry key={stash.commit} stash={stash} />)}</ul>}
      </GitSection>
      <GitSection title={t('gitChanges.tag.title')} count={tags.length} action={<Button small kind="quiet" onClick={() => openGitDialog({ kind: 'new-tag' })}>{t('action.git.newTag')}</Button>}>
        {tags.length === 0 ? (
          <p className="card empty-card muted">{t('gitChanges.tag.none')}</p>
        ) : (
          <ul className="card entry-list" aria-label={t('gitChanges.tag.title')}>
            {tags.slice(0, mostBranches).map(({ name, subject, atMs }) => (
              <li key={name} className="entry" aria-label={name}>
                <div className="entry-text">
                  <code>{name}</code>
                  <p className="muted truncate">{subject} · {momentText(atMs, Date.now(), i18n.language)}</p>
                </div>
                <Button small kind="quiet" aria-label={t('gitChanges.tag.deleteOf', { name })} onClick={() => void deleteTag(name).then(lookAtBranches)}>{t('gitChanges.branch.delete')}</Button>
              </li>
            ))}
          </ul>
        )}
      </GitSection>
      <GitSection title={t('gitChanges.discard.kept')} count={discarded.length} action={null}>
        {discarded.length === 0 ? (
          <p className="card empty-card muted">{t('gitChanges.discard.none')}</p>
        ) : (
          <ul className="card entry-list" aria-label={t('gitChanges.discard.kept')}>
            {discarded.map(({ id, atMs, files, totalBytes }) => (
              <li key={id} className="entry">
                <div className="entry-text">
                  {files.slice(0, 5).map(({ path }) => shownPath(path)).join(', ')}{files.length > 5 ? ', …' : ''}
                  <p className="muted">{t('gitChanges.discard.about', { count: files.length, size: byteText(totalBytes, i18n.language), when: momentText(atMs, Date.now(), i18n.language) })}</p>
                </div>
                <Button small onClick={() => void undoDiscard(id).then(lookAtBranches)}>{t('gitChanges.discard.putBack')}</Button>
              </li>
            ))}
          </ul>
        )}
      </GitSection>
    </>
  )
}
