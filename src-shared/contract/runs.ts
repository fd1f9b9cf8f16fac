import { z } from 'zod'
import { atMs, bytes, event, request, rev } from './define'
import { pipelineName } from './pipelines'

/*
 * waiting ──> queued ──> preparing ──> starting ──> setting-up ──> running ──> finished
 *    │          │            │             │             │            │  ^        ^
 *    │          │            │             │             └────────────┼──┤        │
 *    │          │            │             │                          v  │        │
 *    │          │            │             │                      reconnecting    │
 *    └──────────┴────────────┴─────────────┴───────> stopping ────────┴───────────┘
 *
 * waiting: until its time (a retry, a restart); holds no slot. queued: until there is a slot, see `queue`. preparing: image,
 * volumes, uv. starting: the container or process is created. setting-up: uv brings Python and packages. running: the user's
 * code. reconnecting: the engine or the app went away, the container may still run. stopping: asked to end, not yet ended.
 * finished: final, has an outcome.
 */
export const runPhase = z.enum(['waiting', 'queued', 'preparing', 'starting', 'setting-up', 'running', 'reconnecting', 'stopping', 'finished'])
export type RunPhase = z.infer<typeof runPhase>

/**
 * A cause, not a number. `killed`: ended by a signal that was not ours. `engine-error`: not the pipeline's fault.
 * `interrupted`: the app or the engine ended while it ran.
 */
export const runOutcome = z.enum(['succeeded', 'failed', 'stopped', 'timed-out', 'setup-failed', 'out-of-memory', 'killed', 'engine-error', 'interrupted'])
export type RunOutcome = z.infer<typeof runOutcome>

/** Which part of the set-up failed, where uv's words tell; for `setup-failed` only. */
export const setupFault = z.enum(['resolver', 'network', 'certificate', 'python', 'build', 'requirements-file', 'cache', 'disk-full', 'notebook-packages', 'unknown'])
export type SetupFault = z.infer<typeof setupFault>

/** Who asked for the run. The server's words are in FASTFLOW.md §3.1. `repair`: an earlier one failed for a damaged cache, which is repaired. */
export const runTrigger = z.enum(['manual', 'webhook', 'schedule', 'chain', 'restart', 'retry', 'repair'])
export type RunTrigger = z.infer<typeof runTrigger>

/** Why a run waits in the queue: all slots are taken; the pipeline has `max_instances` running; an earlier run of it was to be waited for. */
export const queueReason = z.enum(['slots', 'max-instances', 'same-pipeline'])
export type QueueReason = z.infer<typeof queueReason>

