import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCellLoader, type CellContent } from './cell-loader'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function world() {
  const asked: number[][] = []
  const failures: unknown[] = []
  const state = { text: 'one', isBroken: false, successes: 0 }
  const loader = createCellLoader({
    read(indexes) {
      asked.push(indexes)
      return state.isBroken ? Promise.reject(new Error('gone')) : Promise.resolve(indexes.map((index): CellContent => ({ index, source: state.text, outputs: [] })))
    },
    onFailure: (error) => failures.push(error),
    onSuccess: () => (state.successes += 1),
  })
  return { loader, asked, failures, state }
}

test('only cells in view are read, together', async () => {
  const { loader, asked } = world()
  loader.watch(3)
  loader.watch(4)
  loader.grew([900])
  await vi.runAllTimersAsync()
  expect(asked).toEqual([[3, 4]])
  expect(loader.content(3)?.source).toBe('one')
  expect(loader.content(900)).toBeUndefined()
})

test('a cell that grows in view is read again, one out of view when it comes back', async () => {
  const { loader, asked, state } = world()
  const leave = loader.watch(1)
  await vi.runAllTimersAsync()
  state.text = 'two'
  loader.grew([1])
  loader.grew([1])
  await vi.runAllTimersAsync()
  expect(loader.content(1)?.source).toBe('two')
  leave()
  state.text = 'three'
  loader.grew([1])
  await vi.runAllTimersAsync()
  expect(asked).toEqual([[1], [1]])
  loader.watch(1)
  await vi.runAllTimersAsync()
  expect(loader.content(1)?.source).toBe('three')
})

test('many cells are read in portions, and listeners hear of each', async () => {
  const { loader, asked } = world()
  let heard = 0
  loader.subscribe(() => (heard += 1))
  for (let index = 0; index < 120; index += 1) loader.watch(index)
  await vi.runAllTimersAsync()
  expect(asked.map((indexes) => indexes.length)).toEqual([50, 50, 20])
  expect(heard).toBe(3)
})

test('a failure is told, what was known stays, and it is read again only when asked', async () => {
  const { loader, asked, failures, state } = world()
  loader.watch(1)
  await vi.runAllTimersAsync()
  state.isBroken = true
  loader.grew([1])
  await vi.runAllTimersAsync()
  expect(failures).toHaveLength(1)
  expect(loader.content(1)?.source).toBe('one')
  expect(asked).toHaveLength(2)
  Object.assign(state, { isBroken: false, text: 'two' })
  loader.retry()
  await vi.runAllTimersAsync()
  expect([loader.content(1)?.source, state.successes]).toEqual(['two', 2])
})

test('of cells out of view only so much is kept; what is in view stays', async () => {
  const { loader, asked, state } = world()
  state.text = 'x'.repeat(8_000_000)
  const leave = [0, 1, 2].map((index) => loader.watch(index))
  await vi.runAllTimersAsync()
  for (const end of leave) end()
  loader.watch(3)
  await vi.runAllTimersAsync()
  expect([0, 1, 2, 3].map((index) => loader.content(index) !== undefined)).toEqual([false, true, true, true])
  loader.watch(0)
  await vi.runAllTimersAsync()
  expect(asked.at(-1)).toEqual([0])
  expect(loader.content(0)).toBeDefined()
})

test('after stop nothing is read any more', async () => {
  const { loader, asked } = world()
  loader.watch(1)
  loader.stop()
  await vi.runAllTimersAsync()
  expect(asked).toEqual([])
})
