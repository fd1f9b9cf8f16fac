/**
 * Is a pipeline warm? Only what was seen to work counts: a set-up that reached the user's code with these requirements, this
 * Python, this image (or uv) and this very cache. Anything that changes gives another key, so warm never lies after an edit.
 */
import { createHash } from 'node:crypto'
import type { CacheState } from '@shared/contract/pipelines'
import type { Facts } from '../store/facts'
import { requirementsFingerprint } from '../uv/requirements'

export type SetupParts = {
  /** What resolves and installs: image id, or uv's version and this computer. */
  installer: string
  /** The cache it installs into. */
  cache: string
  pythonVersion: string
  pipelineDir: string
}

/** Without requirements the key stands for Python alone. */
export function warmKey({ installer, cache, pythonVersion, pipelineDir }: SetupParts): string {
  return createHash('sha256').update([installer, cache, pythonVersion, requirementsFingerprint(pipelineDir) ?? ''].join('\0')).digest('hex')
}

export type WarmState = {
  isWarm(key: string): boolean
  remember(key: string): void
  /** `where` is null while neither an image nor a cache is known. */
  stateOf(pipeline: { realPath: string; hasRequirements: boolean; pythonVersion: string }, where: Pick<SetupParts, 'installer' | 'cache'> | null): CacheState
}

export function createWarmState(facts: Facts, onWarmed: () => void): WarmState {
  const isWarm = (key: string): boolean => facts.get(`warm:${key}`) !== null
  return {
    isWarm,
    remember(key) {
      if (isWarm(key)) return
      facts.set(`warm:${key}`, String(Date.now()))
      onWarmed()
    },
    stateOf(pipeline, where) {
      if (!pipeline.hasRequirements) return 'not-needed'
      // A folder that is gone, or requirements that cannot be read, promise nothing.
      if (where === null || requirementsFingerprint(pipeline.realPath) === null) return 'cold'
      return isWarm(warmKey({ ...where, pythonVersion: pipeline.pythonVersion, pipelineDir: pipeline.realPath })) ? 'warm' : 'cold'
    },
  }
}