/** A notebook's code cell as a run executes it; its outputs are read with `runs.readCells`. */
export const runCellStatus = z.enum(['pending', 'running', 'retrying', 'succeeded', 'failed', 'skipped'])
export const runCell = z.object({
  /** 0-based over the code cells, as the server counts. */
  index: z.number().int().nonnegative(),
  status: runCellStatus,
  /** Attempts begun. */
  attempts: z.number().int().nonnegative(),
  durationMs: z.number().nullable(),
})
export type RunCell = z.infer<typeof runCell>

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
  setupFault: setupFault.nullable(),
  trigger: runTrigger,
  /** The entry of `schedules[]` whose overrides apply; null: the base. */
  runConfigId: z.string().nullable(),
  /** The run that this one follows from: what it retries, restarts after, or was triggered by. */
  parentRunId: z.uuid().nullable(),
  /** 0 for a first attempt, n for the n-th retry. */
  attempt: z.number().int().nonnegative(),
  /** Retries that are allowed after the first attempt. */
  retryAttempts: z.number().int().nonnegative(),
  /** Only while queued. `position` is 1-based. */
  queue: z.object({ position: z.number().int().positive(), reason: queueReason }).nullable(),
  /** Only while waiting: when it goes on by itself. */
  waitUntilAtMs: atMs.nullable(),
  /** Of the pipeline's process; null while unknown and when nothing ran. */
  exitCode: z.number().int().nullable(),
  /** Why, in one English sentence with a next step; set when the outcome is not `succeeded`. */
  reason: z.string().nullable(),
  createdAtMs: atMs,
  /** When it left waiting and queue; null before. */
  begunAtMs: atMs.nullable(),
  /** When the container or process was started. */
  startedAtMs: atMs.nullable(),
  /** When the user's code began. */
  codeStartedAtMs: atMs.nullable(),
  finishedAtMs: atMs.nullable(),
  /** These three in milliseconds by a monotonic clock, null while unknown. This one: from begunAtMs until the container or process is created. */
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
  /** Python and packages came from the cache alone, without a question to the index. */
  ranOffline: z.boolean().nullable(),
  /** Names only: values may be secrets and are never kept. */
  envNames: z.array(z.string()),
  /** Names of variables whose values come from the secret store or from encrypted_env; they are masked in the log. */
  secretNames: z.array(z.string()),
  /** As enforced or measured; null: none. CPU in cores. */
  memoryLimitBytes: bytes.nullable(),
  cpuLimit: z.number().nullable(),
  memorySoftLimitBytes: bytes.nullable(),
  cpuSoftLimit: z.number().nullable(),
  /** Counted from the beginning of the user's code; null: none. */
  timeoutSeconds: z.number().nullable(),
  /** Without page cache. */
  peakMemoryBytes: bytes.nullable(),
  /** 100 is one core; not clamped. */
  peakCpuPercent: z.number().nullable(),
  /** What the pipeline wrote to FASTFLOW_ROUTE_FILE. */
  route: z.string().nullable(),
  /** Of a notebook run, in order; null for scripts. */
  cells: z.array(runCell).nullable(),
  /** The executed notebook; null for scripts and while there is none. */
  notebookFile: z.string().nullable(),
  /** The pipeline ran as it was in this commit, from a working tree of its own; null: as it was in the workspace. */
  ofCommit: z.string().nullable(),
  gitCommit: z.string().nullable(),
  gitBranch: z.string().nullable(),
  /** Uncommitted changes in the pipeline's folder; null outside a repository. */
  gitDirty: z.boolean().nullable(),
  /** git's name for the content of the pipeline's folder; null when it was dirty. */
  gitTree: z.string().nullable(),
  /** The command line that the runner executes, values of env left out; for the user to copy. */
  commandLine: z.string().nullable(),
  logFile: z.string(),
  logBytes: bytes,
  /** Cut out of the middle of the log, because it was larger than the setting allows. */
  logOmittedBytes: bytes,
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
  /** Where to read on. Further than the bytes reach where the cap of the log left some out: then they are the line that says so. */
  nextByte: bytes,
  sizeBytes: bytes,
  /** Segments that overlap the chunk, ascending; the first may begin before it. */
  segments: z.array(logSegment),
  /** The run is finished and the chunk reaches the end. */
  complete: z.boolean(),
})
export type LogChunk = z.infer<typeof logChunk>

/** One second of a run. */
export const metricsSample = z.object({
  atMs,
  /** 100 is one core; not clamped. */
  cpuPercent: z.number().nonnegative(),
  /** Without page cache. */
  memoryBytes: bytes,
  overSoftLimit: z.boolean(),
})
export type MetricsSample = z.infer<typeof metricsSample>

/** One output of a cell: a mime bundle as in a notebook file, or text of a stream. */
export const cellOutput = z.object({
  kind: z.enum(['stdout', 'stderr', 'display', 'result', 'error']),
  /** Mime type to content; text as it is, images in base64. */
  data: z.record(z.string(), z.string()),
  /** Bytes that were left out because the output is too large. */
  omittedBytes: bytes,
})
export type CellOutput = z.infer<typeof cellOutput>

/** A cell as a Fast-Flow server keeps it. */
export const serverCell = z.object({
  index: z.number().int().nonnegative(),
  /** null: the server has no record of a cell that did not begin. */
  status: z.enum(['RUNNING', 'RETRYING', 'SUCCESS', 'FAILED']).nullable(),
  stdout: z.string(),
  stderr: z.string(),
  /** In base64; of several in a cell only the first survives. */
  image: z.object({ mime: z.string(), data: z.string() }).nullable(),
  /** What the server does not keep, as mime types in the order they came. */
  lost: z.array(z.string()),
})
export type ServerCell = z.infer<typeof serverCell>

const runId = z.uuid()
const runConfigId = z.string().min(1).max(256)
/** The server's limit on request env: 50 entries (FASTFLOW.md §3.1); one value up to what the kernel takes in execve. */
export const envOverrides = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string().max(131_000).refine((value) => !value.includes('\0'), 'must not contain NUL'))
  .refine((env) => Object.keys(env).length <= 50, 'at most 50 variables')

