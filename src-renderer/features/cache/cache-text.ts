/** The state of a pipeline's cache as it looks and as it reads. */
import type { TFunction } from 'i18next'
import { CircleAlert, Flame, Hourglass, LoaderCircle, Snowflake, ThermometerSnowflake, type LucideIcon } from 'lucide-react'
import type { CacheState, PipelineCache } from '@shared/contract/pipelines'

export const cacheLooks: Record<Exclude<CacheState, 'not-needed'>, { Icon: LucideIcon; tone: string }> = {
  cold: { Icon: Snowflake, tone: 'tone-quiet' },
  partial: { Icon: ThermometerSnowflake, tone: 'tone-quiet' },
  warming: { Icon: LoaderCircle, tone: 'tone-quiet' },
  warm: { Icon: Flame, tone: 'tone-ok' },
  stale: { Icon: Hourglass, tone: 'tone-warn' },
  failed: { Icon: CircleAlert, tone: 'tone-danger' },
}

const mostNames = 8

/** A sentence or two: what the state means for the next run, what has changed, what is missing. */
export function cacheText({ state, reason, missing, resolvedAtMs, message }: PipelineCache, t: TFunction): string {
  const parts = [reason === null ? t(`cache.explained.${state}`) : t(`cache.stale.${reason}`)]
  if (resolvedAtMs !== null) parts.push(t('cache.resolvedAt', { date: new Date(resolvedAtMs).toLocaleString() }))
  if (missing.length > 0) parts.push(t('cache.missing', { names: missing.slice(0, mostNames).join(', ') + (missing.length > mostNames ? ', …' : ''), count: missing.length }))
  if (message !== null) parts.push(message.trim().split('\n').slice(0, 3).join('\n'))
  return parts.join('\n')
}
