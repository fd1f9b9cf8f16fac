/** What changed in one file: its two versions side by side or inline, and its changes one by one. Follows the disk. */
import { ArrowDown, ArrowUp, Columns2, FileDiff as FileDiffIcon, Rows2 } from 'lucide-react'
import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWireError, type WireError } from '@shared/app-error'
import type { DiffSide, FileDiff, FileVersion } from '@shared/contract/git-changes'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { errorText } from '../../state/error-text'
import { useLayout } from '../../state/layout'
import { Button, IconButton } from '../../ui/button'
import { byteText } from '../../ui/format'
import { openFile } from '../editor/document-actions'
import { NotebookDiff } from '../notebook-diff/notebook-diff'
import { discard, openDiff, stage, unstage } from './change-actions'
import { shownPath } from './change-rows'
import { diffOnScreen } from './diff-on-screen'
import { HunkList } from './hunk-list'
import './git.css'

const DiffEditor = lazy(() => import('./diff-editor').then((module) => ({ default: module.DiffEditor })))

function useDiff(path: string, side: DiffSide): { diff: FileDiff | null; problem: WireError | null } {
  const looks = useEngineMirror((mirror) => mirror.gitLooks)
  const [found, setFound] = useState<{ diff: FileDiff | null; problem: WireError | null }>({ diff: null, problem: null })
  useEffect(() => {
    let isCurrent = true
    api.call('git.diff', { path, side }).then(
      (diff) => isCurrent && setFound({ diff, problem: null }),
      (error: unknown) => isCurrent && setFound({ diff: null, problem: toWireError(error) }),
    )
    return () => {
      isCurrent = false
    }
  }, [path, side, looks])
  return found
}

/** A version that is shown as text: none at all is an empty one. */
function textOf({ kind, text }: FileVersion): string | null {
  return kind === 'missing' ? '' : kind === 'link' ? `→ ${text ?? ''}` : text
}

function WhyNot({ versions }: { versions: readonly FileVersion[] }): ReactNode {
  const { t, i18n } = useTranslation()
  const reason = versions.find((version) => textOf(version) === null)
  const sizes = versions.map(({ sizeBytes }) => (sizeBytes === null ? '–' : byteText(sizeBytes, i18n.language)))
  return (
    <div className="page-message" role="status">
      <FileDiffIcon size={36} strokeWidth={1.4} aria-hidden />
      <h2>{t(`gitChanges.version.${reason?.kind ?? 'binary'}`)}</h2>
      <p className="muted">{t('gitChanges.version.sizes', { before: sizes[0], after: sizes[1] })}</p>
      <p>{t('gitChanges.version.whole')}</p>
    </div>
  )
}

function Content({ diff, byCells, onReveal, reveal }: { diff: FileDiff; byCells: boolean; onReveal: (line: number) => void; reveal: { line: number; serial: number } | null }): ReactNode {
  const { t } = useTranslation()
  const isInline = useLayout((layout) => layout.diffView === 'inline')
  const { before, after } = diff
  const [beforeText, afterText] = [textOf(before), textOf(after)]
  const notes = [
    before.kind === 'missing' && after.kind !== 'missing' ? t('gitChanges.diff.isNew') : null,
    after.kind === 'missing' && before.kind !== 'missing' ? t('gitChanges.diff.isGone') : null,
    before.kind !== 'missing' && after.kind !== 'missing' && before.isExecutable !== after.isExecutable ? t(after.isExecutable ? 'gitChanges.diff.executable' : 'gitChanges.diff.notExecutable') : null,
    beforeText === afterText && before.isExecutable === after.isExecutable && (before.kind === 'text' || before.kind === 'missing') ? t('gitChanges.diff.same') : null,
    beforeText !== null && afterText !== null && beforeText !== afterText && withoutEnds(beforeText) === withoutEnds(afterText) ? t('gitChanges.diff.lineEnds') : null,
  ].filter((note) => note !== null)
  return (
    <>
      {notes.length > 0 && <p className="editor-bar" role="status">{notes.join(' ')}</p>}
      {!byCells && <HunkList diff={diff} onReveal={onReveal} />}
      {beforeText === null || afterText === null ? (
        <WhyNot versions={[before, after]} />
      ) : byCells ? (
        <NotebookDiff before={beforeText} after={afterText} />
      ) : (
        <Suspense fallback={<div className="editor-loading" />}>
          <DiffEditor path={diff.path} before={beforeText} after={afterText} isInline={isInline} reveal={reveal} />
        </Suspense>
      )}
    </>
  )
}

