import { z } from 'zod'
import { atMs, bytes, event, request, rev } from './define'
import { pipelineName } from './pipelines'

/*
 * preparing ──> starting ──> setting-up ──> running ──> finished
 *     │             │             │            │           ^
 *     └─────────────┴─────────────┴─> stopping ┴───────────┘
 *
 * preparing: image, volumes, uv. starting: the container or process is created. setting-up: uv brings Python and packages.
 * running: the user's code. stopping: asked to end, not yet ended. finished: final, has an outcome.
 */
export const runPhase = z.enum(['preparing', 'starting', 'setting-up', 'running', 'stopping', 'finished'])
export type RunPhase = z.infer<typeof runPhase>

/** A cause, not a number. `killed`: ended by a signal that was not ours. `engine-error`: not the pipeline's fault. */
export const runOutcome = z.enum(['succeeded', 'failed', 'stopped', 'setup-failed', 'out-of-memory', 'killed', 'engine-error', 'interrupted'])
export type RunOutcome = z.infer<typeof runOutcome>

export const runnerKind = z.enum(['docker', 'host'])
export type RunnerKind = z.infer<typeof runnerKind>

/** Something worth knowing about a run that did not fail it, for example a folder that the run user cannot write. */
export const runNotice = z.object({ severity: z.enum(['warning', 'information']), message: z.string() })
export type RunNotice = z.infer<typeof runNotice>

export const run = z.object({
  id: z.uuid(),
  pipeline: z.string(),
  workspaceRoot: z.string(),
  /** `host` runs are not isolated; every place that shows a run says so. */
  runner: runnerKind,
  phase: runPhase,
  outcome: runOutcome.nullable(),
  /** Of the pipeline's process; null while unknown and when nothing ran. */
  exitCode: z.number().int().nullable(),
  /** Why, in one English sentence with a next step; set when the outcome is not `succeeded`. */
  reason: z.string().nullable(),
  createdAtMs: atMs,
  /** When the container or process was started. */
  startedAtMs: atMs.nullable(),
  /** When the user's code began. */
  codeStartedAtMs: atMs.nullable(),
  finishedAtMs: atMs.nullable(),
  /** These three in milliseconds by a monotonic clock, null while unknown. This one: until the container or process is created. */
  prepareMs: z.number().nullable(),
  setupMs: z.number().nullable(),
  codeMs: z.number().nullable(),
  pythonVersion: z.string(),
  /** What the run really used, for example 3.11.2; null while unknown. */
  pythonVersionUsed: z.string().nullable(),
  uvVersion: z.string().nullable(),
  image: z.string().nullable(),
  imageDigest: z.string().nullable(),
  /** Whether the packages came from the cache (as known before the start). */
  cacheWasWarm: z.boolean().nullable(),
  /** Names only: values may be secrets and are never kept. */
  envNames: z.array(z.string()),
  gitCommit: z.string().nullable(),
  gitBranch: z.string().nullable(),
  /** Uncommitted changes in the pipeline's folder; null outside a repository. */
  gitDirty: z.boolean().nullable(),
  /** The command line that the runner executes, values of env left out; for the user to copy. */
  commandLine: z.string().nullable(),
  logFile: z.string(),
  logBytes: bytes,
  notices: z.array(runNotice),
  rev,
})
export type Run = z.infer<typeof run>

/** Where in the log which stream wrote: `fromByte` up to the next segment's. */
export const logSegment = z.object({ fromByte: bytes, stream: z.enum(['stdout', 'stderr']), atMs })
export type LogSegment = z.infer<typeof logSegment>

export const logChunk = z.object({
  /** Exactly as the pipeline wrote them; a UTF-8 character can be cut at either end. */
  bytes: z.instanceof(Uint8Array),
  fromByte: bytes,
  nextByte: bytes,
  sizeBytes: bytes,
  /** Segments that overlap the chunk, ascending; the first may begin before it. */
  segments: z.array(logSegment),
  /** The run is finished and the chunk reaches the end. */
  complete: z.boolean(),
})
export type LogChunk = z.infer<typeof logChunk>

const runId = z.uuid()
/** The server's limit on request env: 50 entries (FASTFLOW.md §3.1); one value up to what the kernel takes in execve. */
export const envOverrides = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(131_000).refine((value) => !value.includes('\0'), 'must not contain NUL'))
  .refine((env) => Object.keys(env).length <= 50, 'at most 50 variables')

export const runsContract = {
  /**
   * Answers at once with the new run; all else comes as events. Errors: pipeline/not-found, pipeline/disabled,
   * pipeline/invalid-config (an invalid pipeline.json never runs silently with defaults; `ignoreProblems` runs it with them),
   * pipeline/not-supported, run/already-running (unless `parallel`).
   */
  start: request(
    {
      pipeline: pipelineName,
      runner: runnerKind.nullable().default(null),
      env: envOverrides.default({}),
      parallel: z.boolean().default(false),
      ignoreProblems: z.boolean().default(false),
    },
    run,
  ),
  /** SIGTERM, grace, SIGKILL. Idempotent; a finished run stays as it is. */
  stop: request({ runId }, run),
  get: request({ runId }, run),
  /** Newest first, of the open workspace; `pipeline` null means all. */
  list: request({ pipeline: pipelineName.nullable().default(null), limit: z.number().int().min(1).max(1000).default(100) }, z.object({ runs: z.array(run) })),
  readLog: request({ runId, fromByte: bytes, maxBytes: z.number().int().min(1).max(4_194_304).default(262_144) }, logChunk),
  /** Shows the log file in the system's file manager. */
  revealLog: request({ runId }, z.object({})),
  changed: event(run),
  logAppended: event(z.object({ runId, sizeBytes: bytes, rev })),
}
