import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { keepContinuing } from './keep-continuing'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the signal is repeated after 250, 500 and 1000 ms, and not once it was ended', () => {
  let sent = 0
  const end = keepContinuing(() => Promise.resolve((sent += 1)))
  const sentAfter = (durationMs: number): number => {
    vi.advanceTimersByTime(durationMs)
    return sent
  }
  expect([sentAfter(249), sentAfter(1), sentAfter(499), sentAfter(1), sentAfter(1000)]).toEqual([0, 1, 1, 2, 3])
  end()
  expect(sentAfter(60_000)).toBe(3)
})
