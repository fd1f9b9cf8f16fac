import { describe, expect, it } from 'vitest'
import { testRun } from '../../testing/test-run'
import { countdown, waitingText } from './waiting-text'

describe('countdown', () => {
  it.each([[-5, '0:00'], [1, '0:01'], [42_000, '0:42'], [725_000, '12:05'], [3_600_000, '1:00:00'], [86_399_000, '23:59:59']])('%i ms is %s', (ms, text) => {
    expect(countdown(ms)).toBe(text)
  })
})

describe('waitingText', () => {
  it('counts down to a retry, and says which one it is', () => {
    expect(waitingText(testRun({ phase: 'waiting', trigger: 'retry', attempt: 2, retryAttempts: 3, waitUntilAtMs: 60_000 }), 18_000)).toEqual({ key: 'run.waiting.retry', values: { attempt: 2, attempts: 3, time: '0:42' } })
  })

  it('counts down to a restart', () => {
    expect(waitingText(testRun({ phase: 'waiting', trigger: 'restart', waitUntilAtMs: 61_000 }), 1_000)).toEqual({ key: 'run.waiting.restart', values: { time: '1:00' } })
  })

  it.each(['slots', 'max-instances', 'same-pipeline'] as const)('says the place in the queue and why: %s', (reason) => {
    expect(waitingText(testRun({ phase: 'queued', queue: { position: 4, reason } }), 0)).toEqual({ key: `run.queue.${reason}`, values: { position: 4 } })
  })

  it('says nothing of a run that has begun', () => {
    expect(waitingText(testRun(), 0)).toBeNull()
  })
})
