/** One at a time, in the order in which they asked: what installs into a cache must not meet itself at uv's lock. */

/** What was stopped does not wait: it is called at once, and has nothing to do but to see that. */
export type Turns = <T>(work: () => Promise<T>, stop?: AbortSignal) => Promise<T>

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work, stop) => {
    const stopped = new Promise<void>((resolve) => {
      if (stop?.aborted) resolve()
      stop?.addEventListener('abort', () => resolve(), { once: true })
    })
    const turn = Promise.race([last, stopped]).then(work)
    last = Promise.allSettled([last, turn])
    return turn
  }
}
