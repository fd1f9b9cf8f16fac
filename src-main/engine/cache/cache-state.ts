/** A pipeline's cache as it is shown: how warm it is, and what its next run would fetch before it can begin. */
import type { PipelineCache } from '@shared/contract/pipelines'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import { partsOf } from './cache-jobs'
import type { FetchEstimates } from './fetch-estimates'
import type { KnownPythons } from './known-pythons'
import type { SetupEnvironment } from './setup-environment'
import type { CachePlace, WarmState } from './warm-state'

export type CacheStateDeps = {
  warmState: WarmState
  fetches: Pick<FetchEstimates, 'of'>
  pythons: Pick<KnownPythons, 'isMissing'>
  environmentOf: (pipeline: DiscoveredPipeline) => SetupEnvironment
  place: () => CachePlace | null
  /** An engine is there, and no image for runs. */
  isImageMissing: () => boolean
}

export function createCacheState({ warmState, fetches, pythons, environmentOf, place, isImageMissing }: CacheStateDeps): (pipeline: DiscoveredPipeline) => PipelineCache {
  return (pipeline) => {
    const environment = environmentOf(pipeline)
    const now = place()
    const state = warmState.stateOf({ ...pipeline, env: environment.env }, now)
    if (state.startsOffline || state.state === 'warming') return state
    return {
      ...state,
      fetch: now === null || state.state === 'not-needed' ? null : fetches.of(warmState.keyOf(partsOf(pipeline, now, environment)), now.cache),
      pythonMissing: now !== null && pythons.isMissing(now.cache, pipeline.pythonVersion),
      imageMissing: isImageMissing(),
    }
  }
}
