import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRunTimeout } from './run-timeout'

let expired: number

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  expired = 0
})
afterEach(() => void vi.useRealTimers())

const timeout = (seconds: number | null): ReturnType<typeof createRunTimeout> => createRunTimeout(seconds, () => (expired += 1))

test('counts from the beginning of the code', () => {
  const running = timeout(5)
  running.onStarted(Date.now())
  vi.advanceTimersByTime(30_000)
  running.onCodeStarted(Date.now())
  vi.advanceTimersByTime(4_999)
  expect(expired).toBe(0)
  vi.advanceTimersByTime(1)
  expect(expired).toBe(1)
})

test('a set-up of more than a minute counts from then on', () => {
  timeout(5).onStarted(Date.now())
  vi.advanceTimersByTime(64_999)
  expect(expired).toBe(0)
  vi.advanceTimersByTime(1)
  expect(expired).toBe(1)
})

test('code that begins after that minute does not start the time anew', () => {
  const running = timeout(5)
  running.onStarted(Date.now())
  vi.advanceTimersByTime(62_000)
  running.onCodeStarted(Date.now())
  vi.advanceTimersByTime(3_000)
  expect(expired).toBe(1)
})

test('a run that is taken over after its time expires at once', () => {
  timeout(5).onCodeStarted(Date.now() - 10_000)
  vi.advanceTimersByTime(0)
  expect(expired).toBe(1)
})

test('of thirty days waits thirty days', () => {
  timeout(30 * 86_400).onCodeStarted(Date.now())
  vi.advanceTimersByTime(30 * 86_400_000 - 1)
  expect(expired).toBe(0)
  vi.advanceTimersByTime(1)
  expect(expired).toBe(1)
})

test.each([null, 5])('nothing after the end, and nothing without a timeout (%s)', (seconds) => {
  const running = timeout(seconds)
  running.onCodeStarted(Date.now())
  if (seconds !== null) running.dispose()
  vi.advanceTimersByTime(100_000)
  expect(expired).toBe(0)
})
