/** Unsaved text survives what ends the window. */
import { beforeEach, describe, expect, it } from 'vitest'
import { beginDocument, closeAllDocuments, editDocument, endSave, takeContent } from './documents'
import { keepBackup, readBackup } from './unsaved-backup'

function createStorage(limit = Number.POSITIVE_INFINITY): Storage {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    clear: () => items.clear(),
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    removeItem: (key) => void items.delete(key),
    setItem(key, value) {
      if (value.length > limit) throw new Error('quota exceeded')
      items.set(key, value)
    },
  }
}

const neverFails = (error: unknown): never => {
  throw error
}

describe('unsaved backup', () => {
  beforeEach(() => {
    closeAllDocuments()
    beginDocument('hello', 'main.py')
    takeContent('hello/main.py', { text: 'one', version: 'v1', sizeBytes: 3, readOnly: false })
  })

  it('holds exactly the dirty documents, with the version they began from', () => {
    const storage = createStorage()
    const backup = keepBackup(storage, '/work', neverFails)
    editDocument('hello/main.py', 'two')
    backup.flush()
    expect(readBackup(storage, '/work')).toEqual({ 'hello/main.py': { pipeline: 'hello', path: 'main.py', text: 'two', baseVersion: 'v1' } })
    expect(readBackup(storage, '/other')).toEqual({})
    endSave('hello/main.py', { text: 'two', version: 'v2' })
    backup.stop()
    expect(readBackup(storage, '/work')).toEqual({})
  })

  it('does not forget a text whose file was not opened yet', () => {
    const storage = createStorage()
    editDocument('hello/main.py', 'two')
    keepBackup(storage, '/work', neverFails).stop()
    closeAllDocuments()
    keepBackup(storage, '/work', neverFails).flush()
    expect(Object.keys(readBackup(storage, '/work'))).toEqual(['hello/main.py'])
  })

  it('says when a text is too big to be kept', () => {
    const failures: unknown[] = []
    editDocument('hello/main.py', 'x'.repeat(1000))
    keepBackup(createStorage(100), '/work', (error) => failures.push(error)).flush()
    expect(failures).toHaveLength(1)
  })
})