export const runsContract = {
  /**
   * Answers at once with the new run; all else comes as events. Errors: workspace/untrusted, pipeline/not-found, pipeline/disabled,
   * pipeline/invalid-config (an invalid pipeline.json never runs silently with defaults; `ignoreProblems` runs it with them),
   * run/unknown-config, secret/unavailable (a secret is there and cannot be read), file/outside-workspace,
   * run/already-running (while `whenRunning` is `refuse`).
   */
  start: request(
    {
      pipeline: pipelineName,
      runner: runnerKind.nullable().default(null),
      runConfigId: runConfigId.nullable().default(null),
      env: envOverrides.default({}),
      /** What to do while another run of the pipeline is alive. */
      whenRunning: z.enum(['refuse', 'queue', 'parallel']).default('refuse'),
      ignoreProblems: z.boolean().default(false),
    },
    run,
  ),
  /**
   * Starts as the server's webhook would: `body` is JSON or empty, with env_vars and parameters (FASTFLOW.md §3.16). Errors:
   * those of start, input/invalid (names what is wrong in the body), pipeline/no-webhook.
   */
  startWebhook: request({ pipeline: pipelineName, runConfigId: runConfigId.nullable().default(null), body: z.string().max(2_000_000), ignoreProblems: z.boolean().default(false) }, run),
  /** A waiting run goes on now. A run that does not wait stays as it is. */
  skipWait: request({ runId }, run),
  /** Which pipeline will probably run next: with the setting standbyContainer a container is kept ready for it. null: none. */
  prepare: request({ pipeline: pipelineName.nullable() }, z.object({})),
  /** In every phase, and final: SIGTERM, grace, SIGKILL; no retry, no restart. Idempotent; a finished run stays as it is. */
  stop: request({ runId }, run),
  get: request({ runId }, run),
  /** When it is decided what follows from a run of this process: the run that tries it again, now or later. null: none does. */
  again: request({ runId }, z.object({ run: run.nullable() })),
  /** Newest first, of the open workspace; `pipeline` null means all. */
  list: request({ pipeline: pipelineName.nullable().default(null), limit: z.number().int().min(1).max(1000).default(100) }, z.object({ runs: z.array(run) })),
  readLog: request({ runId, fromByte: bytes, maxBytes: z.number().int().min(1).max(4_194_304).default(262_144) }, logChunk),
  /** All samples so far, oldest first; thinned out evenly above `maxSamples`. */
  readMetrics: request({ runId, maxSamples: z.number().int().min(2).max(100_000).default(2_000) }, z.object({ samples: z.array(metricsSample) })),
  /** Outputs of the given cells, as far as they are known. Errors: run/not-found. */
  readCells: request({ runId, indexes: z.array(z.number().int().nonnegative()).max(200) }, z.object({ cells: z.array(z.object({ index: z.number().int().nonnegative(), source: z.string(), outputs: z.array(cellOutput) })) })),
  /** All cells as the server would show them after the same run: what is lost there shows here before the push. */
  readServerCells: request({ runId }, z.object({ cells: z.array(serverCell) })),
  /** What the retention settings (`runIds` null) or a choice would delete. Live runs never. */
  previewRemoval: request({ runIds: z.array(runId).max(10_000).nullable() }, z.object({ runs: z.array(z.object({ id: runId, pipeline: z.string(), createdAtMs: atMs, sizeBytes: bytes })), sizeBytes: bytes })),
  /** Deletes runs with log, metrics and notebook; those that live or are gone are left out of the answer. */
  remove: request({ runIds: z.array(runId).min(1).max(10_000) }, z.object({ removed: z.array(runId), sizeBytes: bytes })),
  /** Shows the log file in the system's file manager. */
  revealLog: request({ runId }, z.object({})),
  /** Shows the executed notebook likewise. Errors: run/not-found, also while there is none. */
  revealNotebook: request({ runId }, z.object({})),
  changed: event(run),
  /** Runs that are no more, for example by retention. */
  removed: event(z.object({ runIds: z.array(runId), rev })),
  metricsSampled: event(z.object({ runId, sample: metricsSample, rev })),
  /** Cells whose outputs have grown. */
  cellsChanged: event(z.object({ runId, indexes: z.array(z.number().int().nonnegative()), rev })),
  logAppended: event(z.object({ runId, sizeBytes: bytes, rev })),
}
