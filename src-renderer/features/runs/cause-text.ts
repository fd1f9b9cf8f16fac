/**
 * What happened to a run, in the window's own words where the facts of the run say all there is to say. Where the engine knows
 * more (which package, which host, which volume) its English sentence is the one to show. Pure.
 */
import { saysItWasTheCache } from '@shared/cache-notice'
import type { Run } from '@shared/contract/runs'

export type CauseText = {
  /** Of the sentence; null: the engine's sentence alone. */
  key: string | null
  /** In bytes and seconds as they are; the window writes them in its language. */
  memoryLimitBytes: number | null
  timeoutSeconds: number | null
  exitCode: number | null
  /** The engine's sentence, where it says more. */
  detail: string | null
}

/** From this share of the limit on, memory is the likely cause of a kill that the engine does not explain. */
const nearlyAll = 0.9
/** 128 and the number of the signal: native code crashed Python. */
const crashCodes: ReadonlySet<number | null> = new Set([132, 134, 135, 136, 139])

/** null for a run that lives or needs no explanation. */
export function causeText(run: Run): CauseText | null {
  if (run.outcome === null || run.outcome === 'succeeded') return null
  const { memoryLimitBytes, timeoutSeconds, exitCode, reason } = run
  const words = (name: string | null, detail: string | null = null): CauseText => ({ key: name === null ? null : `run.cause.${name}`, memoryLimitBytes, timeoutSeconds, exitCode, detail })
  const cache = run.notices.find(saysItWasTheCache)
  if (cache !== undefined) return words('cache', cache.message)
  const inSetup = run.codeStartedAtMs === null
  switch (run.outcome) {
    case 'out-of-memory':
      if (memoryLimitBytes === null) return words('outOfMemoryOfEngine')
      return words(inSetup ? 'outOfMemoryInSetup' : 'outOfMemory')
    case 'timed-out':
      if (timeoutSeconds === null) return words(null, reason)
      return words(inSetup ? 'timedOutInSetup' : 'timedOut')
    case 'failed':
      if (exitCode === null) return words('failedUnknown')
      if (crashCodes.has(exitCode)) return words('crashed')
      return words(run.cells === null ? 'failed' : 'failedNotebook')
    case 'killed':
      return words(memoryLimitBytes !== null && (run.peakMemoryBytes ?? 0) >= memoryLimitBytes * nearlyAll ? 'killedNearLimit' : 'killed')
    case 'interrupted':
      return words('interrupted')
    case 'engine-error':
      return words('engineError', reason)
    case 'setup-failed':
    case 'stopped':
      return words(null, reason)
  }
}
