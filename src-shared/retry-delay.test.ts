import { expect, test } from 'vitest'
import type { RetryStrategy } from './pipeline-config-model'
import { retryDelaySeconds } from './retry-delay'

const exponential = (initialSeconds: number, multiplier: number, maxSeconds: number): RetryStrategy => ({ kind: 'exponential', initialSeconds, multiplier, maxSeconds })
const fixed = (delaySeconds: number): RetryStrategy => ({ kind: 'fixed', delaySeconds })
const custom = (...delaysSeconds: number[]): RetryStrategy => ({ kind: 'custom', delaysSeconds })

test.each<[string, RetryStrategy | null, number[]]>([
  ['no strategy', null, [60, 60, 60]],
  ['exponential, defaults', exponential(60, 2, 3600), [60, 120, 240, 480, 960, 1920, 3600, 3600]],
  ['exponential 10 x 1.5', exponential(10, 1.5, 3600), [10, 15, 22, 33, 50]],
  ['exponential 100 x 10, at most 500', exponential(100, 10, 500), [100, 500, 500]],
  ['exponential 120 x 2', exponential(120, 2, 3600), [120, 240, 480, 960, 1920, 3600]],
  ['exponential 0.5', exponential(0.5, 2, 3600), [0, 1, 2, 4, 8]],
  ['fixed 2.9', fixed(2.9), [2, 2]],
  ['fixed 30', fixed(30), [30, 30]],
  ['fixed -5: no wait', fixed(-5), [0, 0]],
  ['fixed -0.5: no wait', fixed(-0.5), [0]],
  ['custom, the last one repeats', custom(60, 300, 3600), [60, 300, 3600, 3600, 3600]],
  ['custom with fractions and negatives', custom(1.9, -3), [1, 0, 0]],
  ['custom without delays', custom(), [60, 60]],
])('%s', (_name, strategy, expected) => {
  expect(expected.map((_, index) => retryDelaySeconds(strategy, index + 1))).toEqual(expected)
})

test('a thousandth retry is held by the maximum, and never a number that no timer takes', () => {
  expect(retryDelaySeconds(exponential(60, 2, 3600), 5000)).toBe(3600)
  expect(Object.is(retryDelaySeconds(exponential(0, 2, 3600), 5000), 0)).toBe(true)
  expect(Object.is(retryDelaySeconds(fixed(-0.5), 1), 0)).toBe(true)
})
