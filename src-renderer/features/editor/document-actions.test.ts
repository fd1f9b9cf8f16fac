import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '@shared/app-error'
import { beginDocument, closeAllDocuments, documentId, editDocument, getDocument, takeContent } from '../../state/documents'
import type * as DocumentActions from './document-actions'

const id = documentId('demo', 'main.py')
/** The engine's side of one file: refuses a write on an old version, and answers when it is let. */
let disk: { text: string; version: number }
let writes: (() => void)[]
let actions: typeof DocumentActions

const call = (_name: string, { text, expectedVersion }: { text: string; expectedVersion: string | null }): Promise<unknown> =>
  new Promise((resolve) => {
    const isCurrent = expectedVersion === String(disk.version)
    if (isCurrent) disk = { text, version: disk.version + 1 }
    const { version } = disk
    const { code, message, details } = new AppError('file/changed-on-disk', 'changed')
    writes.push(() => resolve(isCurrent ? { ok: true, value: { version: String(version) } } : { ok: false, error: { code, message, details } }))
  })

beforeAll(async () => {
  vi.stubGlobal('window', { bridge: { call, onEvent: () => () => undefined } })
  // The api takes hold of the bridge when it is loaded.
  actions = await import('./document-actions')
})
afterAll(() => vi.unstubAllGlobals())
beforeEach(() => {
  disk = { text: 'old', version: 1 }
  writes = []
  beginDocument('demo', 'main.py')
  takeContent(id, { text: 'old', version: '1', sizeBytes: 3, readOnly: false })
})
afterEach(closeAllDocuments)

const answerWrite = async (): Promise<void> => {
  await vi.waitFor(() => expect(writes).not.toHaveLength(0))
  writes.shift()?.()
}

test('who saves and at once runs has saved once, and there is no conflict', async () => {
  editDocument(id, 'new')
  const saved = actions.saveDocument(id)
  const savedForRun = actions.saveAll('demo')
  await answerWrite()
  expect([await saved, await savedForRun]).toEqual([true, true])
  expect(getDocument(id)).toMatchObject({ outside: 'none', savedText: 'new', version: '2' })
  expect(writes).toHaveLength(0)
})

test('what was typed while it was saved is saved after it', async () => {
  editDocument(id, 'new')
  const saved = actions.saveDocument(id)
  await vi.waitFor(() => expect(writes).not.toHaveLength(0))
  editDocument(id, 'newer')
  const savedAgain = actions.saveDocument(id)
  await answerWrite()
  await answerWrite()
  expect([await saved, await savedAgain]).toEqual([true, true])
  expect(disk).toEqual({ text: 'newer', version: 3 })
  expect(getDocument(id)).toMatchObject({ outside: 'none', savedText: 'newer' })
})
