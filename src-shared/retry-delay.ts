/** How long a failed run waits for its retry, as the server computes it (FASTFLOW.md §3.9). Pure. */
import type { RetryStrategy } from './pipeline-config-model'

export const defaultRetryDelaySeconds = 60

/** Whole seconds, at least 0. `retry` counts from 1; null: no strategy. */
export function retryDelaySeconds(strategy: RetryStrategy | null, retry: number): number {
  const delay = Math.trunc(exactDelaySeconds(strategy, retry))
  // Also for the NaN that 0 times an overflow is.
  return delay > 0 ? delay : 0
}

function exactDelaySeconds(strategy: RetryStrategy | null, retry: number): number {
  switch (strategy?.kind) {
    case undefined:
      return defaultRetryDelaySeconds
    case 'fixed':
      return strategy.delaySeconds
    case 'exponential':
      return Math.min(strategy.initialSeconds * strategy.multiplier ** (retry - 1), strategy.maxSeconds)
    case 'custom':
      return strategy.delaysSeconds[retry - 1] ?? strategy.delaysSeconds.at(-1) ?? defaultRetryDelaySeconds
  }
}
