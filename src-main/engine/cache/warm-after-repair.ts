/** After something was taken out of the cache: which pipelines were warm with it, and are not for certain any more. */
import type { CacheDamage } from '@shared/contract/cache-check'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import type { CachePlace, WarmState } from './warm-state'

export type WarmAfterRepairDeps = {
  pipelines: () => DiscoveredPipeline[]
  warmState: Pick<WarmState, 'keyOf' | 'isWarm' | 'forget' | 'packagesOf'>
  keyParts: (pipeline: DiscoveredPipeline, place: CachePlace) => Parameters<WarmState['keyOf']>[0]
  /** Looks, without a network, which pipelines start; those are warm from then on. */
  look: () => Promise<unknown>
}

export type WarmAfterRepair = {
  /** Those that took what was damaged, as far as that is known, are warm no more. */
  forget(damage: readonly CacheDamage[], place: CachePlace | null): DiscoveredPipeline[]
  /** Looks which of them start all the same; names the others. */
  recheck(damage: readonly CacheDamage[], place: CachePlace | null): Promise<string[]>
}

export function createWarmAfterRepair({ pipelines, warmState, keyParts, look }: WarmAfterRepairDeps): WarmAfterRepair {
  const isWarm = (pipeline: DiscoveredPipeline, place: CachePlace): boolean => warmState.isWarm(warmState.keyOf(keyParts(pipeline, place)))
  const forget: WarmAfterRepair['forget'] = (damage, place) => {
    if (place === null) return []
    const gone = new Set(damage.map(({ name, version }) => `${name} ${version}`))
    const takesIt = ({ realPath }: DiscoveredPipeline): boolean => {
      const taken = warmState.packagesOf(realPath)
      return taken === null || gone.has(' ') || taken.some(([name, version]) => gone.has(`${name} ${version}`))
    }
    const forgotten = pipelines().filter((pipeline) => isWarm(pipeline, place) && takesIt(pipeline))
    for (const pipeline of forgotten) warmState.forget(warmState.keyOf(keyParts(pipeline, place)))
    return forgotten
  }
  return {
    forget,
    async recheck(damage, place) {
      const forgotten = forget(damage, place)
      if (forgotten.length === 0 || place === null) return []
      await look()
      return forgotten.filter((pipeline) => !isWarm(pipeline, place)).map(({ name }) => name)
    },
  }
}
