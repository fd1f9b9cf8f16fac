/** What a deletion of runs would take. */
import { describe, expect, it } from 'vitest'
import { inPortions, removalByPipeline, removalLines } from './removal-summary'

const run = (pipeline: string, createdAtMs: number, sizeBytes: number) => ({ id: `00000000-0000-4000-8000-${String(createdAtMs).padStart(12, '0')}`, pipeline, createdAtMs, sizeBytes })

describe('removalByPipeline', () => {
  it('adds up runs and bytes and keeps the first and last moment', () => {
    const runs = [run('sales', 30, 5), run('sales', 10, 7), run('sales', 20, 1)]
    expect(removalByPipeline({ runs, sizeBytes: 13 })).toEqual([{ pipeline: 'sales', count: 3, sizeBytes: 13, oldestAtMs: 10, newestAtMs: 30 }])
  })

  it('shows first what frees most, and by name where that is the same', () => {
    const runs = [run('b', 1, 5), run('c', 2, 50), run('a', 3, 5)]
    expect(removalByPipeline({ runs, sizeBytes: 60 }).map(({ pipeline }) => pipeline)).toEqual(['c', 'a', 'b'])
  })

  it('is empty when nothing would be deleted', () => {
    expect(removalByPipeline({ runs: [], sizeBytes: 0 })).toEqual([])
  })

  it('takes names that objects have by themselves for what they are', () => {
    expect(removalByPipeline({ runs: [run('constructor', 1, 2), run('__proto__', 1, 1)], sizeBytes: 3 })).toHaveLength(2)
  })
})

describe('inPortions', () => {
  it('loses and doubles nothing', () => {
    expect(inPortions([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
    expect(inPortions([1, 2], 2)).toEqual([[1, 2]])
    expect(inPortions([], 2)).toEqual([])
  })
})

describe('removalLines', () => {
  const now = Date.UTC(2026, 4, 3, 12)

  it('names each of a few runs with its time and size, the newest first', () => {
    const lines = removalLines({ runs: [run('sales', now - 7_200_000, 5_000), run('hello', now - 3_600_000, 12)], sizeBytes: 5_012 }, now, 'en')
    expect(lines.map((line) => line.split(' · ').filter((_part, index) => index !== 1))).toEqual([['hello', '12 B'], ['sales', '5 KB']])
    expect(lines[0]).toMatch(/ · \d\d:\d\d:\d\d/)
  })

  it('of many runs has a line for each pipeline', () => {
    const runs = Array.from({ length: 60 }, (_, number) => run(number < 40 ? 'a' : 'b', number, 1_000))
    expect(removalLines({ runs, sizeBytes: 60_000 }, now, 'en')).toEqual(['a: 40 · 40 KB', 'b: 20 · 20 KB'])
  })
})
