/** Monaco's diff of two texts. Loaded lazily by diff-page. */
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { editorOptions, languageOf, monaco } from '../editor/monaco'
import { showDiff } from './diff-on-screen'

type DiffEditorProps = {
  path: string
  before: string
  after: string
  isInline: boolean
  /** Line of the second text to show; another `serial` shows it again. */
  reveal: { line: number; serial: number } | null
}

export function DiffEditor({ path, before, after, isInline, reveal }: DiffEditorProps): ReactNode {
  const { t } = useTranslation()
  const labels = { before: t('gitChanges.diff.before'), after: t('gitChanges.diff.after') }
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<monaco.editor.IStandaloneDiffEditor | null>(null)

  useEffect(() => {
    if (host.current === null) return
    const created = monaco.editor.createDiffEditor(host.current, { ...editorOptions, readOnly: true, domReadOnly: true, originalEditable: false, useInlineViewWhenSpaceIsLimited: false, hideUnchangedRegions: { enabled: true }, ignoreTrimWhitespace: false, renderMarginRevertIcon: false, renderOverviewRuler: false, originalAriaLabel: labels.before, modifiedAriaLabel: labels.after })
    const models = { original: monaco.editor.createModel('', languageOf(path)), modified: monaco.editor.createModel('', languageOf(path)) }
    created.setModel(models)
    editor.current = created
    const takeAway = showDiff({ goTo: (direction) => created.goToDiff(direction) })
    return () => {
      takeAway()
      created.dispose()
      models.original.dispose()
      models.modified.dispose()
      editor.current = null
    }
  }, [path])

  useEffect(() => {
    const model = editor.current?.getModel()
    // Text that is the same stays: the view would jump.
    if (model?.original.getValue() !== before) model?.original.setValue(before)
    if (model?.modified.getValue() !== after) model?.modified.setValue(after)
  }, [path, before, after])

  useEffect(() => {
    editor.current?.updateOptions({ renderSideBySide: !isInline })
  }, [path, isInline])

  useEffect(() => {
    if (reveal !== null) editor.current?.getModifiedEditor().revealLineInCenter(Math.max(1, reveal.line))
  }, [reveal])

  return <div ref={host} className="code-editor" />
}
