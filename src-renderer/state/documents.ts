/**
 * Open files: their text, what is saved of it, and how the disk differs. Reading and writing files is features/editor's
 * part; this store decides what a change on disk means for an open document.
 *
 * loading ──> ready <──> (dirty) ──> saving ──> ready
 *    └──> failed          └── outside: 'changed' | 'gone' when the disk moved on under unsaved text
 */
import { create } from 'zustand'
import type { WireError } from '@shared/app-error'
import type { FileContent } from '@shared/contract/files'

export type OpenDocument = {
  id: string
  pipeline: string
  path: string
  status: 'loading' | 'ready' | 'failed'
  error: WireError | null
  text: string
  savedText: string
  /** Version of the content that `savedText` is. */
  version: string | null
  sizeBytes: number
  readOnly: boolean
  saving: boolean
  /** `changed`: other content on disk while there is unsaved text. `gone`: deleted or moved. */
  outside: 'none' | 'changed' | 'gone'
}

export const useDocuments = create<{ documents: Readonly<Record<string, OpenDocument>> }>(() => ({ documents: {} }))

export const documentId = (pipeline: string, path: string): string => `${pipeline}/${path}`
export const isDirty = (document: OpenDocument): boolean => document.status === 'ready' && document.text !== document.savedText

export function getDocument(id: string): OpenDocument | undefined {
  return useDocuments.getState().documents[id]
}

function change(id: string, next: (document: OpenDocument) => OpenDocument): void {
  useDocuments.setState(({ documents }) => {
    const document = documents[id]
    if (document === undefined) return { documents }
    const changed = next(document)
    return changed === document ? { documents } : { documents: { ...documents, [id]: changed } }
  })
}

export function beginDocument(pipeline: string, path: string): void {
  const id = documentId(pipeline, path)
  const document: OpenDocument = {
    id, pipeline, path, status: 'loading', error: null, text: '', savedText: '', version: null, sizeBytes: 0, readOnly: false, saving: false, outside: 'none',
  }
  useDocuments.setState(({ documents }) => ({ documents: { ...documents, [id]: document } }))
}

/** What was read from disk. Unsaved text stays and is marked; otherwise the new content replaces the old silently. */
export function takeContent(id: string, content: FileContent): void {
  change(id, (document) => {
    const { text, version, sizeBytes, readOnly } = content
    if (isDirty(document)) {
      if (version === document.version) return { ...document, outside: 'none' }
      if (text !== document.text) return { ...document, readOnly, outside: 'changed' }
    }
    return { ...document, status: 'ready', error: null, text, savedText: text, version, sizeBytes, readOnly, outside: 'none' }
  })
}

export function failDocument(id: string, error: WireError): void {
  change(id, (document) => {
    if (document.status !== 'ready') return { ...document, status: 'failed', error }
    return error.code === 'file/not-found' ? { ...document, outside: 'gone' } : document
  })
}

export function editDocument(id: string, text: string): void {
  change(id, (document) => (document.text === text ? document : { ...document, text }))
}

export function beginSave(id: string): void {
  change(id, (document) => ({ ...document, saving: true }))
}

/** `text` is what was written; the user may have typed on meanwhile. */
export function endSave(id: string, saved: { text: string; version: string } | null): void {
  change(id, (document) => {
    if (saved === null) return { ...document, saving: false }
    return { ...document, saving: false, savedText: saved.text, version: saved.version, outside: 'none' }
  })
}

export function markConflict(id: string): void {
  change(id, (document) => ({ ...document, outside: 'changed' }))
}

/** The unsaved text stays and will be written over whatever is on disk now. */
export function keepMine(id: string, versionOnDisk: string | null): void {
  change(id, (document) => ({ ...document, version: versionOnDisk, outside: 'none' }))
}

/** Throws the unsaved text away in favour of what is on disk. */
export function discardMine(id: string, content: FileContent): void {
  change(id, (document) => ({ ...document, text: document.savedText, outside: 'none' }))
  takeContent(id, content)
}

export function closeDocument(id: string): void {
  useDocuments.setState(({ documents }) => {
    const { [id]: _closed, ...rest } = documents
    return { documents: rest }
  })
}

export function closeAllDocuments(): void {
  useDocuments.setState({ documents: {} })
}

/** Whether an announced version is news that has to be looked at. Own saves are recognised by their version. */
export function needsReading(document: OpenDocument, announced: string | null): boolean {
  return document.status !== 'loading' && !document.saving && announced !== document.version
}

export function dirtyDocuments(pipeline: string | null): OpenDocument[] {
  return Object.values(useDocuments.getState().documents).filter((document) => isDirty(document) && (pipeline === null || document.pipeline === pipeline))
}
