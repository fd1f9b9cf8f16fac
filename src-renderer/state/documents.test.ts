/** What a change on disk means for an open document, and that no unsaved text is ever lost. */
import { beforeEach, describe, expect, it } from 'vitest'
import {
  beginDocument, beginSave, closeAllDocuments, dirtyDocuments, discardMine, editDocument, endSave, failDocument, getDocument, isDirty, keepMine, needsReading, takeContent,
} from './documents'

const id = 'hello/main.py'
const content = (text: string, version: string) => ({ text, version, sizeBytes: text.length, readOnly: false })
const document = () => {
  const found = getDocument(id)
  if (found === undefined) throw new Error('the document is not open')
  return found
}

describe('documents', () => {
  beforeEach(() => {
    closeAllDocuments()
    beginDocument('hello', 'main.py')
    takeContent(id, content('one', 'v1'))
  })

  it('are dirty while the text differs from what is saved', () => {
    expect(isDirty(document())).toBe(false)
    editDocument(id, 'two')
    expect(dirtyDocuments('hello')).toHaveLength(1)
    expect(dirtyDocuments('other')).toHaveLength(0)
    editDocument(id, 'one')
    expect(isDirty(document())).toBe(false)
  })

  it('take a change on disk silently while clean', () => {
    takeContent(id, content('from outside', 'v2'))
    expect(document()).toMatchObject({ text: 'from outside', version: 'v2', outside: 'none' })
  })

  it('keep unsaved text when the disk changes, and say so', () => {
    editDocument(id, 'mine')
    takeContent(id, content('theirs', 'v2'))
    expect(document()).toMatchObject({ text: 'mine', version: 'v1', outside: 'changed' })
  })

  it('see no conflict when the disk has the same text', () => {
    editDocument(id, 'same')
    takeContent(id, content('same', 'v2'))
    expect(document()).toMatchObject({ version: 'v2', outside: 'none' })
    expect(isDirty(document())).toBe(false)
  })

  it('let the user keep the own text over the version that is on disk now', () => {
    editDocument(id, 'mine')
    takeContent(id, content('theirs', 'v2'))
    keepMine(id, 'v2')
    expect(document()).toMatchObject({ text: 'mine', version: 'v2', outside: 'none' })
    expect(isDirty(document())).toBe(true)
  })

  it('let the user take what is on disk', () => {
    editDocument(id, 'mine')
    discardMine(id, content('theirs', 'v2'))
    expect(document()).toMatchObject({ text: 'theirs', savedText: 'theirs', version: 'v2' })
  })

  it('stay dirty when typing went on during a save', () => {
    editDocument(id, 'saved')
    beginSave(id)
    editDocument(id, 'saved and more')
    endSave(id, { text: 'saved', version: 'v2' })
    expect(document()).toMatchObject({ saving: false, savedText: 'saved', version: 'v2' })
    expect(isDirty(document())).toBe(true)
  })

  it('ignore announcements of the own save and look at all others', () => {
    expect(needsReading(document(), 'v1')).toBe(false)
    expect(needsReading(document(), 'v2')).toBe(true)
    beginSave(id)
    expect(needsReading(document(), 'v2')).toBe(false)
  })

  it('keep the text of a file that was deleted', () => {
    failDocument(id, { code: 'file/not-found', message: 'gone', details: {} })
    expect(document()).toMatchObject({ status: 'ready', text: 'one', outside: 'gone' })
  })
})
