/** What changed in the workspace's repository: staging, committing, pushing, and the lists of what else is in it. */
import { FolderGit2, History, RefreshCw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Repository } from '@shared/contract/git'
import type { WireError } from '@shared/app-error'
import { api } from '../../api'
import { StrippingSwitch } from '../commits/stripping-switch'
import { useEngineMirror } from '../../state/engine-mirror'
import { errorText } from '../../state/error-text'
import { openCommits } from '../../state/layout'
import { reportError } from '../../state/notices'
import { Button, IconButton } from '../../ui/button'
import { discard, initRepository, stage, unstage } from './change-actions'
import { ChangesTree } from './changes-tree'
import { matchesPath } from './change-rows'
import { CommitBox } from './commit-box'
import { OperationCard } from './operation-card'
import { RepositoryLists } from './repository-lists'
import { UnfinishedWork } from './unfinished-work'
import { RemoteButtons, RemoteSections, Remarks } from '../remote/remote-sections'
import './git.css'

function NoRepository(): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="page-message">
      <FolderGit2 size={36} strokeWidth={1.4} aria-hidden />
      <h2>{t('git.none')}</h2>
      <p className="muted">{t('gitChanges.init.explained')}</p>
      <div className="page-message-actions">
        <Button kind="primary" onClick={() => void initRepository()}>{t('gitChanges.init.make')}</Button>
      </div>
    </div>
  )
}

function Problem({ problem }: { problem: WireError }): ReactNode {
  const { t } = useTranslation()
  const text = errorText(problem.code)
  return (
    <div className="page-message" role="alert">
      <h2>{t(text.titleKey, problem.details)}</h2>
      <p className="muted selectable">{problem.message}</p>
      <p>{t(text.hintKey, problem.details)}</p>
      <div className="page-message-actions">
        <Button onClick={() => void api.call('git.refresh', {}).catch(reportError)}>{t('editor.tryAgain')}</Button>
      </div>
    </div>
  )
}

function Changes({ repository }: { repository: Repository }): ReactNode {
  const { t } = useTranslation()
  const [filter, setFilter] = useState('')
  const { files, omitted } = repository
  const shown = filter.trim() === '' ? files : files.filter(({ path }) => matchesPath(path, filter.trim()))
  const paths = filter.trim() === '' ? null : shown.map(({ path }) => path)
  const hasStaged = shown.some(({ staged }) => staged !== null)
  const hasUnstaged = shown.some(({ unstaged, conflict }) => unstaged !== null || conflict !== null)
  return (
    <>
      <UnfinishedWork repository={repository} />
      <Remarks repository={repository} />
      <CommitBox repository={repository} />
      <OperationCard />
      <section className="changes-section" aria-label={t('git.changes')}>
        {files.length > 0 && <div className="changes-head">
          <input className="input small" type="search" aria-label={t('gitChanges.filter')} placeholder={t('gitChanges.filter')} value={filter} onChange={(event) => setFilter(event.target.value)} />
          <span className="muted" role="status">{t('gitChanges.changedFiles', { count: shown.length + (paths === null ? omitted : 0) })}</span>
          <Button small disabled={!hasUnstaged} onClick={() => void stage(paths)}>{t(paths === null ? 'gitChanges.stageAll' : 'gitChanges.stageShown')}</Button>
          <Button small kind="quiet" disabled={!hasStaged} onClick={() => void unstage(paths)}>{t(paths === null ? 'gitChanges.unstageAll' : 'gitChanges.unstageShown')}</Button>
          <Button small kind="quiet" disabled={shown.length === 0} onClick={() => void discard(shown.filter(({ conflict }) => conflict === null))}>{t(paths === null ? 'gitChanges.discardAll' : 'gitChanges.discardShown')}</Button>
        </div>}
        {files.length === 0 ? (
          <p className="card empty-card muted">{t('gitChanges.clean')}</p>
        ) : shown.length === 0 ? (
          <p className="card empty-card muted">{t('gitChanges.noneMatches')}</p>
        ) : (
          <ChangesTree files={shown} />
        )}
        {omitted > 0 && <p className="muted">{t('gitChanges.omitted', { count: omitted })}</p>}
      </section>
      <RepositoryLists />
      <RemoteSections />
      <StrippingSwitch />
    </>
  )
}

export function GitPage(): ReactNode {
  const { t } = useTranslation()
  const git = useEngineMirror((mirror) => mirror.git)
  const repository = git?.repository ?? null
  return (
    <div className="page scroll git-page">
      <div className="page-inner">
        <header className="page-head">
          <h1>{t('git.title')}</h1>
          <div className="entry-actions">
            <RemoteButtons />
            {repository !== null && <Button small icon={<History size={13} />} onClick={() => openCommits({ name: 'history', scope: { kind: 'repository' } })}>{t('commits.history')}</Button>}
            <IconButton label={t('action.git.refresh')} icon={<RefreshCw size={14} />} onClick={() => void api.call('git.refresh', {}).catch(reportError)} />
          </div>
        </header>
        {git?.problem != null && <Problem problem={git.problem} />}
        {git !== null && git.problem === null && repository === null && <NoRepository />}
        {repository !== null && <Changes repository={repository} />}
      </div>
    </div>
  )
}
