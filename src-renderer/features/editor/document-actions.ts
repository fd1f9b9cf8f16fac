/** Opening, saving and closing files: the actions between the document store and the engine. */
import { toWireError } from '@shared/app-error'
import { api } from '../../api'
import {
  beginDocument, beginSave, closeDocument, discardMine, dirtyDocuments, documentId, editDocument, endSave, failDocument, getDocument, isDirty, keepMine, markConflict,
  needsReading, takeContent, useDocuments,
} from '../../state/documents'
import { useEngineMirror } from '../../state/engine-mirror'
import { closeTab, openTab, selectPipeline, tabId, useLayout } from '../../state/layout'
import { reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { readBackup } from '../../state/unsaved-backup'
import { requestReveal } from './reveal-request'

function workspaceRoot(): string | null {
  return useEngineMirror.getState().workspace?.workspace?.root ?? null
}

/** Text that a crash or a restart interrupted; if the disk moved on meanwhile, the user decides. */
function restoreUnsaved(id: string): void {
  const root = workspaceRoot()
  const backup = root === null ? undefined : readBackup(localStorage, root)[id]
  const document = getDocument(id)
  if (backup === undefined || document === undefined || document.readOnly) return
  editDocument(id, backup.text)
  if (backup.baseVersion !== document.version && backup.text !== document.savedText) markConflict(id)
}

async function readDocument(id: string): Promise<void> {
  const before = getDocument(id)
  if (before === undefined) return
  const isFirst = before.status !== 'ready'
  try {
    const content = await api.call('files.read', { pipeline: before.pipeline, path: before.path })
    takeContent(id, content)
    if (isFirst) restoreUnsaved(id)
  } catch (error) {
    failDocument(id, toWireError(error))
  }
}

/** Makes sure that the document of a tab is loaded; does not change what is shown. */
export function ensureDocument(pipeline: string, path: string): void {
  const id = documentId(pipeline, path)
  if (getDocument(id) !== undefined) return
  beginDocument(pipeline, path)
  void readDocument(id)
}

export function openFile(pipeline: string, path: string, place?: { line: number; column?: number | null }): void {
  selectPipeline(pipeline)
  openTab({ kind: 'file', pipeline, path })
  ensureDocument(pipeline, path)
  requestReveal(documentId(pipeline, path), place?.line ?? null, place?.column ?? null)
}

export function retryDocument(id: string): void {
  void readDocument(id)
}

/** Under way, by document. */
const saves = new Map<string, Promise<boolean>>()

/**
 * True when the text is on disk. A changed file on disk is never overwritten: the bar over the editor asks. One after the other:
 * who saves and at once runs would else write twice on the same version, and take the first write for somebody else's.
 */
export function saveDocument(id: string): Promise<boolean> {
  const saving = (saves.get(id) ?? Promise.resolve(true)).then(() => saveNow(id))
  saves.set(id, saving)
  return saving.finally(() => saves.get(id) === saving && saves.delete(id))
}

async function saveNow(id: string): Promise<boolean> {
  const document = getDocument(id)
  if (document === undefined || (!isDirty(document) && document.outside !== 'gone')) return true
  if (document.outside === 'changed') {
    openTab({ kind: 'file', pipeline: document.pipeline, path: document.path })
    return false
  }
  const { pipeline, path, text, version, outside } = document
  beginSave(id)
  try {
    const written = await api.call('files.write', { pipeline, path, text, expectedVersion: outside === 'gone' ? null : version })
    endSave(id, { text, version: written.version })
    lookAtDisk(id)
    return true
  } catch (error) {
    endSave(id, null)
    if (toWireError(error).code !== 'file/changed-on-disk') reportError(error)
    else {
      markConflict(id)
      openTab({ kind: 'file', pipeline, path })
    }
    return false
  }
}

export async function saveAll(pipeline: string | null): Promise<boolean> {
  const saved = await Promise.all(dirtyDocuments(pipeline).map((document) => saveDocument(document.id)))
  return saved.every(Boolean)
}

export async function reloadFromDisk(id: string): Promise<void> {
  const document = getDocument(id)
  if (document === undefined) return
  try {
    discardMine(id, await api.call('files.read', { pipeline: document.pipeline, path: document.path }))
  } catch (error) {
    reportError(error)
  }
}

/** Keeps the unsaved text: the next save replaces what is on disk now, and only that. */
export async function keepUnsaved(id: string): Promise<void> {
  const document = getDocument(id)
  if (document === undefined) return
  try {
    const content = await api.call('files.read', { pipeline: document.pipeline, path: document.path })
    keepMine(id, content.version)
  } catch (error) {
    reportError(error)
  }
}

export async function closeTabAsking(id: string): Promise<void> {
  const tab = useLayout.getState().tabs.find((open) => tabId(open) === id)
  if (tab?.kind === 'file') {
    const document = getDocument(documentId(tab.pipeline, tab.path))
    if (document !== undefined && isDirty(document)) {
      const answer = await ask({
        titleKey: 'editor.closeUnsaved.title',
        bodyKey: 'editor.closeUnsaved.body',
        values: { path: `${tab.pipeline}/${tab.path}` },
        details: [],
        choices: [
          { answer: 'discard', labelKey: 'editor.closeUnsaved.discard', kind: 'danger' },
          { answer: 'save', labelKey: 'editor.closeUnsaved.save', kind: 'primary' },
        ],
      })
      if (answer === null || (answer === 'save' && !(await saveDocument(document.id)))) return
    }
    closeDocument(documentId(tab.pipeline, tab.path))
  }
  closeTab(id)
}

/** Reads the file again if the last announced version is not the one we have. */
function lookAtDisk(id: string): void {
  const document = getDocument(id)
  const announced = useEngineMirror.getState().fileVersions[id]
  if (document !== undefined && announced !== undefined && needsReading(document, announced.version)) void readDocument(id)
}

/** Follows changes on disk for all open documents. */
export function watchDocuments(): () => void {
  return useEngineMirror.subscribe((now, before) => {
    if (now.fileVersions === before.fileVersions) return
    for (const id of Object.keys(useDocuments.getState().documents)) {
      if (now.fileVersions[id] !== before.fileVersions[id]) lookAtDisk(id)
    }
  })
}
