import { expect, test } from 'vitest'
import type { MetricsSample } from '@shared/contract/runs'
import { curveOf, joinSamples, mostSamples, withSample } from './metrics-series'

const sample = (atMs: number, memoryBytes = 1): MetricsSample => ({ atMs, memoryBytes, cpuPercent: 0, overSoftLimit: false })

test('a sample that came by both ways is there once, and one that came while the others were read is not lost', () => {
  expect(joinSamples([sample(1), sample(2)], [sample(2), sample(3)]).map(({ atMs }) => atMs)).toEqual([1, 2, 3])
  expect(joinSamples([], [sample(5)])).toHaveLength(1)
})

test('a run of days does not grow without end: older samples thin out, the newest stays', () => {
  let samples: MetricsSample[] = []
  for (let atMs = 0; atMs < 10_000; atMs += 1) samples = withSample(samples, sample(atMs))
  expect(samples.length).toBeLessThanOrEqual(mostSamples)
  expect(samples.at(-1)?.atMs).toBe(9999)
  expect(samples[0]?.atMs).toBeLessThan(100)
})

test('one sample is no line', () => {
  expect(curveOf([], null, 100, 10)).toBeNull()
  expect(curveOf([{ atMs: 1, value: 5 }], null, 100, 10)).toBeNull()
})

test('the line spans the box, and a limit near it is in the picture', () => {
  const curve = curveOf([{ atMs: 0, value: 0 }, { atMs: 10, value: 100 }], 100, 200, 21)
  expect(curve?.line).toBe('M0 21L200 1')
  expect(curve?.limitY).toBe(1)
})

test('a limit far above the values is left out', () => {
  expect(curveOf([{ atMs: 0, value: 1 }, { atMs: 10, value: 2 }], 1000, 200, 20)?.limitY).toBeNull()
})
