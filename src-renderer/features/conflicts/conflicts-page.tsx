/** What git could not merge: the files, what each side did, and the ways on and out. All of it is read from the repository. */
import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ConflictFile, Conflicts } from '@shared/contract/commits'
import type { GitOperation } from '@shared/contract/git'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { Button } from '../../ui/button'
import { follow } from '../commits/commit-actions'
import { ConflictFileView } from './conflict-file'
import './conflicts.css'

const isBusy = (operations: Readonly<Record<string, GitOperation>>): boolean => Object.values(operations).some(({ finishedAtMs }) => finishedAtMs === null)

async function abort(work: Conflicts['work']): Promise<void> {
  const answer = await ask({ titleKey: 'conflicts.abortTitle', bodyKey: `conflicts.abortBody.${work === 'none' ? 'stash' : work}`, values: {}, details: [], choices: [{ answer: 'abort', labelKey: 'conflicts.abort', kind: 'danger' }] })
  if (answer !== null) await follow(() => api.call('commits.abort', {}))
}

function Ways({ conflicts, left }: { conflicts: Conflicts; left: number }): ReactNode {
  const { t } = useTranslation()
  const busy = useEngineMirror((mirror) => isBusy(mirror.gitOperations))
  const { work, canSkip, step } = conflicts
  return (
    <div className="entry-actions">
      <span role="status">{left === 0 ? t('conflicts.allResolved') : t('conflicts.left', { count: left })}</span>
      {step !== null && <span className="muted">{t('conflicts.step', step)}</span>}
      {work !== 'none' && <Button kind="primary" disabled={left > 0 || busy} onClick={() => void follow(() => api.call('commits.continue', {}))}>{t(`conflicts.continue.${work}`)}</Button>}
      {canSkip && <Button disabled={busy} onClick={() => void follow(() => api.call('commits.skip', {}))}>{t('conflicts.skip')}</Button>}
      {(work !== 'none' || left > 0) && <Button kind="danger" disabled={busy} onClick={() => void abort(work)}>{t('conflicts.abort')}…</Button>}
    </div>
  )
}

export function ConflictsPage(): ReactNode {
  const { t } = useTranslation()
  const changes = useEngineMirror((mirror) => mirror.git?.rev)
  const [conflicts, setConflicts] = useState<Conflicts | null>(null)
  const [openPath, setOpenPath] = useState<string | null>(null)
  useEffect(() => {
    let isCurrent = true
    api.call('commits.conflicts', {}).then((found) => isCurrent && setConflicts(found), reportError)
    return () => {
      isCurrent = false
    }
  }, [changes])
  if (conflicts === null) return <div className="page" />
  const { work, files, ours, theirs } = conflicts
  const shown: ConflictFile | undefined = files.find(({ path }) => path === openPath) ?? files[0]
  return (
    <div className="page scroll">
      <div className="page-inner wide conflict-page">
        <header className="page-head">
          <h1>{t('conflicts.title')}</h1>
        </header>
        {work === 'none' && files.length === 0 ? (
          <p className="card empty-card muted">{t('conflicts.none')}</p>
        ) : (
          <>
            <p className="callout plain">
              <TriangleAlert size={15} aria-hidden />
              <span>
                {t(`conflicts.explained.${work === 'none' ? 'stash' : work}`)} {ours !== null && t('conflicts.oursIs', { commit: ours })} {theirs !== null && t('conflicts.theirsIs', { commit: theirs })}
              </span>
            </p>
            <Ways conflicts={conflicts} left={files.length} />
            {files.length > 0 && (
              <ul className="card history-rows" aria-label={t('conflicts.files')}>
                {files.map((file) => (
                  <li key={file.path}>
                    <button type="button" className="history-row" aria-current={file === shown} onClick={() => setOpenPath(file.path)}>
                      <span className="truncate">{file.path}</span>
                      <span className="muted">{t(`conflicts.kind.${file.kind}`)}</span>
                    </button>
                  </li>
                ))}
              </ul>
            )}
            {shown !== undefined && <ConflictFileView key={shown.path} path={shown.path} onDone={setConflicts} />}
          </>
        )}
      </div>
    </div>
  )
}
