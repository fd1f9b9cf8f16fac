/** A timer for any time ahead: setTimeout fires at once for more than 24.8 days, and does not count while the computer sleeps. */

const longestMs = 2 ** 31 - 1

/** Calls back when the clock of the computer shows `atMs`, or soon after; at once for a time that is past. Answers what cancels it. */
export function callAt(atMs: number, callback: () => void, lookEveryMs = 60_000): () => void {
  let timer: NodeJS.Timeout
  const arm = (): void => {
    const remainingMs = atMs - Date.now()
    // A short look now and then notices a clock that was set or a computer that slept.
    timer = setTimeout(() => (Date.now() >= atMs ? callback() : arm()), Math.max(0, Math.min(remainingMs, lookEveryMs, longestMs)))
  }
  arm()
  return () => clearTimeout(timer)
}
