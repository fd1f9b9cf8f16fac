import { describe, expect, test } from 'vitest'
import type { RunOutcome } from '@shared/contract/runs'
import { memoryNotice, verdictOf, type RunEnd } from './outcome'

const MiB = 1024 ** 2
const plain: RunEnd = {
  exit: { exitCode: 0, signal: null, outOfMemory: false, route: null, stopped: false, engineWasLost: false },
  stopRequested: null,
  codeStarted: true,
  entryPoint: 'main.py',
  timeoutSeconds: null,
  memoryHardBytes: null,
  memory: { memoryLimitBytes: 20 * 1024 * MiB, peakMemoryBytes: 50 * MiB },
  setupText: '',
  requirements: null,
}

function ended(exit: Partial<RunEnd['exit']>, rest: Partial<Omit<RunEnd, 'exit'>> = {}): RunEnd {
  return { ...plain, ...rest, exit: { ...plain.exit, ...exit } }
}

const sigkill = { exitCode: 137, signal: 'SIGKILL' }
const limited = { memoryHardBytes: 64 * MiB, memory: { memoryLimitBytes: 64 * MiB, peakMemoryBytes: 61.5 * MiB } }

test.each<[string, RunEnd, RunOutcome, RegExp | null]>([
  ['exit 0', ended({}), 'succeeded', null],
  ['exit 1', ended({ exitCode: 1 }), 'failed', /^The pipeline ended with exit code 1\. .*log/],
  ['exit 1 of a notebook', ended({ exitCode: 1 }, { entryPoint: 'main.ipynb' }), 'failed', /^The notebook ended with exit code 1\. The cell/],
  ['exit 125, the server calls it a fault of Docker', ended({ exitCode: 125 }), 'failed', /125/],
  ['exit 126', ended({ exitCode: 126 }), 'failed', /126/],
  ['exit 127', ended({ exitCode: 127 }), 'failed', /127/],
  ['exit 255', ended({ exitCode: 255 }), 'failed', /255/],
  ['a crash in native code', ended({ exitCode: 139 }), 'failed', /139: a segmentation fault.*another version/],
  ['the code is not known', ended({ exitCode: null }), 'failed', /unknown/],
  ['SIGKILL while the engine was away', ended({ ...sigkill, engineWasLost: true }), 'interrupted', /engine was restarted/],
  ['exit 3 after the engine was away', ended({ exitCode: 3, engineWasLost: true }), 'failed', /exit code 3/],
  ['exit 0 before the code began', ended({}, { codeStarted: false }), 'setup-failed', /exit code was 0/],
  ['exit 2 before the code began', ended({ exitCode: 2 }, { codeStarted: false }), 'setup-failed', /exit code was 2/],
  ['a signal from outside', ended(sigkill), 'killed', /SIGKILL.*not for memory.*server would call it out of memory/],
  ['a signal without a code', ended({ exitCode: null, signal: 'SIGTERM' }), 'killed', /SIGTERM.*docker stop/],
  ['a signal from outside during the set-up', ended(sigkill, { codeStarted: false }), 'killed', /while Python and the packages/],
  ['a kill that the engine does not explain, at the limit', ended(sigkill, limited), 'killed', /61\.5 MiB of 64 MiB.*probably/],
  ['memory, limit of the pipeline', ended({ ...sigkill, outOfMemory: true }, limited), 'out-of-memory', /more than the 64 MiB of memory that mem_hard_limit allows \(highest measured: 61\.5 MiB\).*raise mem_hard_limit/],
  ['memory, before anything was measured', ended({ ...sigkill, outOfMemory: true }, { ...limited, memory: { memoryLimitBytes: 64 * MiB, peakMemoryBytes: null } }), 'out-of-memory', /allows\. Process/],
  ['memory, no limit of its own', ended({ ...sigkill, outOfMemory: true }), 'out-of-memory', /20 GiB of memory that a run may use here.*engine more memory/],
  ['memory, less than its limit is there', ended({ ...sigkill, outOfMemory: true }, { memoryHardBytes: 64 * 1024 * MiB }), 'out-of-memory', /20 GiB .*engine more memory/],
  ['memory, nobody knows how much', ended({ ...sigkill, outOfMemory: true }, { memory: { memoryLimitBytes: null, peakMemoryBytes: null } }), 'out-of-memory', /more than the memory that a run may use here\. /],
  ['memory, and a code of its own', ended({ exitCode: 3, outOfMemory: true }), 'out-of-memory', /memory/],
  ['memory during the set-up', ended({ ...sigkill, outOfMemory: true }, { ...limited, codeStarted: false }), 'out-of-memory', /^Setting up Python.*64 MiB.*wheels/],
  ['a child was killed for memory, the run ended well', ended({ outOfMemory: true }), 'succeeded', null],
  ['stopped, ended by SIGTERM', ended({ exitCode: 143 }, { stopRequested: 'user' }), 'stopped', /request/],
  ['stopped, exit 0 in its handler', ended({}, { stopRequested: 'user' }), 'stopped', /request/],
  ['stopped before the start', ended({ exitCode: null }, { stopRequested: 'user', codeStarted: false }), 'stopped', /request/],
  ['stopped while out of memory', ended({ exitCode: 137, outOfMemory: true }, { stopRequested: 'user' }), 'stopped', /request/],
  ['stopped for the next start', ended({ exitCode: 143 }, { stopRequested: 'restart' }), 'stopped', /restart_interval/],
  ['timed out, exit 0 within the grace', ended({}, { stopRequested: 'timeout', timeoutSeconds: 30 }), 'timed-out', /timeout of 30 s\. It was asked to end and did\. .*raise timeout/],
  ['timed out, killed after the grace', ended({ exitCode: 137 }, { stopRequested: 'timeout', timeoutSeconds: 2 }), 'timed-out', /timeout of 2 s\. It did not end when asked and was killed/],
  ['timed out on this computer, killed after the grace', ended({ exitCode: null, signal: 'SIGKILL' }, { stopRequested: 'timeout', timeoutSeconds: 2 }), 'timed-out', /was killed\. Make it faster/],
  ['timed out, memory at its end', ended({ exitCode: 137, outOfMemory: true }, { ...limited, stopRequested: 'timeout', timeoutSeconds: 2 }), 'timed-out', /timeout/],
  ['timed out during the set-up', ended({ exitCode: 143 }, { stopRequested: 'timeout', timeoutSeconds: 5, codeStarted: false }), 'timed-out', /not set up within a minute and the timeout of 5 s/],
])('%s', (_name, end, outcome, reason) => {
  const verdict = verdictOf(end)
  expect(verdict.outcome).toBe(outcome)
  if (reason === null) expect(verdict.reason).toBeNull()
  else expect(verdict.reason).toMatch(reason)
  expect(verdict.setupFault !== null).toBe(outcome === 'setup-failed')
})

