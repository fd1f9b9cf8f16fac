import { z } from 'zod'
import { atMs, bytes, event, request, rev } from './define'

export const problem = z.object({
  severity: z.enum(['error', 'warning', 'information']),
  message: z.string(),
  /** File the problem is in, relative to the pipeline's folder; null when it concerns the folder. */
  file: z.string().nullable(),
  /** 1-based; null when the problem has no place in a file. */
  line: z.number().int().positive().nullable(),
  column: z.number().int().positive().nullable(),
})
export type Problem = z.infer<typeof problem>

/**
 * `warm`: these requirements, this Python and this cache were set up successfully, so it starts without a network.
 * `not-needed`: no requirements. `stale`: it was warm, and `reason` says what has changed. `partial`: some of what it names is
 * there. `failed`: the newest preheating of exactly this failed. `cold`: all else.
 */
export const cacheState = z.enum(['not-needed', 'cold', 'partial', 'warming', 'warm', 'stale', 'failed'])
export type CacheState = z.infer<typeof cacheState>

export const staleReason = z.enum(['requirements-changed', 'lock-outdated', 'python-changed', 'python-removed', 'image-changed', 'index-changed', 'cache-replaced', 'cache-changed'])
export type StaleReason = z.infer<typeof staleReason>

/** What a run would fetch, as the index told. */
export const fetchEstimate = z.object({
  /** Not in the cache; largest first, and no more than a window shows. `bytes` null: the index does not tell. */
  packages: z.array(z.object({ name: z.string(), version: z.string(), bytes: bytes.nullable() })),
  /** How many they are, and the known bytes of all of them. */
  count: z.number().int().nonnegative(),
  bytes,
  /** What cannot be told without building it or looking into the folder. */
  unknown: z.array(z.string()),
  /** Why nothing is known. */
  problem: z.string().nullable(),
})
export type FetchEstimate = z.infer<typeof fetchEstimate>

export const pipelineCache = z.object({
  state: cacheState,
  /** Only when stale. */
  reason: staleReason.nullable(),
  /** It starts without a network: warm, or stale by its lock alone. */
  startsOffline: z.boolean(),
  /** Names in the requirements that are not in the cache, as far as was looked. */
  missing: z.array(z.string()),
  /** Of a pipeline that is not warm; null: not asked yet. */
  fetch: fetchEstimate.nullable(),
  /** As far as was looked. */
  pythonMissing: z.boolean(),
  imageMissing: z.boolean(),
  /** When its packages were resolved last; null where that never worked. */
  resolvedAtMs: atMs.nullable(),
  /** uv's words, when failed. */
  message: z.string().nullable(),
})
export type PipelineCache = z.infer<typeof pipelineCache>

/** A schedule in words of the file. `text`: the cron expression, `every 3600 s`, an ISO time. */
export const timing = z.object({ kind: z.enum(['cron', 'interval', 'once', 'restart']), text: z.string() })
export type Timing = z.infer<typeof timing>

/** An entry of `schedules[]`: a way to run the pipeline with overrides, by its schedule or on demand. null: not overridden. */
export const runConfig = z.object({
  id: z.string(),
  enabled: z.boolean(),
  timing,
  envNames: z.array(z.string()),
  hasWebhook: z.boolean(),
  timeoutSeconds: z.number().nullable(),
  retryAttempts: z.number().int().nonnegative().nullable(),
  memoryLimitBytes: bytes.nullable(),
  cpuLimit: z.number().nullable(),
})
export type RunConfig = z.infer<typeof runConfig>

/** How pipelines follow each other, for the window; what a run uses is in pipeline-config.ts. */
export const downstreamTrigger = z.object({ pipeline: z.string(), onSuccess: z.boolean(), onFailure: z.boolean(), onRoute: z.string().nullable(), runConfigId: z.string().nullable() })
export type DownstreamTrigger = z.infer<typeof downstreamTrigger>

export const pipeline = z.object({
  /** The folder's name, as it is; also the identity of the pipeline on the server. */
  name: z.string(),
  /** Absolute path of the folder. */
  path: z.string(),
  type: z.enum(['script', 'notebook']),
  entryPoint: z.enum(['main.py', 'main.ipynb']),
  enabled: z.boolean(),
  description: z.string().nullable(),
  tags: z.array(z.string()),
  hasRequirements: z.boolean(),
  /** A requirements.txt.lock beside requirements.txt; the run prefers it. */
  hasLock: z.boolean(),
  pythonVersion: z.string(),
  /** `pipeline.json`, `<name>.json` or null. */
  metadataFile: z.string().nullable(),
  runConfigs: z.array(runConfig),
  /** The pipeline's own schedules (those of run configurations are with these). */
  timings: z.array(timing),
  hasWebhook: z.boolean(),
  timeoutSeconds: z.number().nullable(),
  retryAttempts: z.number().int().nonnegative().nullable(),
  memoryLimitBytes: bytes.nullable(),
  cpuLimit: z.number().nullable(),
  maxInstances: z.number().int().positive().nullable(),
  restartOnCrash: z.boolean(),
  downstream: z.array(downstreamTrigger),
  /** Names of default_env, encrypted_env and the allow-list of secrets. */
  defaultEnvNames: z.array(z.string()),
  encryptedEnvNames: z.array(z.string()),
  secretNames: z.array(z.string()),
  cache: pipelineCache,
  problems: z.array(problem),
})
export type Pipeline = z.infer<typeof pipeline>

/** A folder that is not a pipeline, and why (shown to the user). */
export const skippedFolder = z.object({ name: z.string(), reason: z.string() })
export type SkippedFolder = z.infer<typeof skippedFolder>

/** Sorted by name. */
export const pipelineCatalog = z.object({ pipelines: z.array(pipeline), skipped: z.array(skippedFolder), rev })
export type PipelineCatalog = z.infer<typeof pipelineCatalog>

export const pipelineName = z.string().min(1).max(255)

export const pipelinesContract = {
  list: request({}, pipelineCatalog),
  changed: event(pipelineCatalog),
}
