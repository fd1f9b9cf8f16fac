/** A file as it was in a commit; read only. */
import { History } from 'lucide-react'
import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { RevisionFile } from '@shared/contract/commits'
import { api } from '../../api'
import { openCommits } from '../../state/layout'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { commitsTabName } from './commits-tab-name'

const TextView = lazy(() => import('./text-view').then((module) => ({ default: module.TextView })))

export function RevisionPage({ commit, path }: { commit: string; path: string }): ReactNode {
  const { t } = useTranslation()
  const [file, setFile] = useState<RevisionFile | null>(null)
  const name = commitsTabName({ name: 'file', commit, path }, t)
  useEffect(() => void api.call('commits.readFile', { revision: commit, path }).then(setFile, reportError), [commit, path])
  return (
    <div className="document-page">
      <div className="editor-bar" role="status">
        <History size={15} aria-hidden />
        <span className="editor-bar-text">{t('commits.readOnly', { name })}</span>
        <Button small onClick={() => openCommits({ name: 'commit', commit, pipeline: null })}>{t('commits.showCommit')}</Button>
      </div>
      {file !== null && file.text === null && <p className="page-message">{t(`commits.state.${file.state}`)}</p>}
      <Suspense fallback={<div className="editor-loading" />}>{file?.text != null && <TextView path={path} text={file.text} label={name} />}</Suspense>
    </div>
  )
}
