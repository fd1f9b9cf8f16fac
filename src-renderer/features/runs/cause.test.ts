import { expect, test } from 'vitest'
import { setupFault, type Run } from '@shared/contract/runs'
import { cacheNoticeStart } from '@shared/cache-notice'
import { memoryNoticeStart } from '@shared/memory-notice'
import { testRun } from '../../testing/test-run'
import { fieldPlace, nextStepOf } from './cause'
import { causeText } from './cause-text'

const config = `{
  "mem_hard_limit": "64m",
  "schedules": [
    {"id": "small", "cron": "0 3 * * *"},
    {
      "id": "large",
      "mem_hard_limit": "2g"
    }
  ]
}`

test('a limit is found where the run got it from', () => {
  expect(fieldPlace(config, null, 'mem_hard_limit')).toEqual({ line: 2, column: 3 })
  expect(fieldPlace(config, 'large', 'mem_hard_limit')).toEqual({ line: 7, column: 7 })
  expect(fieldPlace(config, 'small', 'mem_hard_limit')).toEqual({ line: 2, column: 3 })
  expect(fieldPlace(config, null, 'timeout')).toBeNull()
  expect(fieldPlace('', null, 'timeout')).toBeNull()
  expect(fieldPlace('{"schedules": 5, "timeout": 3, broken', 'large', 'timeout')).toEqual({ line: 1, column: 18 })
})

const ended = (outcome: Run['outcome'], change: Partial<Run> = {}): Run => testRun({ phase: 'finished', outcome, ...change })

test('a failure leads to what can be changed about it', () => {
  expect(nextStepOf(ended('out-of-memory'))).toEqual({ kind: 'config', field: 'mem_hard_limit' })
  expect(nextStepOf(ended('timed-out'))).toEqual({ kind: 'config', field: 'timeout' })
  expect(nextStepOf(ended('failed'))).toEqual({ kind: 'code' })
  expect(nextStepOf(ended('setup-failed', { setupFault: 'python' }))).toEqual({ kind: 'config', field: 'python_version' })
  expect(nextStepOf(ended('setup-failed', { setupFault: 'certificate' }))).toEqual({ kind: 'settings' })
  expect(nextStepOf(ended('killed'))).toEqual({ kind: 'again' })
})

test('requirements are opened at the line that the engine names, else at their top', () => {
  const step = (reason: string) => nextStepOf(ended('setup-failed', { setupFault: 'resolver', reason }))
  expect(step('requirements.txt line 3 asks for pandsa, which the package index does not have.')).toEqual({ kind: 'requirements', path: 'requirements.txt', line: 3 })
  expect(step('Look: requirements.txt.lock line 12 asks for x.')).toEqual({ kind: 'requirements', path: 'requirements.txt.lock', line: 12 })
  expect(step('The requirements cannot all be met.')).toEqual({ kind: 'requirements', path: 'requirements.txt', line: null })
})

test('a run that succeeded although memory ran out for a process of it leads to the limit, other warnings lead nowhere', () => {
  expect(nextStepOf(ended('succeeded', { notices: [{ severity: 'warning', message: `${memoryNoticeStart} (64 MiB), although the run ended with exit code 0.` }] }))).toEqual({ kind: 'config', field: 'mem_hard_limit' })
  expect(nextStepOf(ended('succeeded', { notices: [{ severity: 'warning', message: 'The folder cannot be written.' }] }))).toBeNull()
})

test('every cause of a failed set-up has a next step, and a run that went as it was told has none', () => {
  for (const fault of setupFault.options) expect(nextStepOf(ended('setup-failed', { setupFault: fault })), fault).not.toBeNull()
  for (const outcome of ['succeeded', 'stopped', null] as const) expect(nextStepOf(ended(outcome))).toBeNull()
})

test('a run that failed for its cache leads to the cache, not to the code', () => {
  const notices = [{ severity: 'warning' as const, message: `${cacheNoticeStart} ffd-uvcache-1, not your code: six.py of six 1.17.0 is missing.` }]
  expect(nextStepOf(ended('failed', { notices }))).toEqual({ kind: 'cache' })
  expect(nextStepOf(ended('setup-failed', { setupFault: 'cache' }))).toEqual({ kind: 'cache' })
  expect(causeText(ended('failed', { notices, exitCode: 1 }))).toMatchObject({ key: 'run.cause.cache', detail: notices[0]?.message })
})
