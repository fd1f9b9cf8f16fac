import { expect, test } from 'vitest'
import { createSoftLimitWatch } from './soft-limits'

const MiB = 1024 ** 2

test('each limit is said once, with what was measured; every sample above one is marked', () => {
  const said: string[] = []
  const watch = createSoftLimitWatch({ memorySoftBytes: 100 * MiB, cpuSoft: 1.5 }, (message) => said.push(message))
  expect(watch.isOver({ cpuPercent: 150, memoryBytes: 100 * MiB })).toBe(false)
  expect(said).toEqual([])
  expect(watch.isOver({ cpuPercent: 187.26, memoryBytes: 10 * MiB })).toBe(true)
  expect(watch.isOver({ cpuPercent: 199, memoryBytes: 10 * MiB })).toBe(true)
  expect(said).toEqual([expect.stringMatching(/1\.87 cores.*cpu_soft_limit \(1\.5 cores\)/)])
  expect(watch.isOver({ cpuPercent: 10, memoryBytes: 120 * MiB })).toBe(true)
  expect(watch.isOver({ cpuPercent: 199, memoryBytes: 120 * MiB })).toBe(true)
  expect(said).toHaveLength(2)
  expect(said[1]).toMatch(/120 MiB of memory.*mem_soft_limit \(100 MiB\)/)
  expect(watch.isOver({ cpuPercent: 10, memoryBytes: 10 * MiB })).toBe(false)
})

test('one core and several work as limits, as does less than one', () => {
  for (const [cpuSoft, above] of [[0.25, 26], [1, 101], [2, 201]] as const) {
    const said: string[] = []
    const watch = createSoftLimitWatch({ memorySoftBytes: null, cpuSoft }, (message) => said.push(message))
    expect([watch.isOver({ cpuPercent: cpuSoft * 100, memoryBytes: 0 }), watch.isOver({ cpuPercent: above, memoryBytes: 0 })]).toEqual([false, true])
    expect(said).toHaveLength(1)
  }
})

test('without limits nothing is marked', () => {
  const watch = createSoftLimitWatch({ memorySoftBytes: null, cpuSoft: null }, () => expect.unreachable())
  expect(watch.isOver({ cpuPercent: 1e6, memoryBytes: 1e15 })).toBe(false)
})
