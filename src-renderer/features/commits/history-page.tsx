/** The commits of the repository, of a pipeline or of a file, newest first; more as one asks for them. */
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Commit, HistoryScope } from '@shared/contract/commits'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { openCommits } from '../../state/layout'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { fullMomentText, momentText } from '../../ui/format'
import { useNow } from '../../ui/use-now'
import { commitsTabName, shortId } from './commits-tab-name'

type Loaded = { head: string | null; commits: readonly Commit[]; hasMore: boolean }

export function RefList({ commit }: { commit: Pick<Commit, 'refs'> }): ReactNode {
  return commit.refs.map(({ kind, name, isHead }) => (
    <span key={`${kind}/${name}`} className={`badge ${isHead ? 'tone-ok' : 'tone-quiet'}`}>
      {name}
    </span>
  ))
}

function HistoryRow({ commit, scope, nowMs }: { commit: Commit; scope: HistoryScope; nowMs: number }): ReactNode {
  const { t, i18n } = useTranslation()
  return (
    <li>
      <button type="button" className="history-row" title={fullMomentText(commit.authoredAtMs, i18n.language)} onClick={() => openCommits({ name: 'commit', commit: commit.id, pipeline: scope.kind === 'pipeline' ? scope.name : null })}>
        <span className="history-row-subject">
          <span className="truncate">{commit.subject || t('commits.noMessage')}</span>
          <RefList commit={commit} />
        </span>
        <span className="history-row-facts muted">
          <code>{shortId(commit.id)}</code>
          <span className="truncate">{commit.author.name}</span>
          <span>{momentText(commit.authoredAtMs, nowMs, i18n.language)}</span>
          <span>{commit.parents.length > 1 ? t('commits.merge') : t('commits.files', { count: commit.filesChanged })}</span>
        </span>
      </button>
    </li>
  )
}

export function HistoryPage({ scope }: { scope: HistoryScope }): ReactNode {
  const { t } = useTranslation()
  const now = useNow(false)
  const headNow = useEngineMirror((mirror) => mirror.git?.repository?.head.commit ?? null)
  const isShallow = useEngineMirror((mirror) => mirror.git?.repository?.isShallow ?? false)
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const key = JSON.stringify(scope)

  useEffect(() => {
    let isCurrent = true
    api.call('commits.list', { scope, from: null, skip: 0 }).then((page) => isCurrent && setLoaded(page), reportError)
    return () => {
      isCurrent = false
    }
    // A new commit, here or in a terminal, is a new history.
  }, [key, headNow])

  function loadMore(): void {
    if (loaded === null) return
    api.call('commits.list', { scope, from: loaded.head, skip: loaded.commits.length }).then((page) => setLoaded((before) => (before === loaded ? { ...page, commits: [...loaded.commits, ...page.commits] } : before)), reportError)
  }

  return (
    <div className="page scroll">
      <div className="page-inner">
        <header className="page-head">
          <h1>{commitsTabName({ name: 'history', scope }, t)}</h1>
        </header>
        {loaded !== null && loaded.commits.length === 0 && <p className="card empty-card muted">{t('commits.none')}</p>}
        {loaded !== null && loaded.commits.length > 0 && (
          <ul className="card history-rows" aria-label={t('commits.list')}>
            {loaded.commits.map((commit) => (
              <HistoryRow key={commit.id} commit={commit} scope={scope} nowMs={now} />
            ))}
          </ul>
        )}
        {loaded?.hasMore === true && <Button onClick={loadMore}>{t('commits.more')}</Button>}
        {loaded?.hasMore === false && isShallow && <p className="muted">{t('commits.shallow')}</p>}
      </div>
    </div>
  )
}
