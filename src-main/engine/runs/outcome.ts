/** From how a run ended to its cause, pure. A cause, not a number: 137 alone says nothing (RELIABILITY.md F16). */
import type { Run, RunOutcome, SetupFault } from '@shared/contract/runs'
import { memoryNoticeStart } from '@shared/memory-notice'
import { memoryText } from '../platform/memory-text'
import type { RunnerExit, RunSpec } from '../runners/runner'
import type { StopCause } from './live-run'
import type { RequirementsText } from './requirement-lines'
import { classifySetupFault } from './setup-fault'

export type RunEnd = {
  exit: RunnerExit
  /** Who asked for the end, if that was before the exit: a natural end that came first stays what it is. */
  stopRequested: StopCause | null
  /** uv had brought Python and packages and the user's code had begun. */
  codeStarted: boolean
  entryPoint: RunSpec['entryPoint']
  timeoutSeconds: number | null
  /** What the pipeline asks for; null: nothing. */
  memoryHardBytes: number | null
  /** As enforced, and as measured; null while unknown. */
  memory: Pick<Run, 'memoryLimitBytes' | 'peakMemoryBytes'>
  /** What was written before the code began (setup-text.ts). */
  setupText: string
  requirements: RequirementsText | null
}

export type Verdict = { outcome: RunOutcome; setupFault: SetupFault | null; reason: string | null }

/** Faults that the pipeline takes along to the server, where they show only after a minute (FASTFLOW.md §3.6). */
const portableFaults: ReadonlySet<SetupFault> = new Set(['resolver', 'python', 'build', 'requirements-file', 'notebook-packages'])
/** From this share of the limit on, memory is the likely cause of a kill that the engine does not explain. */
const nearlyAll = 0.9

export function verdictOf(end: RunEnd): Verdict {
  const { exit, codeStarted } = end
  switch (end.stopRequested) {
    case 'user':
      return verdict('stopped', 'Stopped on request.')
    case 'restart':
      return verdict('stopped', 'Stopped to make room for its next start, as restart_interval says.')
    case 'timeout':
      return verdict('timed-out', timeoutReason(end))
    case null:
  }
  if (exit.outOfMemory && exit.exitCode !== 0) return verdict('out-of-memory', outOfMemoryReason(end))
  if (exit.signal !== null && exit.engineWasLost) return verdict('interrupted', engineLostReason(end))
  if (exit.signal !== null) return verdict('killed', killedReason(end, exit.signal))
  if (!codeStarted) return setupVerdict(end)
  if (exit.exitCode !== 0) return verdict('failed', failedReason(end))
  return { outcome: 'succeeded', setupFault: null, reason: null }
}

/** A warning for a run whose exit code hides that memory ran out; null: there is nothing to say. */
export function memoryNotice(exit: Pick<RunnerExit, 'outOfMemory' | 'exitCode'>, memoryLimitBytes: number | null): string | null {
  if (!exit.outOfMemory || exit.exitCode !== 0) return null
  const limit = memoryLimitBytes === null ? '' : ` (${memoryText(memoryLimitBytes)})`
  return `${memoryNoticeStart}${limit}, although the run ended with exit code 0. Check its results.`
}

function verdict(outcome: RunOutcome, reason: string): Verdict {
  return { outcome, setupFault: null, reason }
}

function setupVerdict({ exit, setupText, requirements }: RunEnd): Verdict {
  const { fault, reason } = classifySetupFault(setupText, requirements)
  const more = fault === 'unknown' ? ` Its exit code was ${exit.exitCode ?? 'unknown'}.` : portableFaults.has(fault) ? ' The server would notice only after 60 s.' : ''
  return { outcome: 'setup-failed', setupFault: fault, reason: `${reason}${more}` }
}

function timeoutReason({ exit, codeStarted, timeoutSeconds, entryPoint }: RunEnd): string {
  const limit = timeoutSeconds === null ? '' : ` of ${timeoutSeconds} s`
  const how = exit.exitCode === 137 || exit.signal === 'SIGKILL' ? 'It did not end when asked and was killed' : 'It was asked to end and did'
  if (!codeStarted) return `Python and packages were not set up within a minute and the timeout${limit}. ${how}. Prepare the cache (preheat), check the network, or raise timeout in pipeline.json.`
  return `${subjectOf(entryPoint)} was still running after its timeout${limit}. ${how}. Make it faster, or raise timeout in pipeline.json.`
}

function outOfMemoryReason(end: RunEnd): string {
  const { memoryLimitBytes: limit, peakMemoryBytes: peak } = end.memory
  const who = end.codeStarted ? subjectOf(end.entryPoint) : 'Setting up Python and the packages'
  const measured = peak === null ? '' : ` (highest measured: ${memoryText(peak)})`
  const advice = end.codeStarted ? 'Process the data in smaller parts' : 'Ask for wheels or fewer packages'
  const isOwnLimit = end.memoryHardBytes !== null && (limit === null || limit >= end.memoryHardBytes)
  if (isOwnLimit) return `${who} needed more than the ${memoryText(end.memoryHardBytes ?? 0)} of memory that mem_hard_limit allows${measured}. ${advice}, or raise mem_hard_limit in pipeline.json.`
  return `${who} needed more than the ${limit === null ? '' : `${memoryText(limit)} of `}memory that a run may use here${measured}. ${advice}, or give the container engine more memory.`
}

function killedReason({ entryPoint, codeStarted, memory }: RunEnd, signal: string): string {
  const { memoryLimitBytes: limit, peakMemoryBytes: peak } = memory
  const when = codeStarted ? '' : ' while Python and the packages were set up'
  const ended = `${subjectOf(entryPoint)} was ended from outside by ${signal}${when}, not by Fast-Flow Desktop`
  if (limit !== null && peak !== null && peak >= limit * nearlyAll) {
    return `${ended}. Its memory was nearly used up (${memoryText(peak)} of ${memoryText(limit)}), which probably is why. Process the data in smaller parts, or allow more.`
  }
  const server = signal === 'SIGKILL' ? ' The server would call it out of memory.' : ''
  return `${ended} and not for memory. Look for what ended it (docker ${signal === 'SIGKILL' ? 'kill' : 'stop'}, a restart of the engine, the code itself), then run it again.${server}`
}

/** An engine that is started again ends what ran in it (RELIABILITY.md F20). */
function engineLostReason({ entryPoint }: RunEnd): string {
  return `The container engine was restarted, and ${subjectOf(entryPoint).toLowerCase()} ended with it. The log is kept up to that point; run the pipeline again.`
}

/** 128 + the number of the signal that ended Python from within. */
const crashes: Record<number, string> = {
  132: 'an instruction that this processor does not have; a package was built for another one',
  134: 'an abort in native code',
  135: 'a bus error in native code',
  136: 'an arithmetic error in native code',
  139: 'a segmentation fault in native code',
}

function failedReason({ exit, entryPoint }: RunEnd): string {
  const subject = subjectOf(entryPoint)
  if (exit.exitCode === null) return `${subject} ended, and its exit code is unknown. The end of the log shows how far it came.`
  const crash = crashes[exit.exitCode]
  if (crash !== undefined) return `${subject} ended with exit code ${exit.exitCode}: ${crash}. Look in the log for the package that was at work, and try another version of it.`
  return `${subject} ended with exit code ${exit.exitCode}. ${entryPoint === 'main.ipynb' ? 'The cell that failed' : 'The end of the log'} shows why.`
}

function subjectOf(entryPoint: RunEnd['entryPoint']): string {
  return entryPoint === 'main.ipynb' ? 'The notebook' : 'The pipeline'
}
