/** A text that cannot be changed, in Monaco. Loaded lazily. */
import { type ReactNode, useEffect, useRef } from 'react'
import { editorOptions, languageOf, monaco } from '../editor/monaco'

export function TextView({ path, text, label }: { path: string; text: string; label: string }): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (host.current === null) return
    const model = monaco.editor.createModel(text, languageOf(path))
    const editor = monaco.editor.create(host.current, { ...editorOptions, model, readOnly: true, domReadOnly: true, ariaLabel: label })
    return () => {
      editor.dispose()
      model.dispose()
    }
  }, [path, text, label])
  return <div ref={host} className="code-editor" />
}
