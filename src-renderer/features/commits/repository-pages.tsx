/** The ways from the page of changes to what was committed, and to what could not be merged. */
import { GitMerge, History } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { openCommits } from '../../state/layout'
import { Button } from '../../ui/button'

export function RepositoryPages(): ReactNode {
  const { t } = useTranslation()
  const isStuck = useEngineMirror(({ git }) => git?.repository != null && (git.repository.unfinished !== 'none' || git.repository.files.some(({ conflict }) => conflict !== null)))
  return (
    <div className="entry-actions">
      <Button icon={<History size={14} />} onClick={() => openCommits({ name: 'history', scope: { kind: 'repository' } })}>{t('commits.history')}</Button>
      {isStuck && <Button kind="primary" icon={<GitMerge size={14} />} onClick={() => openCommits({ name: 'conflicts' })}>{t('conflicts.title')}</Button>}
    </div>
  )
}