function withoutEnds(text: string): string {
  return text.replaceAll('\r\n', '\n')
}

export function DiffPage({ path, side }: { path: string; side: DiffSide }): ReactNode {
  const { t } = useTranslation()
  const { diff, problem } = useDiff(path, side)
  const isInline = useLayout((layout) => layout.diffView === 'inline')
  const file = useEngineMirror((mirror) => mirror.git?.repository?.files.find((one) => one.path === path))
  const isNotebook = path.endsWith('.ipynb')
  const [isRaw, setIsRaw] = useState(false)
  const byCells = isNotebook && !isRaw && diff !== null && textOf(diff.before) !== null && textOf(diff.after) !== null
  const [reveal, setReveal] = useState<{ line: number; serial: number } | null>(null)
  const text = problem === null ? null : errorText(problem.code)
  const within = file?.pipeline == null ? -1 : `/${path}`.indexOf(`/${file.pipeline}/`)
  return (
    <div className="document-page">
      <div className="editor-bar diff-bar" role="toolbar" aria-label={t('gitChanges.diff.toolbar')}>
        <span className="editor-bar-text truncate" title={shownPath(path)}>{shownPath(path)}</span>
        <Button small aria-pressed={side === 'unstaged'} onClick={() => openDiff(path, 'unstaged')}>{t('gitChanges.side.unstaged')}</Button>
        <Button small aria-pressed={side === 'staged'} onClick={() => openDiff(path, 'staged')}>{t('gitChanges.side.staged')}</Button>
        {isNotebook && <Button small aria-pressed={isRaw} title={t('gitChanges.diff.rawExplained')} onClick={() => setIsRaw(!isRaw)}>{t('gitChanges.diff.raw')}</Button>}
        {!byCells && (
          <>
            <IconButton label={t(isInline ? 'gitChanges.diff.sideBySide' : 'gitChanges.diff.inline')} icon={isInline ? <Columns2 size={14} /> : <Rows2 size={14} />} onClick={() => useLayout.setState({ diffView: isInline ? 'side-by-side' : 'inline' })} />
            <IconButton label={t('action.git.previousChange')} keys="Shift+F7" icon={<ArrowUp size={14} />} onClick={() => diffOnScreen()?.goTo('previous')} />
            <IconButton label={t('action.git.nextChange')} keys="F7" icon={<ArrowDown size={14} />} onClick={() => diffOnScreen()?.goTo('next')} />
          </>
        )}
        {file?.pipeline != null && within >= 0 && file.unstaged !== 'deleted' && <Button small kind="quiet" onClick={() => openFile(file.pipeline ?? '', path.slice(within + (file.pipeline?.length ?? 0) + 1))}>{t('gitChanges.diff.open')}</Button>}
        {side === 'unstaged' && file !== undefined && file.unstaged !== null && <Button small onClick={() => void stage([path])}>{t('gitChanges.diff.stageFile')}</Button>}
        {side === 'staged' && file !== undefined && file.staged !== null && <Button small onClick={() => void unstage([path])}>{t('gitChanges.diff.unstageFile')}</Button>}
        {file !== undefined && file.conflict === null && <Button small kind="quiet" onClick={() => void discard([file])}>{t('gitChanges.diff.discardFile')}</Button>}
      </div>
      {problem !== null && text !== null && (
        <div className="page-message" role="alert">
          <h2>{t(text.titleKey, problem.details)}</h2>
          <p className="muted selectable">{problem.message}</p>
          <p>{t(text.hintKey, problem.details)}</p>
        </div>
      )}
      {diff !== null && <Content diff={diff} byCells={byCells} reveal={reveal} onReveal={(line) => setReveal({ line, serial: (reveal?.serial ?? 0) + 1 })} />}
    </div>
  )
}
