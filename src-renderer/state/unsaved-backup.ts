/** Keeps unsaved text where a crash, a reload or a restart of the window cannot lose it, per workspace. */
import type { OpenDocument } from './documents'
import { isDirty, useDocuments } from './documents'

export type UnsavedText = { pipeline: string; path: string; text: string; baseVersion: string | null }

const keyPrefix = 'unsaved:'
const delayMs = 400

export function readBackup(storage: Storage, root: string): Record<string, UnsavedText> {
  try {
    return JSON.parse(storage.getItem(keyPrefix + root) ?? '{}') as Record<string, UnsavedText>
  } catch {
    return {}
  }
}

function unsavedOf(documents: Readonly<Record<string, OpenDocument>>): Record<string, UnsavedText> {
  const dirty = Object.values(documents).filter(isDirty)
  return Object.fromEntries(dirty.map(({ id, pipeline, path, text, version }) => [id, { pipeline, path, text, baseVersion: version }]))
}

/**
 * Writes the unsaved texts of a workspace shortly after each change, and at once when `flush` is called (the page goes away).
 * Documents named in `pending` are in the backup but not opened yet, so they must not be forgotten.
 */
export function keepBackup(storage: Storage, root: string, onFailure: (error: unknown) => void): { flush: () => void; stop: () => void } {
  const pending = new Map(Object.entries(readBackup(storage, root)))
  let timer: ReturnType<typeof setTimeout> | null = null

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    const { documents } = useDocuments.getState()
    for (const document of Object.values(documents)) if (document.status === 'ready') pending.delete(document.id)
    const all = { ...Object.fromEntries(pending), ...unsavedOf(documents) }
    try {
      if (Object.keys(all).length === 0) storage.removeItem(keyPrefix + root)
      else storage.setItem(keyPrefix + root, JSON.stringify(all))
    } catch (error) {
      onFailure(error)
    }
  }

  const unsubscribe = useDocuments.subscribe((now, before) => {
    if (now.documents !== before.documents) timer ??= setTimeout(flush, delayMs)
  })
  return {
    flush,
    stop() {
      unsubscribe()
      flush()
    },
  }
}
