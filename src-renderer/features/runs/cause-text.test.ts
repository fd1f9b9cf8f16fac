/** Every end of a run has a sentence, and it is the one that fits. */
import { expect, test } from 'vitest'
import { runOutcome, type Run } from '@shared/contract/runs'
import { testRun } from '../../testing/test-run'
import english from '../../i18n/en.json'
import { causeText } from './cause-text'

const ended = (change: Partial<Run>): Run => testRun({ phase: 'finished', reason: 'The engine says why.', ...change })
const keyOf = (change: Partial<Run>): string | null | undefined => causeText(ended(change))?.key

test('a run that lives or succeeded needs no explanation', () => {
  expect(causeText(testRun())).toBeNull()
  expect(causeText(ended({ outcome: 'succeeded' }))).toBeNull()
})

test('every other end has words of the window or of the engine', () => {
  for (const outcome of runOutcome.options.filter((value) => value !== 'succeeded')) {
    for (const change of [{}, { codeStartedAtMs: null }, { memoryLimitBytes: 100, peakMemoryBytes: 95, timeoutSeconds: 5, exitCode: 1, cells: [] }, { exitCode: 139 }]) {
      const text = causeText(ended({ outcome, ...change }))
      const name = text?.key?.replace('run.cause.', '') ?? null
      expect([outcome, name === null ? text?.detail : english.run.cause[name as keyof typeof english.run.cause]]).toEqual([outcome, expect.any(String)])
    }
  }
})

test('memory: the limit of the run, that of the engine, and what the set-up needed are told apart', () => {
  expect(keyOf({ outcome: 'out-of-memory', memoryLimitBytes: 64 })).toBe('run.cause.outOfMemory')
  expect(keyOf({ outcome: 'out-of-memory', memoryLimitBytes: 64, codeStartedAtMs: null })).toBe('run.cause.outOfMemoryInSetup')
  expect(keyOf({ outcome: 'out-of-memory' })).toBe('run.cause.outOfMemoryOfEngine')
})

test('a kill is put down to memory only where memory was nearly used up', () => {
  expect(keyOf({ outcome: 'killed', memoryLimitBytes: 100, peakMemoryBytes: 95 })).toBe('run.cause.killedNearLimit')
  expect(keyOf({ outcome: 'killed', memoryLimitBytes: 100, peakMemoryBytes: 50 })).toBe('run.cause.killed')
  expect(keyOf({ outcome: 'killed' })).toBe('run.cause.killed')
})

test('exit codes: those of native crashes are no failure of the code, and a notebook points to its cells', () => {
  expect(keyOf({ outcome: 'failed', exitCode: 139 })).toBe('run.cause.crashed')
  expect(keyOf({ outcome: 'failed', exitCode: 1 })).toBe('run.cause.failed')
  expect(keyOf({ outcome: 'failed', exitCode: 1, cells: [] })).toBe('run.cause.failedNotebook')
  expect(keyOf({ outcome: 'failed' })).toBe('run.cause.failedUnknown')
})

test('the sentence of the engine stays where it names what the window cannot know', () => {
  for (const outcome of ['setup-failed', 'engine-error', 'stopped'] as const) expect(causeText(ended({ outcome }))?.detail).toBe('The engine says why.')
  expect(causeText(ended({ outcome: 'failed', exitCode: 1 }))?.detail).toBeNull()
})
