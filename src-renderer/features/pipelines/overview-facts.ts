/** What the overview says of a pipeline beyond the file's own words: limits, retries, secrets that are there. Pure. */
import type { DownstreamTrigger, Pipeline } from '@shared/contract/pipelines'
import type { SecretsState } from '@shared/contract/secrets'
import type { Settings } from '@shared/contract/settings'

/** A number of the pipeline, or the setting's that counts because it says none. */
export type Effective = { value: number; isDefault: boolean }

/** Seconds; 0: none. */
export function effectiveTimeout(pipeline: Pick<Pipeline, 'timeoutSeconds'>, settings: Pick<Settings, 'defaultTimeoutSeconds'>): Effective {
  return pipeline.timeoutSeconds === null ? { value: settings.defaultTimeoutSeconds, isDefault: true } : { value: pipeline.timeoutSeconds, isDefault: false }
}

export function effectiveRetries(pipeline: Pick<Pipeline, 'retryAttempts'>, settings: Pick<Settings, 'defaultRetryAttempts'>): Effective {
  return pipeline.retryAttempts === null ? { value: settings.defaultRetryAttempts, isDefault: true } : { value: pipeline.retryAttempts, isDefault: false }
}

/** `unknown` while the store has not answered. */
export type SecretPresence = { name: string; presence: 'stored' | 'missing' | 'unknown' }

export function secretPresence(names: readonly string[], state: Pick<SecretsState, 'secrets' | 'storage'> | null): SecretPresence[] {
  const stored = new Set(state?.secrets.map(({ name }) => name))
  const isKnown = state !== null && state.storage !== 'unavailable'
  return names.map((name) => ({ name, presence: stored.has(name) ? 'stored' : isKnown ? 'missing' : 'unknown' }))
}

/** When a trigger fires; a route counts alone (FASTFLOW.md §2.5). */
export function triggerWhen({ onSuccess, onFailure, onRoute }: DownstreamTrigger): 'route' | 'success' | 'failure' | 'always' | 'never' {
  if (onRoute !== null) return 'route'
  if (onSuccess) return onFailure ? 'always' : 'success'
  return onFailure ? 'failure' : 'never'
}
