/** One side's whole file, to read: shows where the conflict in question stands in it. */
import { type ReactNode, useEffect, useRef } from 'react'
import { editorOptions, languageOf, monaco } from '../editor/monaco'
import { useTheme } from '../../ui/theme'
import { gapDecorations, type PartOfConflict } from './conflict-decorations'
import type { Lines } from './conflict-text'

export function SidePane({ part, path, text, label, lines }: { part: PartOfConflict; path: string; text: string; label: string; lines: Lines | null }): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null)
  const theme = useTheme()

  useEffect(() => {
    if (host.current === null) return
    const model = monaco.editor.createModel(text, languageOf(path))
    const created = monaco.editor.create(host.current, { ...editorOptions, model, readOnly: true, domReadOnly: true, ariaLabel: label, renderLineHighlight: 'none', scrollbar: { ...editorOptions.scrollbar, alwaysConsumeMouseWheel: false } })
    editor.current = created
    return () => {
      editor.current = null
      created.dispose()
      model.dispose()
    }
  }, [path, text, label])

  // Lines are told anew with each key that is typed in the result; only others are shown anew.
  const { first = 0, count = 0 } = lines ?? {}
  useEffect(() => {
    const model = editor.current?.getModel()
    if (!editor.current || !model || first === 0) return
    const shown = editor.current.createDecorationsCollection(gapDecorations(part, { first, count }, model.getLineCount()))
    return () => shown.clear()
  }, [path, text, label, part, first, count, theme])
  useEffect(() => {
    if (first > 0) editor.current?.revealLinesInCenter(first, first + Math.max(0, count - 1))
  }, [path, text, label, first, count])

  return <div ref={host} className="code-editor" />
}
