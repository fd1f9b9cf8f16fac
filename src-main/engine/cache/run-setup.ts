/** How a run sets up: from the cache alone where that was seen to work or nothing else can, else with the index. */
import type { Settings } from '@shared/contract/settings'
import type { NetworkEnvironment } from '../platform/network-environment'
import type { RunSpec, Setup } from '../runners/runner'
import type { IndexReach } from '../uv/index-reach'
import type { CachePlace, WarmState } from './warm-state'

export type RunSetupDeps = {
  warmState: Pick<WarmState, 'keyOf' | 'isWarm'>
  settings: () => Pick<Settings, 'askIndexEveryRun'>
  network: () => Promise<NetworkEnvironment>
  indexReach: IndexReach
}

export function createRunSetup({ warmState, settings, network, indexReach }: RunSetupDeps): (place: CachePlace, spec: RunSpec) => Promise<Setup> {
  return async (place, { pythonVersion, pipelineDir, env }) => {
    const warmKey = warmState.keyOf({ ...place, pythonVersion, pipelineDir, env })
    if (settings().askIndexEveryRun) return { warmKey, isOffline: false, notice: null }
    if (warmState.isWarm(warmKey)) return { warmKey, isOffline: true, notice: null }
    const unreachable = await indexReach.unreachable({ ...(await network()).proxyEnv, ...env })
    if (unreachable === null) return { warmKey, isOffline: false, notice: null }
    return { warmKey, isOffline: true, notice: `${unreachable} cannot be reached from this computer: the run takes what is in the cache. Where a container does reach it, switch on "Ask the package index at every run".` }
  }
}
