import { expect, test } from 'vitest'
import { allSelected, extended, nothingSelected, selectedOf, toggled } from './history-selection'

const run = (id: string, phase: 'finished' | 'running' = 'finished') => ({ id, phase })
const listed = [run('a'), run('b', 'running'), run('c'), run('d'), run('e')]
const ids = (selection: { ids: ReadonlySet<string> }): string[] => [...selection.ids].sort()

test('a run is chosen by itself, and taken out again', () => {
  const chosen = toggled(toggled(nothingSelected, run('a')), run('c'))
  expect(ids(chosen)).toEqual(['a', 'c'])
  expect(ids(toggled(chosen, run('a')))).toEqual(['c'])
})

test('a run that lives is not chosen, by itself or in a range or with all', () => {
  expect(ids(toggled(nothingSelected, run('b', 'running')))).toEqual([])
  expect(ids(extended(toggled(nothingSelected, run('a')), listed, run('c')))).toEqual(['a', 'c'])
  expect(ids(allSelected(listed))).toEqual(['a', 'c', 'd', 'e'])
})

test('a range goes from the anchor in both directions, and the anchor stays', () => {
  const down = extended(toggled(nothingSelected, run('c')), listed, run('e'))
  expect(ids(down)).toEqual(['c', 'd', 'e'])
  expect(ids(extended(down, listed, run('a')))).toEqual(['a', 'c', 'd', 'e'])
})

test('a range without an anchor, or with one that is not in the list, is the run alone', () => {
  expect(extended(nothingSelected, listed, run('d'))).toEqual({ ids: new Set(['d']), anchorId: 'd' })
  expect(ids(extended({ ids: new Set(), anchorId: 'gone' }, listed, run('d')))).toEqual(['d'])
})

test('what a filter hides or what is no more is not deleted, nor what lives again', () => {
  const chosen = { ids: new Set(['a', 'c', 'gone']), anchorId: null }
  expect(selectedOf(chosen, [run('a', 'running'), run('c')])).toEqual(['c'])
})
