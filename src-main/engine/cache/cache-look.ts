/** One look by cache_check.py (resources/worker): what it is given, what it tells, and that in words. */
import { z } from 'zod'
import { cacheDamage, type CacheDamage, type DamageReason } from '@shared/contract/cache-check'
import { createMessageReader, type CacheJob } from './cache-work'
import type { CacheWorker } from './cache-worker'

/** `jobs` null: everything that is in the cache; `remove`: nothing is looked at, these are taken out. */
export type LookWork = { isFull: boolean; repairs: boolean; jobs: CacheJob[] | null; remove: CacheDamage[] | null; published: PublishedSo[] }

/** Package, version, file and why: it is published so, and fetching it again changes nothing. */
export type PublishedSo = [name: string, version: string, file: string, why: DamageReason]

const count = z.number().int().nonnegative()
const lookMessage = z.union([
  z.object({ damage: cacheDamage }),
  z.object({ foreign: z.object({ count, example: z.string() }) }),
  z.object({ left: z.object({ count, bytes: count }) }),
  z.object({ looked: z.object({ packages: count, environments: count }) }),
  z.object({ repaired: z.object({ bytes: count, isBusy: z.boolean() }) }),
  z.object({ done: count, total: count }),
])

export type Look = {
  damage: CacheDamage[]
  foreign: { count: number; example: string } | null
  left: { count: number; bytes: number }
  packages: number
  environments: number
  repaired: { bytes: number; isBusy: boolean } | null
  /** What it said last, where it did not come to its end. */
  problem: string | null
}

export type LookOptions = { stop: AbortSignal; pipelineDir?: string | undefined; onProgress?: (done: number, total: number) => void }

/** Throws what CacheWorker.perform throws. */
export async function lookAtCache(worker: CacheWorker, work: LookWork, { stop, pipelineDir, onProgress }: LookOptions): Promise<Look> {
  const look: Look = { damage: [], foreign: null, left: { count: 0, bytes: 0 }, packages: 0, environments: 0, repaired: null, problem: null }
  const onStdout = createMessageReader(lookMessage, (told) => {
    if ('damage' in told) look.damage.push(told.damage)
    else if ('looked' in told) Object.assign(look, told.looked)
    else if ('done' in told) onProgress?.(told.done, told.total)
    else Object.assign(look, told)
  })
  // Its uv must not hold the cache's lock: nothing could be deleted.
  look.problem = await worker.perform({ program: 'cache_check.py', work, isOffline: true, leavesCacheAlone: true, onStdout, stop, ...(pipelineDir !== undefined && { pipelineDir }) })
  return look
}

const words: Record<DamageReason, string> = {
  missing: 'is missing',
  empty: 'is empty',
  cut: 'is cut off',
  changed: 'has been changed since it was fetched',
  unreadable: 'cannot be read',
}

const mostNamed = 3

/** `six.py of six 1.17.0 is missing`, of each package once. */
export function damageWords(damage: readonly CacheDamage[]): string {
  const byPackage = new Map(damage.map((item) => [`${item.name} ${item.version}`, item]))
  const named = [...byPackage].slice(0, mostNamed).map(([name, { files, fileCount }]) => {
    const [file, reason] = files[0] ?? ['', 'missing']
    const more = fileCount > 1 ? ` (and ${fileCount - 1} more of its files)` : ''
    return `${file}${name.trim() === '' ? '' : ` of ${name}`} ${words[reason]}${more}`
  })
  return named.join('; ') + (byPackage.size > mostNamed ? `; and ${byPackage.size - mostNamed} more packages` : '')
}
