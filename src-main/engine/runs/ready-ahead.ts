/**
 * Decides for which pipeline a container is kept ready: the one that is selected in the window, while nothing runs or waits,
 * and only where nothing has to be fetched. Whatever changes is looked at anew a moment later.
 */
import { randomUUID } from 'node:crypto'
import type { Settings } from '@shared/contract/settings'
import type { RunSpec } from '../runners/runner'
import type { RunOrders } from './run-order'

export type ReadyAheadDeps = {
  settings: () => Pick<Settings, 'standbyContainer'>
  orders: RunOrders
  /** Whether the engine is there and the packages of the pipeline are in the cache. */
  canKeepReady: (pipeline: string) => boolean
  isBusy: () => boolean
  keepReady: (spec: RunSpec) => Promise<void>
  keepNothing: () => Promise<void>
}

export type ReadyAhead = {
  /** null: none is selected. */
  want(pipeline: string | null): void
  /** Something has changed: a file, a setting, a run that ended. */
  recheck(): void
  dispose(): Promise<void>
}

/** Who walks through the list with the arrow keys wants no container for each. */
const settleMs = 400

export function createReadyAhead(deps: ReadyAheadDeps): ReadyAhead {
  let wanted: string | null = null
  let timer: NodeJS.Timeout | null = null
  let working: Promise<void> = Promise.resolve()
  let isDisposed = false

  const look = async (): Promise<void> => {
    if (isDisposed || deps.isBusy()) return
    try {
      if (wanted === null || !deps.settings().standbyContainer || !deps.canKeepReady(wanted)) return await deps.keepNothing()
      await deps.keepReady(deps.orders.plan(deps.orders.order({ pipeline: wanted, runConfigId: null, trigger: 'manual', runId: randomUUID() })).spec)
    } catch {
      // A pipeline that cannot be run as it is now: the run itself will say why.
      await deps.keepNothing()
    }
  }
  const recheck = (): void => {
    if (isDisposed) return
    if (timer) clearTimeout(timer)
    timer = setTimeout(() => {
      timer = null
      working = working.then(look)
    }, settleMs)
    timer.unref()
  }

  return {
    want(pipeline) {
      if (pipeline === wanted) return
      wanted = pipeline
      recheck()
    },
    recheck,
    async dispose() {
      isDisposed = true
      if (timer) clearTimeout(timer)
      await working
      await deps.keepNothing()
    },
  }
}
