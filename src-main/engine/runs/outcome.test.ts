import { expect, test } from 'vitest'
import type { RunOutcome } from '@shared/contract/runs'
import { verdictOf, type RunEnd } from './outcome'

const plain: RunEnd = { exit: { exitCode: 0, signal: null, outOfMemory: false, route: null }, stopRequested: false, codeStarted: true }

function ended(exit: Partial<RunEnd['exit']>, rest: Partial<Omit<RunEnd, 'exit'>> = {}): RunEnd {
  return { ...plain, ...rest, exit: { ...plain.exit, ...exit } }
}

test.each<[string, RunEnd, RunOutcome, RegExp | null]>([
  ['exit 0', ended({}), 'succeeded', null],
  ['exit 1', ended({ exitCode: 1 }), 'failed', /exit code 1\b/],
  ['exit 255', ended({ exitCode: 255 }), 'failed', /255/],
  ['exit 0 before the code began', ended({}, { codeStarted: false }), 'setup-failed', /exit code 0/],
  ['exit 2 before the code began', ended({ exitCode: 2 }, { codeStarted: false }), 'setup-failed', /requirements\.txt/],
  ['a signal from outside', ended({ exitCode: 137, signal: 'SIGKILL' }), 'killed', /SIGKILL.*not for memory/],
  ['a signal without a code', ended({ exitCode: null, signal: 'SIGTERM' }), 'killed', /SIGTERM/],
  ['memory', ended({ exitCode: 137, signal: 'SIGKILL', outOfMemory: true }), 'out-of-memory', /memory/],
  ['memory, and a code of its own', ended({ exitCode: 3, outOfMemory: true }), 'out-of-memory', /memory/],
  ['memory during the set-up', ended({ exitCode: 137, signal: 'SIGKILL', outOfMemory: true }, { codeStarted: false }), 'out-of-memory', /memory/],
  ['a child was killed for memory, the run ended well', ended({ outOfMemory: true }), 'succeeded', null],
  ['stopped, ended by SIGTERM', ended({ exitCode: 143, signal: 'SIGTERM' }, { stopRequested: true }), 'stopped', /request/],
  ['stopped, exit 0 in its handler', ended({ exitCode: 0 }, { stopRequested: true }), 'stopped', /request/],
  ['stopped before the start', ended({ exitCode: null }, { stopRequested: true, codeStarted: false }), 'stopped', /request/],
  ['stopped while out of memory', ended({ exitCode: 137, outOfMemory: true }, { stopRequested: true }), 'stopped', /request/],
  ['the code is not known', ended({ exitCode: null }), 'failed', /unknown/],
])('%s', (_name, end, outcome, reason) => {
  const verdict = verdictOf(end)
  expect(verdict.outcome).toBe(outcome)
  if (reason === null) expect(verdict.reason).toBeNull()
  else expect(verdict.reason).toMatch(reason)
})
