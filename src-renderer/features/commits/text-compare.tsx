/** Two texts beside each other, or one below the other where the window is narrow. Loaded lazily: it brings Monaco. */
import { type ReactNode, useEffect, useRef } from 'react'
import { editorOptions, languageOf, monaco } from '../editor/monaco'

export function TextCompare({ path, before, after, label }: { path: string; before: string; after: string; label: string }): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (host.current === null) return
    const editor = monaco.editor.createDiffEditor(host.current, { ...editorOptions, readOnly: true, originalEditable: false, renderSideBySide: true, useInlineViewWhenSpaceIsLimited: true, hideUnchangedRegions: { enabled: true }, modifiedAriaLabel: label })
    const model = { original: monaco.editor.createModel(before, languageOf(path)), modified: monaco.editor.createModel(after, languageOf(path)) }
    editor.setModel(model)
    return () => {
      editor.dispose()
      model.original.dispose()
      model.modified.dispose()
    }
  }, [path, before, after, label])
  return <div ref={host} className="text-compare" />
}
