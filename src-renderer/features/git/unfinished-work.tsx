/** Says that git is in the middle of something, and leads to where it is ended: finished or aborted. */
import { GitMerge, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Repository } from '@shared/contract/git'
import { openCommits } from '../../state/layout'
import { Button } from '../../ui/button'

/** The one way out, from wherever it is said. */
export function ConflictsButton(): ReactNode {
  const { t } = useTranslation()
  return <Button small kind="primary" icon={<GitMerge size={13} />} onClick={() => openCommits({ name: 'conflicts' })}>{t('gitChanges.toConflicts')}</Button>
}

export function UnfinishedWork({ repository: { unfinished, files } }: { repository: Pick<Repository, 'unfinished' | 'files'> }): ReactNode {
  const { t } = useTranslation()
  // A stash that could not be applied cleanly leaves conflicts and nothing to go on with.
  const isStuck = unfinished !== 'none' || files.some(({ conflict }) => conflict !== null)
  if (!isStuck) return null
  return (
    <div className="callout warn git-unfinished" role="status">
      <TriangleAlert size={15} aria-hidden />
      <span>{t(`gitChanges.unfinished.${unfinished}`)}</span>
      <ConflictsButton />
    </div>
  )
}
