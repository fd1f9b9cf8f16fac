/** Monaco on one document. Loaded lazily by document-page. */
import { type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { OpenDocument } from '../../state/documents'
import { showBlame } from './blame'
import { useBlameShown } from './blame-shown'
import { modelOf, saveViewState, viewStateOf } from './models'
import { editorOptions, monaco } from './monaco'
import { useReveal } from './reveal-request'

type Editor = monaco.editor.IStandaloneCodeEditor

function reveal(editor: Editor, documentId: string, answered: { serial: number }): void {
  const request = useReveal.getState().reveal
  if (request === null || request.documentId !== documentId || request.serial === answered.serial) return
  answered.serial = request.serial
  if (request.line !== null) {
    const position = { lineNumber: request.line, column: request.column ?? 1 }
    editor.setPosition(position)
    editor.revealPositionInCenter(position)
  }
  editor.focus()
}

/** Serials of answered requests outlive the editor: a tab shown again must not jump again. */
const answered = { serial: 0 }

export function CodeEditor({ document }: { document: OpenDocument }): ReactNode {
  const { t } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const editor = useRef<Editor | null>(null)
  const { id, readOnly } = document
  const blameShown = useBlameShown(({ isShown }) => isShown)

  useEffect(() => {
    if (host.current === null) return
    const created = monaco.editor.create(host.current, { ...editorOptions, model: null })
    editor.current = created
    return () => created.dispose()
  }, [])

  useEffect(() => {
    const current = editor.current
    if (current === null) return
    current.setModel(modelOf(document))
    current.restoreViewState(viewStateOf(id))
    reveal(current, id, answered)
    const unsubscribe = useReveal.subscribe(() => reveal(current, id, answered))
    return () => {
      unsubscribe()
      saveViewState(id, current)
    }
    // The model follows the document by itself; only another document is another model.
  }, [id])

  useEffect(() => {
    editor.current?.updateOptions({ readOnly, domReadOnly: readOnly, ariaLabel: t('editor.ariaLabel', { path: id }) })
  }, [id, readOnly, t])

  useEffect(() => {
    if (blameShown && editor.current !== null) return showBlame(editor.current, document.pipeline, document.path)
    return undefined
  }, [id, blameShown])

  return <div ref={host} className="code-editor" />
}
