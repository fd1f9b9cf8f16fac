/** Commits with who, what and which files. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { CommitList } from '@shared/contract/remote'

export function CommitItems({ label, list }: { label: string; list: CommitList }): ReactNode {
  const { t } = useTranslation()
  if (list.commits.length === 0) return null
  return (
    <section aria-label={label}>
      <h3 className="remote-heading">{label}</h3>
      <ul className="card remote-commits scroll" aria-label={label}>
        {list.commits.map(({ commit, author, subject, files, fileCount }) => (
          <li key={commit}>
            <strong>{subject}</strong>{' '}
            <span className="muted">
              {author}, <code>{commit.slice(0, 8)}</code>
            </span>
            <p className="muted">{[files.join(', '), ...(fileCount > files.length ? [t('remote.omitted', { count: fileCount - files.length })] : [])].join(', ')}</p>
          </li>
        ))}
        {list.omitted > 0 && <li className="muted">{t('remote.omitted', { count: list.omitted })}</li>}
      </ul>
    </section>
  )
}
