/**
 * uv says nothing while another program works alone in the cache (`uv cache clean`, a removal, an import), and waits. Where a set-up
 * says nothing for some seconds one look by cache_busy.py (resources/worker) tells whether that is why; one that says something costs nothing.
 */
import { z } from 'zod'
import { createMessageReader } from './cache-work'
import type { CacheWorker } from './cache-worker'

export type CacheWait = {
  /** It said something, or is over: nothing more is looked for. */
  heard(): void
  /** Resolves when no look is under way. */
  over(): Promise<void>
}

export const cacheWaitWords = 'Something else works alone in the cache (uv cache clean, a removal or an import). Waiting until that is done.'

const silentMs = 4000
const answer = z.object({ isHeldAlone: z.boolean() })

/** `onWaiting`: the lock is held alone, and nothing was heard yet. Never throws: what cannot be looked at is not told. */
export function watchCacheWait(worker: () => Promise<CacheWorker>, onWaiting: () => void, afterMs = silentMs): CacheWait {
  const stop = new AbortController()
  let looking: Promise<void> = Promise.resolve()
  const look = async (): Promise<void> => {
    let isHeldAlone = false
    const onStdout = createMessageReader(answer, (told) => void (isHeldAlone = told.isHeldAlone))
    await (await worker()).perform({ program: 'cache_busy.py', work: null, isOffline: true, leavesCacheAlone: true, onStdout, stop: stop.signal })
    if (isHeldAlone && !stop.signal.aborted) onWaiting()
  }
  const timer = setTimeout(() => void (looking = look().catch(() => undefined)), afterMs)
  const heard = (): void => {
    clearTimeout(timer)
    stop.abort()
  }
  return {
    heard,
    over() {
      heard()
      return looking
    },
  }
}
