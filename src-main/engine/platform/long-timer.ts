/** Timers for any time ahead: setTimeout fires at once for more than 24.8 days, and does not count while the computer sleeps. */

/** Calls back when the clock of the computer shows `atMs`, or soon after; at once for a time that is past. Answers what cancels it. */
export function callAt(atMs: number, callback: () => void): () => void {
  return callWhen(Date.now, atMs, callback)
}

/** Calls back when so much time has passed in which the computer was awake, whatever its clock was set to meanwhile. Answers what cancels it. */
export function callAfter(durationMs: number, callback: () => void): () => void {
  const clock = (): number => performance.now()
  return callWhen(clock, clock() + durationMs, callback)
}

/** A short look now and then notices a clock that was set or a computer that slept. */
const lookEveryMs = 60_000

function callWhen(clock: () => number, atMs: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  const arm = (): void => {
    timer = setTimeout(() => (clock() >= atMs ? callback() : arm()), Math.max(0, Math.min(Math.ceil(atMs - clock()), lookEveryMs)))
  }
  arm()
  return () => clearTimeout(timer)
}
