/** Says that git is in the middle of something, and leads to where it is ended: finished or aborted. */
import { GitMerge, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Repository } from '@shared/contract/git'
import { useEngineMirror } from '../../state/engine-mirror'
import { openCommits } from '../../state/layout'
import { Button } from '../../ui/button'

/** A stash that could not be applied cleanly leaves conflicts and nothing to go on with. */
export function isStuck({ unfinished, files }: Pick<Repository, 'unfinished' | 'files'>): boolean {
  return unfinished !== 'none' || files.some(({ conflict }) => conflict !== null)
}

/** The one way out, from wherever it is said. */
export function ConflictsButton({ onLeave }: { onLeave?: () => void }): ReactNode {
  const { t } = useTranslation()
  // What did not fit may be a stash by now: nothing is left to resolve.
  const hasWay = useEngineMirror(({ git }) => git?.repository != null && isStuck(git.repository))
  if (!hasWay) return null
  function go(): void {
    openCommits({ name: 'conflicts' })
    onLeave?.()
  }
  return <Button small kind="primary" icon={<GitMerge size={13} />} onClick={go}>{t('gitChanges.toConflicts')}</Button>
}

export function UnfinishedWork({ repository }: { repository: Repository }): ReactNode {
  const { t } = useTranslation()
  if (!isStuck(repository)) return null
  return (
    <div className="callout warn git-unfinished" role="status">
      <TriangleAlert size={15} aria-hidden />
      <span>{t(`gitChanges.unfinished.${repository.unfinished}`)}</span>
      <ConflictsButton />
    </div>
  )
}
