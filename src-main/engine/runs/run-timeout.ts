/**
 * The time a run may take, counted from the beginning of the user's code, or from a minute after the start when the set-up
 * takes longer than that (FASTFLOW.md §3.6, §3.7). A clock that is set under way and a computer that sleeps, and its containers
 * with it, neither shorten nor lengthen it.
 */
import { callAfter } from '../platform/long-timer'

/** The times are those of the computer's clock; one in the past is that of a run that is taken over. */
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
    cancel = callAfter(atMs + seconds * 1000 - Date.now(), onExpired)
  }
  return {
    onStarted: (atMs) => countFrom(atMs + longestSetupMs),
    onCodeStarted: countFrom,
    dispose: () => cancel(),
  }
}
