/** Preheating by itself: once a workspace that was used before is open and its engine is there, after an edit of requirements, after a sync. */
import type { CacheState, Pipeline, StaleReason } from '@shared/contract/pipelines'
import type { Settings } from '@shared/contract/settings'

export type PreheatTriggerDeps = {
  settings: () => Pick<Settings, 'preheatAtStart' | 'preheatAfterEdit' | 'preheatAfterSync'>
  /** The app's environment: the server's UV_PRE_HEAT switches it off here, too. */
  env: () => NodeJS.ProcessEnv
  /** null: all that are not warm. Rejects while one is under way. */
  preheat: (pipelines: string[] | null) => Promise<unknown>
  onProblem: (error: unknown) => void
}

export type PreheatTriggers = {
  /** The first look at a workspace decides: one that was used before is preheated, one that is new waits for its user. */
  opened(root: string, wasUsed: boolean): void
  catalogChanged(root: string, pipelines: readonly Pipeline[]): void
  /** The pipelines that a sync brought are known. */
  synced(): void
  dispose(): void
}

/** Who writes requirements saves more than once. */
const settleMs = 1500
const fetchable = new Set<CacheState>(['cold', 'partial', 'stale'])
/** Reasons that are no edit: what was removed from the cache is not to come back by itself. */
const notEdited = new Set<StaleReason | null>(['lock-outdated', 'cache-changed'])

export function createPreheatTriggers(deps: PreheatTriggerDeps): PreheatTriggers {
  let openedRoot: string | null = null
  let seen: { root: string; states: Map<string, CacheState> } | null = null
  const edited = new Set<string>()
  let timer: NodeJS.Timeout | null = null

  const isWanted = (): boolean => !/^(?:0|false|no|off)$/i.test(deps.env().UV_PRE_HEAT ?? '')

  const later = (): void => {
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => {
      timer = null
      const names = [...edited]
      edited.clear()
      deps.preheat(names).catch(deps.onProblem)
    }, settleMs)
    timer.unref()
  }

  return {
    opened(root, wasUsed) {
      if (openedRoot === root) return
      openedRoot = root
      if (wasUsed && deps.settings().preheatAtStart && isWanted()) deps.preheat(null).catch(deps.onProblem)
    },
    catalogChanged(root, pipelines) {
      const before = seen?.root === root ? seen.states : null
      seen = { root, states: new Map(pipelines.map(({ name, cache }) => [name, cache.state])) }
      if (before === null || !deps.settings().preheatAfterEdit) return
      for (const { name, cache } of pipelines) {
        const was = before.get(name)
        // Nothing was edited where only the newest preheating has ended.
        if (fetchable.has(cache.state) && was !== cache.state && was !== 'warming' && !notEdited.has(cache.reason)) edited.add(name)
        else if (!fetchable.has(cache.state)) edited.delete(name)
      }
      if (edited.size > 0) later()
      else if (timer) clearTimeout(timer)
    },
    synced() {
      if (deps.settings().preheatAfterSync && isWanted()) deps.preheat(null).catch(deps.onProblem)
    },
    dispose() {
      if (timer) clearTimeout(timer)
    },
  }
}
