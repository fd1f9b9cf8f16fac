/** What the programs that remove from, export and import a cache tell (resources/worker/cache_remove.py, cache_carry.py). */
import { z } from 'zod'
import { cacheInventory } from './cache-work'

const count = z.number().int().nonnegative()
const packages = z.array(z.tuple([z.string(), z.string()]))

const inUse = z.object({ inUse: z.literal(true) })

export const removalMessage = z.union([
  inUse,
  z.object({ item: z.string(), kind: z.enum(['package', 'environment', 'leftover']), name: z.string(), bytes: count, packages }),
  /** What a pipeline's start without a network takes; null: it does not start. */
  z.object({ user: z.string(), packages: packages.nullable() }),
  z.object({ removed: z.string(), bytes: count, problem: z.string().nullable() }),
  z.object({ inventory: cacheInventory }),
])
export type RemovalMessage = z.infer<typeof removalMessage>

export const transferMessage = z.union([
  inUse,
  z.object({ total: count }),
  z.object({ done: count }),
  /** An export has written its last byte; so many. */
  z.object({ written: count }),
  /** `foreign`: not such a file, or not for this cache. `damaged`: it was one. */
  z.object({ refused: z.enum(['foreign', 'damaged', 'disk-full']), message: z.string() }),
  z.object({ imported: z.literal(true) }),
])
export type TransferMessage = z.infer<typeof transferMessage>
