import { z } from 'zod'
import { atMs, bytes, event, request, rev } from './define'

const count = z.number().int().nonnegative()

/**
 * How a file differs from what its package says of it. `cut`: shorter; `changed`: of another content, so that somebody wrote
 * to it: what is in the cache is executed.
 */
export const damageReason = z.enum(['missing', 'empty', 'cut', 'changed', 'unreadable'])
export type DamageReason = z.infer<typeof damageReason>

/** One package that is not as it was made, unpacked (`package`) or in an environment that was made of it. */
export const cacheDamage = z.object({
  kind: z.enum(['package', 'environment']),
  /** Where the cache keeps it. */
  folder: z.string(),
  /** Empty where that cannot be told any more. */
  name: z.string(),
  version: z.string(),
  /** The first few. */
  files: z.array(z.tuple([z.string(), damageReason])).min(1),
  fileCount: count,
  /** What it takes on disk. */
  bytes,
})
export type CacheDamage = z.infer<typeof cacheDamage>

/*
 * idle ──> checking ──> checked ──> repairing ──> repaired
 *   ^          │                        │
 *   └── failed, cancelled <─────────────┘
 */
export const cacheCheckPhase = z.enum(['idle', 'checking', 'checked', 'repairing', 'repaired', 'failed', 'cancelled'])

/** Of the newest check. */
export const cacheCheckState = z.object({
  phase: cacheCheckPhase,
  /** By hashes; else by sizes alone. */
  isFull: z.boolean(),
  /** Of the packages and environments. */
  done: count,
  total: count,
  packages: count,
  environments: count,
  /** The volumes, or the folders on this computer. */
  where: z.array(z.string()),
  damage: z.array(cacheDamage),
  /** Files that belong to another user than the runs'. */
  foreign: z.object({ count, example: z.string() }).nullable(),
  /** What was begun and never finished, and what nothing leads to. */
  left: z.object({ count, bytes }),
  /** `isBusy`: something works in the cache, so the space is freed by the next repair only. `cold`: pipelines that have to fetch now. */
  repaired: z.object({ bytes, isBusy: z.boolean(), cold: z.array(z.string()) }).nullable(),
  /** Why it failed. */
  message: z.string().nullable(),
  finishedAtMs: atMs.nullable(),
  rev,
})
export type CacheCheckState = z.infer<typeof cacheCheckState>

export const cacheCheckRequests = {
  /** Answers when it has begun; errors: cache/busy. */
  check: request({ isFull: z.boolean() }, cacheCheckState),
  /** Takes out what the newest check found, so that it is fetched anew. Errors: cache/busy. */
  repair: request({}, cacheCheckState),
  cancelCheck: request({}, cacheCheckState),
  checkState: request({}, cacheCheckState),
  checkChanged: event(cacheCheckState),
}
