/**
 * The port between the life cycle of a run (runs/run-service.ts) and what executes it. A runner prepares, starts, hands over
 * output as it comes, and says how it ended; it changes no Run and decides no outcome.
 */
import type { Run, RunnerKind, RunNotice } from '@shared/contract/runs'
import type { PipelineLimits } from '@shared/pipeline-config-model'
import type { RequirementsFile } from '../uv/requirements'

export type RunSpec = {
  runId: string
  pipelineName: string
  /** Canonical absolute path of the pipeline's folder. */
  pipelineDir: string
  workspaceRoot: string
  pythonVersion: string
  requirements: RequirementsFile | null
  entryPoint: 'main.py' | 'main.ipynb'
  limits: PipelineLimits
  /** The user's variables, lowest layer already overridden by the higher ones. */
  env: Record<string, string>
  /** Names in `env` with values that must not be shown. */
  secretNames: string[]
  stopGraceSeconds: number
}

/** What a runner learns on the way and the run's record keeps. */
export type RunFacts = Partial<Pick<Run, 'image' | 'imageDigest' | 'uvVersion' | 'commandLine' | 'cacheWasWarm' | 'ranOffline' | 'memoryLimitBytes' | 'cpuLimit'>> & {
  /** Names what this set-up depends on; a set-up that worked under this key is warm (cache/warm-state.ts). */
  warmKey?: string
}

/** `isOffline`: from the cache alone, because this set-up was seen to work, or because the index is not reached; then `notice` says so. */
export type Setup = { warmKey: string; isOffline: boolean; notice: string | null }

export type RunnerHooks = {
  onFacts(facts: RunFacts): void
  onNotice(notice: RunNotice): void
  /** Preparation is done; the container or process is being created. */
  onStarting(): void
  /** It runs: from here on uv sets up. */
  onStarted(): void
  onOutput(stream: 'stdout' | 'stderr', chunk: Buffer): void
  /** Of a run that is taken over, before its output: the user's variables that it was started with. */
  onAdopted(known: { env: Record<string, string> }): void
  /** What comes by onOutput from here on is the output from its beginning, what was handed over before included. */
  onReplay(): void
  /** The engine went away; the container may still run. */
  onReconnecting(): void
  onReconnected(): void
  onMetrics(sample: { cpuPercent: number; memoryBytes: number }): void
}

/**
 * How it ended. `signal` is set when a signal ended it and it was not asked to stop by us; `route` is what it wrote to
 * FASTFLOW_ROUTE_FILE, trimmed; `stopped`: it was told to end before it did; `engineWasLost`: the engine went away while it ran,
 * and may have ended it.
 */
export type RunnerExit = { exitCode: number | null; signal: string | null; outOfMemory: boolean; route: string | null; stopped: boolean; engineWasLost: boolean }

export type Runner = {
  kind: RunnerKind
  /**
   * Runs to the end and leaves nothing behind. When `stop` is aborted: SIGTERM, grace, SIGKILL, and the exit that resulted;
   * before the start it answers an exit without code. Throws AppErrors (docker/..., uv/...) for what is not the pipeline's fault.
   */
  run(spec: RunSpec, hooks: RunnerHooks, stop: AbortSignal): Promise<RunnerExit>
  /**
   * Takes over what an earlier process started: replays the output, follows to the end, leaves nothing behind. Answers null when
   * there is nothing left of it. onStarting and onStarted are not called.
   */
  adopt(run: AdoptedRun, hooks: RunnerHooks, stop: AbortSignal): Promise<RunnerExit | null>
}

export type AdoptedRun = { runId: string; envNames: readonly string[]; stopGraceSeconds: number }

export const notStarted: RunnerExit = { exitCode: null, signal: null, outOfMemory: false, route: null, stopped: false, engineWasLost: false }

/** 128 + n: ended by signal n. uv and the container's init process pass it on that way. */
export function signalOfExitCode(exitCode: number | null): string | null {
  return exitCode === 137 ? 'SIGKILL' : exitCode === 143 ? 'SIGTERM' : null
}
