import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MetricsSample } from '@shared/contract/runs'
import { createMetricsLog, metricsFile, readMetrics } from './metrics-log'

let logsDir = ''
beforeEach(() => {
  logsDir = mkdtempSync(join(tmpdir(), 'ffd-metrics-'))
})
afterEach(() => rmSync(logsDir, { recursive: true }))

function sample(second: number, change: Partial<MetricsSample> = {}): MetricsSample {
  return { atMs: second * 1000, cpuPercent: 10, memoryBytes: 1000, overSoftLimit: false, ...change }
}

test('what is appended is read again, with its peaks', async () => {
  const log = createMetricsLog(logsDir, 'r')
  expect(log.peaks()).toEqual({ peakMemoryBytes: null, peakCpuPercent: null })
  const samples = [sample(1, { cpuPercent: 187.5 }), sample(2, { memoryBytes: 5000, overSoftLimit: true }), sample(3)]
  for (const each of samples) log.append(each)
  expect(await readMetrics(logsDir, 'r', 100)).toEqual(samples)
  expect(log.peaks()).toEqual({ peakMemoryBytes: 5000, peakCpuPercent: 187.5 })
  log.close()
  expect(readFileSync(metricsFile(logsDir, 'r'), 'utf8').split('\n')[0]).toBe('{"atMs":1000,"cpuPercent":187.5,"memoryBytes":1000,"overSoftLimit":false}')
})

test('a run without samples leaves no file and reads as empty', async () => {
  createMetricsLog(logsDir, 'r').close()
  expect(existsSync(metricsFile(logsDir, 'r'))).toBe(false)
  expect(await readMetrics(logsDir, 'r', 100)).toEqual([])
})

test('after a crash in the middle of a line the next process goes on, with the peaks of both', async () => {
  const first = createMetricsLog(logsDir, 'r')
  first.append(sample(1, { memoryBytes: 9000 }))
  first.close()
  appendFileSync(metricsFile(logsDir, 'r'), '{"atMs":2000,"cpuPer')
  expect(await readMetrics(logsDir, 'r', 100)).toEqual([sample(1, { memoryBytes: 9000 })])
  const second = createMetricsLog(logsDir, 'r')
  expect(second.peaks()).toEqual({ peakMemoryBytes: 9000, peakCpuPercent: 10 })
  second.append(sample(3, { cpuPercent: 90 }))
  second.close()
  expect(await readMetrics(logsDir, 'r', 100)).toEqual([sample(1, { memoryBytes: 9000 }), sample(3, { cpuPercent: 90 })])
  expect(second.peaks()).toEqual({ peakMemoryBytes: 9000, peakCpuPercent: 90 })
})

test('a full disk loses samples and nothing else; they are kept again when there is space', async () => {
  let full = false
  const log = createMetricsLog(logsDir, 'r', {
    write(file, bytes, offset) {
      if (!full) return writeSync(file, bytes, offset)
      // As a disk does that fills up in the middle of a line.
      if (offset === 0) return writeSync(file, bytes, 0, 7)
      throw new Error('ENOSPC')
    },
  })
  log.append(sample(1))
  full = true
  log.append(sample(2, { memoryBytes: 7777 }))
  log.append(sample(3))
  full = false
  log.append(sample(4))
  log.close()
  expect((await readMetrics(logsDir, 'r', 100)).map(({ atMs }) => atMs)).toEqual([1000, 4000])
  expect(log.peaks().peakMemoryBytes).toBe(7777)
})

test('a folder that is not there disturbs nobody', () => {
  const log = createMetricsLog(join(logsDir, 'gone'), 'r')
  log.append(sample(1))
  log.close()
  expect(log.peaks().peakMemoryBytes).toBe(1000)
})

describe('thinned out', () => {
  const count = 10_000
  const all = Array.from({ length: count }, (_, second) => sample(second))
  all[1234] = sample(1234, { memoryBytes: 50_000 })
  all[7777] = sample(7777, { cpuPercent: 200 })

  async function read(maxSamples: number): Promise<number[]> {
    appendFileSync(metricsFile(logsDir, 'r'), all.map((each) => `${JSON.stringify(each)}\n`).join(''))
    return (await readMetrics(logsDir, 'r', maxSamples)).map(({ atMs }) => atMs / 1000)
  }

  test.each([4, 5, 100, 2000])('to %d: the first, the last, the peaks, and evenly between', async (maxSamples) => {
    const seconds = await read(maxSamples)
    expect(seconds.length).toBeLessThanOrEqual(maxSamples)
    expect(seconds.length).toBeGreaterThan(maxSamples * 0.95)
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b))
    expect(seconds).toEqual(expect.arrayContaining([0, 1234, 7777, count - 1]))
    const gaps = seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0))
    if (maxSamples > 10) expect(Math.max(...gaps)).toBeLessThanOrEqual((count / maxSamples) * 1.2 + 1)
  })

  test('to two: the ends', async () => expect(await read(2)).toEqual([0, count - 1]))

  test('not at all when there are few enough', async () => expect(await read(count)).toHaveLength(count))
})
