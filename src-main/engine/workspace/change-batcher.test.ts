import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createChangeBatcher, type ChangedPaths } from './change-batcher'

let passed: ChangedPaths[]
beforeEach(() => {
  vi.useFakeTimers()
  passed = []
})
afterEach(() => {
  vi.useRealTimers()
})

test('the first change is passed at once, those within the pause as one batch after it', () => {
  const batcher = createChangeBatcher(40, (paths) => passed.push(paths))
  batcher.add(['a'])
  batcher.add(['b'])
  batcher.add(['b', 'c'])
  expect(passed).toEqual([['a']])
  vi.advanceTimersByTime(40)
  expect(passed).toEqual([['a'], ['b', 'c']])
  vi.advanceTimersByTime(1000)
  batcher.add(['d'])
  expect(passed).toEqual([['a'], ['b', 'c'], ['d']])
})

test('a rescan swallows single paths, and so do too many of them', () => {
  const batcher = createChangeBatcher(40, (paths) => passed.push(paths))
  batcher.add(['first'])
  batcher.add(['a'])
  batcher.add('rescan')
  batcher.add(['b'])
  vi.advanceTimersByTime(40)
  batcher.add(Array.from({ length: 1001 }, (_, index) => String(index)))
  vi.advanceTimersByTime(40)
  expect(passed).toEqual([['first'], 'rescan', 'rescan'])
})

test('nothing is passed after the end', () => {
  const batcher = createChangeBatcher(40, (paths) => passed.push(paths))
  batcher.add(['a'])
  batcher.add(['b'])
  batcher.close()
  vi.advanceTimersByTime(1000)
  expect(passed).toEqual([['a']])
})
