/** From how a run ended to its cause, pure. A cause, not a number: 137 alone says nothing (RELIABILITY.md F16). */
import type { RunOutcome } from '@shared/contract/runs'
import type { RunnerExit } from '../runners/runner'

export type RunEnd = {
  exit: RunnerExit
  /** The user asked to stop. */
  stopRequested: boolean
  /** uv had brought Python and packages and the user's code had begun. */
  codeStarted: boolean
}

export type Verdict = { outcome: RunOutcome; reason: string | null }

export function verdictOf({ exit, stopRequested, codeStarted }: RunEnd): Verdict {
  if (stopRequested) return { outcome: 'stopped', reason: 'Stopped on request.' }
  if (exit.outOfMemory && exit.exitCode !== 0) {
    return { outcome: 'out-of-memory', reason: 'The pipeline needed more memory than the container may use. Process the data in smaller parts, or give the engine more memory.' }
  }
  if (exit.exitCode === 0 && codeStarted) return { outcome: 'succeeded', reason: null }
  if (!codeStarted) {
    return {
      outcome: 'setup-failed',
      reason: `Python or the packages could not be set up (uv ended with exit code ${exit.exitCode ?? 'unknown'}). The log shows uv's message; check requirements.txt and the network.`,
    }
  }
  if (exit.signal !== null) return { outcome: 'killed', reason: `The pipeline was ended from outside by ${exit.signal}, not by Fast-Flow Desktop and not for memory.` }
  return { outcome: 'failed', reason: `The pipeline ended with exit code ${exit.exitCode ?? 'unknown'}. The end of the log shows why.` }
}
