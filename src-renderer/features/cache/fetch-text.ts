/** What the next run of a pipeline would fetch, in words; what is not known is not said. */
import type { TFunction } from 'i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { byteText } from '../../ui/format'
import { cacheText } from './cache-text'

export type CachedPipeline = Pick<Pipeline, 'pythonVersion' | 'cache'>

const mostNames = 8

/** The state of the cache, and what is missing in it. */
export function cacheWords(pipeline: CachedPipeline, t: TFunction, language: string): string {
  const { cache } = pipeline
  // The estimate names what is missing, and more exactly.
  const isEstimated = cache.fetch !== null && cache.fetch.problem === null
  return [cacheText(isEstimated ? { ...cache, missing: [] } : cache, t), ...fetchParts(pipeline, t, language)].join('\n')
}

export function fetchParts({ pythonVersion, cache }: CachedPipeline, t: TFunction, language: string): string[] {
  const { fetch, pythonMissing, imageMissing, state } = cache
  const parts: string[] = []
  if (fetch !== null && fetch.problem === null) {
    const names = fetch.packages.slice(0, mostNames).map(({ name, version }) => `${name} ${version}`)
    if (fetch.count > 0) parts.push(t('fetch.packages', { names: names.join(', ') + (fetch.count > names.length ? ', …' : ''), size: byteText(fetch.bytes, language), count: fetch.count }))
    else if (fetch.unknown.length === 0) parts.push(t('fetch.nothing'))
    if (fetch.unknown.length > 0) parts.push(t('fetch.unknown', { names: fetch.unknown.slice(0, mostNames).join(', ') + (fetch.unknown.length > mostNames ? ', …' : '') }))
  }
  // A preheating that failed has said the same in uv's words.
  if (fetch?.problem && state !== 'failed') parts.push(t('fetch.problem', { problem: fetch.problem }))
  if (pythonMissing) parts.push(t('fetch.python', { version: pythonVersion }))
  if (imageMissing) parts.push(t('fetch.image'))
  return parts
}
