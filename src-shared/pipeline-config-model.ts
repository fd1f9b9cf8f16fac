/**
 * What a pipeline.json says, as a run uses it: values the server would fail on are null, with a problem beside the config.
 * The rules are in pipeline-config-fields.ts.
 */

/** null: none. CPU in cores, memory in bytes. */
export type PipelineLimits = { cpuHard: number | null; cpuSoft: number | null; memoryHardBytes: number | null; memorySoftBytes: number | null }

/** In seconds; what is not a whole number is cut off only after the arithmetic (FASTFLOW.md §3.9). */
export type RetryStrategy =
  | { kind: 'fixed'; delaySeconds: number }
  | { kind: 'exponential'; initialSeconds: number; multiplier: number; maxSeconds: number }
  | { kind: 'custom'; delaysSeconds: number[] }

export type ScheduleTiming = { kind: 'cron'; expression: string } | { kind: 'interval'; seconds: number }

/** The window in which a schedule fires, both ends included; milliseconds since 1970, null: open. */
export type ScheduleWindow = { startAtMs: number | null; endAtMs: number | null }

/** What the pipeline and an entry of `schedules[]` both can say. Env: own keys only, `__proto__` included if the file has it. */
export type RunOptions = {
  defaultEnv: Record<string, string>
  /** Fernet tokens. */
  encryptedEnv: Record<string, string>
  limits: PipelineLimits
  /** Seconds of user code; null: not said, 0: none. */
  timeoutSeconds: number | null
  /** null: not said. */
  retryAttempts: number | null
  retryStrategy: RetryStrategy | null
  webhookKey: string | null
}

/** An entry of `schedules[]`. Its options win over the pipeline's where they are said; of two with one id the first counts. */
export type RunConfiguration = RunOptions & ScheduleWindow & { id: string; enabled: boolean; timing: ScheduleTiming }

export type DownstreamTrigger = { pipeline: string; onSuccess: boolean; onFailure: boolean; onRoute: string | null; runConfigId: string | null }

/** Retries of one notebook cell, by position among the code cells; null: not said, the cell's own metadata may say it. */
export type CellRetry = { retries: number | null; delaySeconds: number | null }

export type PipelineConfig = RunOptions &
  ScheduleWindow & {
    type: 'script' | 'notebook'
    enabled: boolean
    description: string | null
    tags: string[]
    pythonVersion: string
    /** Names of the secrets that the pipeline gets. */
    secrets: string[]
    /** The pipeline's own schedule; the server leaves it out when `runConfigurations` is not empty. */
    timing: ScheduleTiming | null
    runOnceAtMs: number | null
    runConfigurations: RunConfiguration[]
    restartOnCrash: boolean
    /** At least 1: 0 works as 60 on the server. */
    restartCooldownSeconds: number
    restartInterval: ScheduleTiming | null
    maxInstances: number | null
    downstreamTriggers: DownstreamTrigger[]
    cells: CellRetry[]
  }

export const noLimits: PipelineLimits = { cpuHard: null, cpuSoft: null, memoryHardBytes: null, memorySoftBytes: null }

export function defaultPipelineConfig(defaultPythonVersion: string): PipelineConfig {
  return {
    type: 'script',
    enabled: true,
    description: null,
    tags: [],
    pythonVersion: defaultPythonVersion,
    defaultEnv: {},
    encryptedEnv: {},
    secrets: [],
    limits: noLimits,
    timeoutSeconds: null,
    retryAttempts: null,
    retryStrategy: null,
    webhookKey: null,
    timing: null,
    startAtMs: null,
    endAtMs: null,
    runOnceAtMs: null,
    runConfigurations: [],
    restartOnCrash: false,
    restartCooldownSeconds: 60,
    restartInterval: null,
    maxInstances: null,
    downstreamTriggers: [],
    cells: [],
  }
}
