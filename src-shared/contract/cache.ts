import { z } from 'zod'
import { cacheCheckRequests } from './cache-check'
import { errorCodes } from '../app-error'
import { atMs, bytes, event, request, rev } from './define'
import { pipelineName } from './pipelines'

/**
 * `locked`: something else works alone in the cache, and uv waits until that is done.
 * queued <──> locked; queued ──> python ──> resolving ──> downloading <──> building ──> checking ──> ready; failed and cancelled from everywhere.
 */
export const preheatPhase = z.enum(['queued', 'locked', 'python', 'resolving', 'downloading', 'building', 'checking', 'ready', 'failed', 'cancelled'])
export type PreheatPhase = z.infer<typeof preheatPhase>

/** One pipeline's way into the cache. */
export const preheatJob = z.object({
  pipeline: z.string(),
  phase: preheatPhase,
  /** Packages that are in the cache, of those that were resolved. */
  done: z.number().int().nonnegative(),
  total: z.number().int().nonnegative(),
  /** Of the downloads that uv announced; small ones it does not announce. */
  doneBytes: bytes,
  totalBytes: bytes,
  /** uv's words, when it failed. */
  message: z.string().nullable(),
})
export type PreheatJob = z.infer<typeof preheatJob>

/** Of the newest preheating, in the order of the catalog; empty before the first one. */
export const preheatState = z.object({ isRunning: z.boolean(), jobs: z.array(preheatJob), startedAtMs: atMs.nullable(), rev })
export type PreheatState = z.infer<typeof preheatState>

const cachedPackage = z.object({ name: z.string(), version: z.string(), bytes, atMs, /** Pipelines whose set-up takes it. */ usedBy: z.array(z.string()) })

const cachedPython = z.object({ version: z.string(), folder: z.string(), bytes, usedBy: z.array(z.string()) })

/** `where`: the volumes, or the folder on this computer. Packages by size, largest first. `unknown`: warm pipelines of which it is not known what they take. */
export const cacheContent = z.object({
  where: z.array(z.string()),
  packages: z.array(cachedPackage),
  pythons: z.array(cachedPython),
  environments: z.number().int().nonnegative(),
  cacheBytes: bytes,
  pythonBytes: bytes,
  unknown: z.array(z.string()),
})
export type CacheContent = z.infer<typeof cacheContent>

/** What to look for: these packages, all that no pipeline uses, and what uv has left behind. */
const removalChoice = { packages: z.array(z.object({ name: z.string().max(256), version: z.string().max(256) })).max(10_000), unused: z.boolean(), leftovers: z.boolean() }

/** `environment`: a set-up that uv keeps ready; it goes with the packages in it. */
const removalItem = z.object({ kind: z.enum(['package', 'environment', 'leftover']), name: z.string(), bytes, /** In an environment. */ packages: z.array(z.string()) })
export type RemovalItem = z.infer<typeof removalItem>

/** Packages before environments before leftovers; `bytes` is what removing all of it sets free. */
export const cacheRemoval = z.object({
  id: z.string(),
  items: z.array(removalItem),
  bytes,
  /** Pipelines that have to fetch again then. */
  affected: z.array(z.string()),
  /** Warm pipelines of which it is not known what they use: then nothing counts as unused. */
  unknown: z.array(z.string()),
  /** Why it cannot be removed at this moment. */
  inUseBy: z.object({ /** Pipelines. */ runs: z.array(z.string()), isPreheating: z.boolean() }),
})
export type CacheRemoval = z.infer<typeof cacheRemoval>

/** `kept`: what could not be removed, with the reason. */
export const removedFromCache = z.object({ freedBytes: bytes, count: z.number().int().nonnegative(), kept: z.array(z.string()) })

/** `working` ──> done, failed or cancelled. The newest one stays until the next. */
export const cacheTransfer = z.object({
  kind: z.enum(['export', 'import']),
  file: z.string(),
  state: z.enum(['working', 'done', 'failed', 'cancelled']),
  /** Of what is in the cache; the file is smaller. `totalBytes` is 0 until it is known. */
  doneBytes: bytes,
  totalBytes: bytes,
  /** Of the file, when an export is done. */
  fileBytes: bytes.nullable(),
  error: z.object({ code: z.enum(errorCodes), message: z.string() }).nullable(),
})
export type CacheTransfer = z.infer<typeof cacheTransfer>

/** `bytes`: of cache and Pythons at the last look, null before the first. `isOverCap`: and the user was not told yet. */
export const cacheUpkeep = z.object({ transfer: cacheTransfer.nullable(), bytes: bytes.nullable(), isOverCap: z.boolean(), rev })
export type CacheUpkeep = z.infer<typeof cacheUpkeep>

/** Its ending keeps an export from replacing any other kind of file. */
const cacheFile = z.string().min(1).max(4096).regex(/\.tar\.gz$/, 'a file that ends in .tar.gz')

export const cacheContract = {
  /** Errors: workspace/untrusted, pipeline/not-found, cache/busy. */
  preheat: request({ /** null: all that have something to fetch. */ pipelines: z.array(pipelineName).max(10_000).nullable() }, preheatState),
  cancelPreheat: request({}, preheatState),
  preheatState: request({}, preheatState),
  /** What uv and its commands printed for this pipeline in the newest preheating. */
  preheatLog: request({ pipeline: pipelineName }, z.object({ text: z.string() })),
  /**
   * Asks the index what pipelines that are not warm would fetch; it shows in their `cache.fetch`. null: all of them. What is known is
   * not asked again unless `again` says so. Answers when it is known; one short-lived container for all.
   */
  estimate: request({ pipelines: z.array(pipelineName).max(10_000).nullable(), again: z.boolean() }, z.object({})),
  /** Looks into the cache, by one short-lived container. */
  content: request({}, cacheContent),
  preheatChanged: event(preheatState),
  ...cacheCheckRequests,
  /** Looks, without a network, what could go, and how much that sets free. Removes nothing. */
  previewRemoval: request(removalChoice, cacheRemoval),
  /** Removes what was previewed, and no more. `cache/in-use` while something works in the cache, `cache/preview-outdated` after another look. */
  remove: request({ id: z.string().max(64) }, removedFromCache),
  upkeep: request({}, cacheUpkeep),
  /** No more about the cap until the cache has grown by another gigabyte. */
  dismissCap: request({}, cacheUpkeep),
  /** Writes the cache into a file; an absolute path. Answers when it has begun. */
  export: request({ file: cacheFile }, cacheUpkeep),
  /** Takes over from a file what is not there yet. A cache holds code that runs: only from whom one trusts. */
  import: request({ file: cacheFile }, cacheUpkeep),
  cancelTransfer: request({}, cacheUpkeep),
  /** Shows the system's file dialog; null when it was cancelled. */
  pickFile: request({ purpose: z.enum(['export', 'import']) }, z.object({ path: z.string().nullable() })),
  upkeepChanged: event(cacheUpkeep),
}
