/** One commit: who, when, why, what it changed; and the ways back: revert it, undo a revert, run a pipeline as it was. */
import { History, Play, RotateCcw, Undo2 } from 'lucide-react'
import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CommitFile, RevisionFile } from '@shared/contract/commits'
import type { ApiOutput } from '@shared/contract/index'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { closeTab, openCommits, tabId } from '../../state/layout'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { fullMomentText } from '../../ui/format'
import { NotebookDiff } from '../notebook-diff/notebook-diff'
import { repositoryPath, revertCommit, runCommit, undoRevert } from './commit-actions'
import { shortId } from './commits-tab-name'
import { RefList } from './history-page'

const TextCompare = lazy(() => import('./text-compare').then((module) => ({ default: module.TextCompare })))

type Details = ApiOutput<'commits.get'>
type Sides = { before: RevisionFile; after: RevisionFile }

const nothing: RevisionFile = { state: 'absent', text: null, sizeBytes: 0 }

async function loadSides(details: Details, file: CommitFile, withWorkingTree: boolean): Promise<Sides> {
  const parent = details.commit.parents[0] ?? null
  const read = (revision: string | null, path: string): Promise<RevisionFile> => api.call('commits.readFile', { revision, path })
  const here = read(details.commit.id, file.path)
  if (withWorkingTree) return { before: await here, after: await read(null, file.path) }
  return { before: parent === null ? nothing : await read(parent, file.from ?? file.path), after: await here }
}

function FileDiff({ details, file, withWorkingTree }: { details: Details; file: CommitFile; withWorkingTree: boolean }): ReactNode {
  const { t } = useTranslation()
  const [sides, setSides] = useState<Sides | null>(null)
  const changes = useEngineMirror((mirror) => (withWorkingTree ? mirror.git?.rev : 0))
  useEffect(() => {
    let isCurrent = true
    loadSides(details, file, withWorkingTree).then((loaded) => isCurrent && setSides(loaded), reportError)
    return () => {
      isCurrent = false
    }
  }, [details, file, withWorkingTree, changes])
  if (sides === null) return <div className="text-compare" />
  const hidden = [sides.before, sides.after].find(({ state }) => state !== 'text' && state !== 'absent')
  if (hidden !== undefined) return <p className="muted">{t(`commits.state.${hidden.state}`)}</p>
  const [before, after] = [sides.before.text ?? '', sides.after.text ?? '']
  if (file.path.endsWith('.ipynb')) return <NotebookDiff before={before} after={after} />
  return (
    <Suspense fallback={<div className="text-compare" />}>
      <TextCompare path={file.path} before={before} after={after} label={t('commits.changesOf', { path: file.path })} />
    </Suspense>
  )
}

function FileSection({ details, file }: { details: Details; file: CommitFile }): ReactNode {
  const { t } = useTranslation()
  const [mode, setMode] = useState<'closed' | 'commit' | 'working-tree'>('closed')
  const toggle = (wanted: 'commit' | 'working-tree'): void => setMode(mode === wanted ? 'closed' : wanted)
  return (
    <li className="commit-file">
      <div className="commit-file-head">
        <button type="button" className="commit-file-name" aria-expanded={mode === 'commit'} onClick={() => toggle('commit')}>
          <span className="truncate">{file.from === null ? file.path : `${file.from} → ${file.path}`}</span>
          <span className="muted">{t(`commits.kind.${file.kind}`)}</span>
          {file.added !== null && <span className="tone-ok">+{file.added}</span>}
          {file.removed !== null && <span className="tone-danger">−{file.removed}</span>}
        </button>
        <Button small kind="quiet" aria-pressed={mode === 'working-tree'} onClick={() => toggle('working-tree')}>{t('commits.compareNow')}</Button>
        {file.kind !== 'deleted' && <Button small kind="quiet" onClick={() => openCommits({ name: 'file', commit: details.commit.id, path: file.path })}>{t('commits.openThen')}</Button>}
        <Button small kind="quiet" icon={<History size={13} />} onClick={() => openCommits({ name: 'history', scope: { kind: 'file', path: file.path } })}>{t('commits.history')}</Button>
      </div>
      {mode !== 'closed' && <FileDiff details={details} file={file} withWorkingTree={mode === 'working-tree'} />}
    </li>
  )
}

function Actions({ id, details, pipeline }: { id: string; details: Details; pipeline: string | null }): ReactNode {
  const { t } = useTranslation()
  const { commit, files, isUndoable } = details
  const pipelines = useEngineMirror((mirror) => mirror.catalog?.pipelines)
  const touched = (pipelines ?? []).filter(({ name }) => name === pipeline || files.some(({ path }) => path.startsWith(`${repositoryPath(name, '') ?? '\0'}/`))).map(({ name }) => name)
  return (
    <div className="entry-actions">
      <Button icon={<RotateCcw size={14} />} onClick={() => void revertCommit(commit)}>{t('commits.revert.button')}</Button>
      {isUndoable && (
        <Button icon={<Undo2 size={14} />} onClick={() => void undoRevert(commit).then((done) => done && closeTab(tabId({ kind: 'commits', view: { name: 'commit', commit: id, pipeline } })))}>
          {t('commits.undo')}
        </Button>
      )}
      {touched.map((name) => (
        <Button key={name} icon={<Play size={14} />} title={t('commits.runExplained')} onClick={() => void runCommit(commit.id, name)}>
          {t('commits.run', { name })}
        </Button>
      ))}
    </div>
  )
}

export function CommitPage({ id, pipeline }: { id: string; pipeline: string | null }): ReactNode {
  const { t, i18n } = useTranslation()
  const [details, setDetails] = useState<Details | null>(null)
  // What is pushed, and what points here, changes.
  const changes = useEngineMirror((mirror) => mirror.git?.rev)
  useEffect(() => {
    let isCurrent = true
    api.call('commits.get', { commit: id }).then((found) => isCurrent && setDetails((before) => (JSON.stringify(before) === JSON.stringify(found) ? before : found)), reportError)
    return () => {
      isCurrent = false
    }
  }, [id, changes])
  if (details === null) return <div className="page" />
  const { commit, files, isPushed } = details
  return (
    <div className="page scroll">
      <div className="page-inner commit-page">
        <header className="page-head">
          <h1 className="selectable">{commit.subject || t('commits.noMessage')}</h1>
        </header>
        <p className="commit-facts muted selectable">
          <code>{shortId(commit.id)}</code> <RefList commit={commit} /> {commit.author.name} &lt;{commit.author.email}&gt; · {fullMomentText(commit.authoredAtMs, i18n.language)} · {t(isPushed ? 'commits.pushed' : 'commits.notPushed')}
        </p>
        {commit.body !== '' && <pre className="commit-body selectable">{commit.body}</pre>}
        <Actions id={id} details={details} pipeline={pipeline} />
        <ul className="card commit-files" aria-label={t('commits.changedFiles')}>
          {files.map((file) => (
            <FileSection key={file.path} details={details} file={file} />
          ))}
        </ul>
        {files.length === 0 && <p className="muted">{t('commits.noFiles')}</p>}
      </div>
    </div>
  )
}
