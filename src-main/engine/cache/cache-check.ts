/**
 * Looks whether the cache is as it was made, names what is not, and takes that out so that it is fetched anew: the whole cache
 * when it is asked for.
 */
import type { CacheCheckState, CacheDamage } from '@shared/contract/cache-check'
import { AppError, toWireError } from '@shared/app-error'
import type { Publish } from '../events'
import { lookAtCache, type Look, type LookWork, type PublishedSo } from './cache-look'
import type { CacheWorker } from './cache-worker'

export type CacheCheckDeps = {
  /** Throws workspace/none-open, docker/…, tool/missing. */
  worker: () => Promise<CacheWorker>
  /** After something was taken out: looks anew which pipelines start from the cache, and names those that did and do not any more. */
  recheckWarm: (damage: readonly CacheDamage[]) => Promise<string[]>
  published: () => PublishedSo[]
  publish: Publish
}

export type CacheCheck = {
  start(isFull: boolean): CacheCheckState
  repair(): CacheCheckState
  /** What was repaired until then stays so. */
  cancel(): CacheCheckState
  state(): CacheCheckState
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  /** Another workspace: ends what is under way and forgets it. */
  reset(): void
  dispose(): Promise<void>
}

const nothing: Omit<CacheCheckState, 'rev'> = {
  phase: 'idle', isFull: false, done: 0, total: 0, packages: 0, environments: 0, where: [], damage: [], foreign: null, left: { count: 0, bytes: 0 }, repaired: null, message: null, finishedAtMs: null,
}
const publishEveryMs = 100

export function createCacheCheck({ worker, recheckWarm, published, publish }: CacheCheckDeps): CacheCheck {
  let current = nothing
  let rev = 0
  let stop = new AbortController()
  let working: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null

  const state = (): CacheCheckState => ({ ...current, rev })
  const tell = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    rev += 1
    publish('cache.checkChanged', state())
  }
  const change = (patch: Partial<CacheCheckState>): void => {
    current = { ...current, ...patch }
    tell()
  }
  const onProgress = (done: number, total: number): void => {
    current = { ...current, done, total }
    timer ??= setTimeout(tell, publishEveryMs)
  }

  /** Runs `work`, whose result becomes the state; one that is forgotten meanwhile changes nothing. */
  const begin = (first: Partial<CacheCheckState>, work: (signal: AbortSignal) => Promise<Partial<CacheCheckState>>): CacheCheckState => {
    if (working) throw new AppError('cache/busy', 'The cache is being checked or repaired already. Wait until it is done, or cancel it.')
    stop = new AbortController()
    const { signal } = stop
    change({ ...first, message: null, finishedAtMs: null })
    working = work(signal)
      .catch((error: unknown) => ({ phase: 'failed' as const, message: toWireError(error).message }))
      .then((end) => {
        working = null
        if (signal.reason !== 'forgotten') change(signal.aborted ? { phase: 'cancelled', finishedAtMs: Date.now() } : { ...end, finishedAtMs: Date.now() })
      })
    return state()
  }

  const look = async (chosen: CacheWorker, work: Omit<LookWork, 'published'>, signal: AbortSignal): Promise<Look> => {
    const found = await lookAtCache(chosen, { ...work, published: published() }, { stop: signal, onProgress })
    if (found.problem !== null) throw new AppError('cache/unreadable', `The cache could not be looked into: ${found.problem} Preheat a pipeline first, then check again.`)
    return found
  }

  return {
    state,
    start: (isFull) =>
      begin({ ...nothing, phase: 'checking', isFull }, async (signal) => {
        const chosen = await worker()
        const { repaired: _none, problem: _neither, ...found } = await look(chosen, { isFull, repairs: false, jobs: null, remove: null }, signal)
        return { ...found, phase: 'checked', where: chosen.where() }
      }),
    repair: () => {
      const { foreign, damage, isFull } = current
      return begin({ phase: 'repairing', done: 0, total: 0 }, async (signal) => {
        const chosen = await worker()
        if (foreign !== null) await chosen.handOver()
        // What could not be read before shows only now.
        const found = await look(chosen, { isFull, repairs: true, jobs: null, remove: foreign === null ? damage : null }, signal)
        const cold = found.damage.length === 0 ? [] : await recheckWarm(found.damage)
        return { phase: 'repaired', repaired: { bytes: 0, isBusy: false, ...found.repaired, cold }, damage: found.damage, foreign: foreign === null ? null : found.foreign }
      })
    },
    cancel() {
      stop.abort()
      return state()
    },
    idle: async () => working ?? undefined,
    reset() {
      stop.abort('forgotten')
      working = null
      if (current !== nothing) change(nothing)
    },
    async dispose() {
      stop.abort('forgotten')
      await working
      if (timer) clearTimeout(timer)
    },
  }
}
