import { beforeEach, expect, it } from 'vitest'
import { keepChoices, readChoices } from './choice-backup'
import type { CellConflict } from './notebook-merge'

const conflict = (ours: string): CellConflict => ({ kind: 'conflict', base: [], ours: [{ id: 'a', type: 'code', source: ours, raw: {} }], theirs: [] })
const content = new Map<string, string>()
const storage = { getItem: (key: string) => content.get(key) ?? null, setItem: (key: string, value: string) => void content.set(key, value) } as Storage

beforeEach(() => content.clear())

it('Decisions about cells are kept for the very same conflicts, until they are over', () => {
  const choices = [{ side: 'ours' as const, edited: 'typed' }, null]
  keepChoices(storage, 'demo/main.ipynb', [conflict('1'), conflict('2')], choices)
  expect(readChoices(storage, 'demo/main.ipynb', [conflict('1'), conflict('2')])).toEqual(choices)
  expect(readChoices(storage, 'demo/main.ipynb', [conflict('1'), conflict('other')])).toEqual([null, null])
  expect(readChoices(storage, 'other/main.ipynb', [conflict('1')])).toEqual([null])
  keepChoices(storage, 'demo/main.ipynb', [], null)
  expect(readChoices(storage, 'demo/main.ipynb', [conflict('1'), conflict('2')])).toEqual([null, null])
})

it('A spoilt storage is an empty one', () => {
  content.set('notebook-choices', '{')
  expect(readChoices(storage, 'demo/main.ipynb', [conflict('1')])).toEqual([null])
})