describe('a failed set-up', () => {
  const setupText = 'error: No solution found when resolving `--with` dependencies\n  cause: Because there is no version of pandas==99 and you require pandas==99, we can conclude that your requirements are unsatisfiable.\n'

  test('names its fault, the place and when the server would notice', () => {
    const verdict = verdictOf(ended({ exitCode: 1 }, { codeStarted: false, setupText, requirements: { file: 'requirements.txt', text: 'six\n\npandas==99\n' } }))
    expect(verdict).toEqual({ outcome: 'setup-failed', setupFault: 'resolver', reason: expect.stringMatching(/^requirements\.txt line 3 asks for pandas==99, .*only after 60 s\.$/) as string })
  })

  test('of this network says nothing of the server', () => {
    const verdict = verdictOf(ended({ exitCode: 2 }, { codeStarted: false, setupText: 'error: Failed to fetch: https://index.example.org/simple/six/\n  cause: invalid peer certificate: UnknownIssuer\n' }))
    expect(verdict.setupFault).toBe('certificate')
    expect(verdict.reason).not.toMatch(/server would/)
  })
})

test('memory that ran out behind an exit code 0 is worth a warning, with the limit where it is known', () => {
  expect(memoryNotice({ outOfMemory: true, exitCode: 0 }, 64 * MiB)).toMatch(/memory ran out \(64 MiB\).*Check/)
  expect(memoryNotice({ outOfMemory: true, exitCode: 0 }, null)).toMatch(/memory ran out, although/)
  expect(memoryNotice({ outOfMemory: true, exitCode: 137 }, 64 * MiB)).toBeNull()
  expect(memoryNotice({ outOfMemory: false, exitCode: 0 }, 64 * MiB)).toBeNull()
})
