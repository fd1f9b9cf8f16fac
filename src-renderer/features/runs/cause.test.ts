import { expect, test } from 'vitest'
import { runOutcome, setupFault } from '@shared/contract/runs'
import { fieldPlace, nextStepOf } from './cause'

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

test('a failure leads to what can be changed about it', () => {
  expect(nextStepOf({ outcome: 'out-of-memory', setupFault: null })).toEqual({ kind: 'config', field: 'mem_hard_limit' })
  expect(nextStepOf({ outcome: 'timed-out', setupFault: null })).toEqual({ kind: 'config', field: 'timeout' })
  expect(nextStepOf({ outcome: 'failed', setupFault: null })).toEqual({ kind: 'code' })
  expect(nextStepOf({ outcome: 'setup-failed', setupFault: 'resolver' })).toEqual({ kind: 'requirements' })
  expect(nextStepOf({ outcome: 'setup-failed', setupFault: 'python' })).toEqual({ kind: 'config', field: 'python_version' })
  expect(nextStepOf({ outcome: 'setup-failed', setupFault: 'certificate' })).toEqual({ kind: 'settings' })
})

test('every cause of a failed set-up has a next step, and a run that went as it was told has none', () => {
  for (const fault of setupFault.options) expect(nextStepOf({ outcome: 'setup-failed', setupFault: fault }), fault).not.toBeNull()
  for (const outcome of runOutcome.options.filter((value) => ['succeeded', 'stopped', 'interrupted', 'killed'].includes(value))) expect(nextStepOf({ outcome, setupFault: null }), outcome).toBeNull()
})
