/** Two texts side by side: what is on disk and the unsaved text, or what a file holds and what is to be written. */
import { type ReactNode, useEffect, useRef } from 'react'
import { api } from '../../api'
import { getDocument } from '../../state/documents'
import { reportError } from '../../state/notices'
import { modelOf } from './models'
import { editorOptions, languageOf, monaco } from './monaco'

export function CompareEditor({ documentId }: { documentId: string }): ReactNode {
  const host = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const document = getDocument(documentId)
    if (host.current === null || document === undefined) return
    const editor = monaco.editor.createDiffEditor(host.current, { ...editorOptions, originalEditable: false, renderSideBySide: true })
    const original = monaco.editor.createModel('', languageOf(document.path))
    editor.setModel({ original, modified: modelOf(document) })
    api.call('files.read', { pipeline: document.pipeline, path: document.path }).then((content) => !original.isDisposed() && original.setValue(content.text), reportError)
    return () => {
      editor.dispose()
      original.dispose()
    }
  }, [documentId])

  return <div ref={host} className="code-editor" />
}

/** Neither can be edited. */
export function CompareTexts({ before, after, path }: { before: string; after: string; path: string }): ReactNode {
  const host = useRef<HTMLDivElement>(null)

  useEffect(() => {
    if (host.current === null) return
    const editor = monaco.editor.createDiffEditor(host.current, { ...editorOptions, readOnly: true, originalEditable: false, renderSideBySide: true })
    const [original, modified] = [before, after].map((text) => monaco.editor.createModel(text, languageOf(path))) as [monaco.editor.ITextModel, monaco.editor.ITextModel]
    editor.setModel({ original, modified })
    return () => {
      editor.dispose()
      original.dispose()
      modified.dispose()
    }
  }, [before, after, path])

  return <div ref={host} className="code-editor" />
}
