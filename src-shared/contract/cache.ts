import { z } from 'zod'
import { atMs, bytes, event, request, rev } from './define'
import { pipelineName } from './pipelines'

/** queued ──> python ──> resolving ──> downloading <──> building ──> checking ──> ready; failed and cancelled from everywhere. */
export const preheatPhase = z.enum(['queued', 'python', 'resolving', 'downloading', 'building', 'checking', 'ready', 'failed', 'cancelled'])
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

const cachedPackage = z.object({ name: z.string(), version: z.string(), bytes, atMs, /** Pipelines whose set-up took it, as far as known. */ usedBy: z.array(z.string()) })

const cachedPython = z.object({ version: z.string(), folder: z.string(), bytes, usedBy: z.array(z.string()) })

/** `where`: the volumes, or the folder on this computer. Packages by size, largest first. */
export const cacheContent = z.object({
  where: z.array(z.string()),
  packages: z.array(cachedPackage),
  pythons: z.array(cachedPython),
  environments: z.number().int().nonnegative(),
  cacheBytes: bytes,
  pythonBytes: bytes,
})
export type CacheContent = z.infer<typeof cacheContent>

export const cacheContract = {
  /** Errors: workspace/untrusted, pipeline/not-found, cache/busy. */
  preheat: request({ /** null: all that have something to fetch. */ pipelines: z.array(pipelineName).max(10_000).nullable() }, preheatState),
  cancelPreheat: request({}, preheatState),
  preheatState: request({}, preheatState),
  /** What uv and its commands printed for this pipeline in the newest preheating. */
  preheatLog: request({ pipeline: pipelineName }, z.object({ text: z.string() })),
  /** Looks into the cache, by one short-lived container. */
  content: request({}, cacheContent),
  preheatChanged: event(preheatState),
}
