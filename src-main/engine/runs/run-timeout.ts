/**
 * The time a run may take, counted from the beginning of the user's code, or from a minute after the start when the set-up
 * takes longer than that (FASTFLOW.md §3.6, §3.7).
 */
import { callAt } from '../platform/long-timer'

export type RunTimeout = {
  onStarted(atMs: number): void
  onCodeStarted(atMs: number): void
  dispose(): void
}

const longestSetupMs = 60_000

/** `seconds` null: none. */
export function createRunTimeout(seconds: number | null, onExpired: () => void): RunTimeout {
  let cancel = (): void => undefined
  let countsFromMs = Infinity
  const countFrom = (atMs: number): void => {
    if (seconds === null || atMs >= countsFromMs) return
    countsFromMs = atMs
    cancel()
    cancel = callAt(atMs + seconds * 1000, onExpired)
  }
  return {
    onStarted: (atMs) => countFrom(atMs + longestSetupMs),
    onCodeStarted: countFrom,
    dispose: () => cancel(),
  }
}
