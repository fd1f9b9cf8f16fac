/** What changed in the workspace's repository, and where it stands against its remote. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { RepositoryPages } from '../commits/repository-pages'
import { StrippingSwitch } from '../commits/stripping-switch'
import { useEngineMirror } from '../../state/engine-mirror'

export function GitPage(): ReactNode {
  const { t } = useTranslation()
  const git = useEngineMirror((mirror) => mirror.git)
  const repository = git?.repository ?? null
  return (
    <div className="page scroll">
      <div className="page-inner">
        <header className="page-head">
          <h1>{t('git.title')}</h1>
        </header>
        {git?.problem != null && <p className="card empty-card tone-warn" role="alert">{git.problem.message}</p>}
        {git !== null && git.problem === null && repository === null && <p className="card empty-card muted">{t('git.none')}</p>}
        {repository !== null && <RepositoryPages />}
        {repository !== null && (
          <ul className="card entry-list" aria-label={t('git.changes')}>
            {repository.files.map(({ path }) => (
              <li key={path} className="entry">
                {path}
              </li>
            ))}
          </ul>
        )}
        {repository !== null && <StrippingSwitch />}
      </div>
    </div>
  )
}
