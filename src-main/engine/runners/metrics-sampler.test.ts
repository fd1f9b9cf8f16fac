import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AppError } from '@shared/app-error'
import type { ContainerFacts } from '../docker/client'
import type { ContainerStats } from '../docker/client-stats'
import { cpuPercentBetween, createMetricsSampler, type Measurement, type MetricsSampler } from './metrics-sampler'

const startedAtMs = Date.parse('2026-01-01T00:00:00Z')
const running: ContainerFacts = { running: true, status: 'running', exitCode: 0, oomKilled: false, error: '', startedAt: new Date(startedAtMs).toISOString(), finishedAt: '', env: [] }

/** After so many seconds of a container that keeps `cores` of two busy. */
function stats(seconds: number, cores: number, change: Partial<ContainerStats> = {}): ContainerStats {
  return { cpuTotalNs: seconds * cores * 1e9, systemTotalNs: seconds * 2 * 1e9, onlineCpus: 2, readAtMs: startedAtMs + seconds * 1000, memoryUsageBytes: 300, pageCacheBytes: 100, ...change }
}

type Asked = { onStats: (stats: ContainerStats) => void; cut(alive?: boolean): void; fail(error: Error): void }

describe('a sampler', () => {
  let asked: Asked[]
  let samples: Measurement[]
  let facts: ContainerFacts | null
  let sampler: MetricsSampler
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    asked = []
    samples = []
    facts = running
    sampler = createMetricsSampler(
      {
        inspect: async () => facts,
        stats: (_id, onStats, signal) =>
          new Promise((resolve, reject) => {
            asked.push({ onStats, cut: (alive = true) => resolve(alive), fail: reject })
            signal.addEventListener('abort', () => resolve(true))
          }),
      },
      'id',
      (sample) => samples.push(sample),
    )
  })
  afterEach(() => {
    sampler.dispose()
    vi.useRealTimers()
  })

  test('counts the first second from the start, and each other from the one before', async () => {
    asked[0]?.onStats(stats(0.5, 1.5))
    await turn()
    asked[0]?.onStats(stats(1.5, 1.5, { memoryUsageBytes: 50 }))
    expect(samples).toEqual([
      { cpuPercent: 150, memoryBytes: 200 },
      { cpuPercent: 150, memoryBytes: 0 },
    ])
  })

  test('leaves the first out when the container is old', async () => {
    asked[0]?.onStats(stats(60, 1))
    await turn()
    expect(samples).toEqual([])
    asked[0]?.onStats(stats(61, 1))
    expect(samples).toEqual([{ cpuPercent: 100, memoryBytes: 200 }])
  })

  test('leaves the first out when the container was made just now', async () => {
    asked[0]?.onStats(stats(0.1, 2))
    await turn()
    asked[0]?.onStats(stats(1.1, 1, { cpuTotalNs: 1.2e9 }))
    expect(samples).toEqual([{ cpuPercent: 100, memoryBytes: 200 }])
  })

  test('leaves out what it cannot date', async () => {
    facts = null
    asked[0]?.onStats(stats(1, 1))
    await turn()
    expect(samples).toEqual([])
  })

  test('asks again when the stream is cut, and does not count the gap', async () => {
    asked[0]?.onStats(stats(60, 1))
    asked[0]?.cut()
    await turn()
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toHaveLength(2)
    asked[1]?.onStats(stats(70, 1))
    await turn()
    asked[1]?.fail(new AppError('docker/unavailable', 'gone'))
    await turn()
    await vi.advanceTimersByTimeAsync(1000)
    asked[2]?.onStats(stats(80, 1))
    asked[2]?.onStats(stats(81, 1))
    expect(samples).toEqual([{ cpuPercent: 100, memoryBytes: 200 }])
  })

  test.each([
    ['the container is gone', (it: Asked) => it.cut(false)],
    ['a proxy forbids it', (it: Asked) => it.fail(new AppError('docker/rejected', 'no'))],
  ])('gives up when %s', async (_name, end) => {
    end(asked[0]!)
    await turn()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked).toHaveLength(1)
  })

  test('is silent after its end and asks no more', async () => {
    asked[0]?.onStats(stats(60, 1))
    sampler.dispose()
    asked[0]?.onStats(stats(61, 1))
    await vi.advanceTimersByTimeAsync(10_000)
    expect([samples, asked.length]).toEqual([[], 1])
  })
})

describe('the share of the processor', () => {
  test('is not clamped', () => {
    expect(cpuPercentBetween(stats(1, 2), stats(2, 2))).toBe(200)
  })

  test('comes from the clock where the engine does not count its machine', () => {
    expect(cpuPercentBetween(stats(1, 1, { systemTotalNs: null }), stats(3, 1))).toBe(100)
    expect(cpuPercentBetween(stats(1, 1, { onlineCpus: null }), stats(3, 1, { onlineCpus: null }))).toBe(100)
  })

  test('is not known after a restart, nor without time between', () => {
    expect(cpuPercentBetween(stats(2, 1), stats(1, 1))).toBeNull()
    expect(cpuPercentBetween(stats(2, 1), stats(2, 1))).toBeNull()
    expect(cpuPercentBetween(stats(1, 1, { systemTotalNs: null, readAtMs: null }), stats(2, 1))).toBeNull()
  })
})
