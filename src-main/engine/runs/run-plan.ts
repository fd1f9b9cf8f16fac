/** From a pipeline and a request to what a runner executes, pure. Says no where a run would not be what the user thinks it is. */
import { AppError } from '@shared/app-error'
import { closestNames } from '@shared/closest-names'
import type { Run, RunNotice } from '@shared/contract/runs'
import type { Settings } from '@shared/contract/settings'
import type { PipelineConfig, PipelineLimits, RetryStrategy, RunConfiguration } from '@shared/pipeline-config-model'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import type { RunSpec } from '../runners/runner'
import type { ResolvedEnvironment } from '../secrets/environment'
import type { RequirementsFile } from '../uv/requirements'

export type RunPlan = {
  spec: RunSpec
  config: PipelineConfig
  /** Seconds of user code; null: as long as it takes. */
  timeoutSeconds: number | null
  retryAttempts: number
  retryStrategy: RetryStrategy | null
  environment: ResolvedEnvironment
  notices: RunNotice[]
}

export type PlanInput = {
  runId: string
  pipeline: DiscoveredPipeline
  runConfiguration: RunConfiguration | null
  environment: ResolvedEnvironment
  workspaceRoot: string
  requirements: RequirementsFile | null
  settings: Pick<Settings, 'stopGraceSeconds' | 'defaultTimeoutSeconds' | 'defaultRetryAttempts'>
}

export function planRun({ runId, pipeline, runConfiguration, environment, workspaceRoot, requirements, settings }: PlanInput): RunPlan {
  const { config } = pipeline
  const timeoutSeconds = runConfiguration?.timeoutSeconds ?? config.timeoutSeconds ?? settings.defaultTimeoutSeconds
  return {
    spec: {
      runId,
      pipelineName: pipeline.name,
      pipelineDir: pipeline.realPath,
      workspaceRoot,
      pythonVersion: pipeline.pythonVersion,
      requirements,
      entryPoint: pipeline.entryPoint,
      limits: limitsOf(config.limits, runConfiguration?.limits),
      env: environment.env,
      secretNames: environment.secretNames,
      stopGraceSeconds: settings.stopGraceSeconds,
    },
    config,
    timeoutSeconds: timeoutSeconds > 0 ? timeoutSeconds : null,
    // Of a notebook the cells are retried, not the run (FASTFLOW.md §3.9).
    retryAttempts: config.type === 'notebook' ? 0 : (runConfiguration?.retryAttempts ?? config.retryAttempts ?? settings.defaultRetryAttempts),
    retryStrategy: runConfiguration?.retryStrategy ?? config.retryStrategy,
    environment,
    notices: environment.notices,
  }
}

/** What the record of the run says of its plan. */
export function factsOfPlan(plan: RunPlan): Partial<Run> {
  const { spec } = plan
  return {
    pythonVersion: spec.pythonVersion,
    envNames: Object.keys(spec.env).sort(),
    secretNames: [...spec.secretNames].sort(),
    memoryLimitBytes: spec.limits.memoryHardBytes,
    cpuLimit: spec.limits.cpuHard,
    memorySoftLimitBytes: spec.limits.memorySoftBytes,
    cpuSoftLimit: spec.limits.cpuSoft,
    timeoutSeconds: plan.timeoutSeconds,
    retryAttempts: plan.retryAttempts,
    notices: plan.notices,
  }
}

/** The limits of a run that another process planned. */
export function limitsOfRecord(run: Run): PipelineLimits {
  return { cpuHard: run.cpuLimit, cpuSoft: run.cpuSoftLimit, memoryHardBytes: run.memoryLimitBytes, memorySoftBytes: run.memorySoftLimitBytes }
}

function limitsOf(base: PipelineLimits, override: PipelineLimits | undefined): PipelineLimits {
  return {
    cpuHard: override?.cpuHard ?? base.cpuHard,
    cpuSoft: override?.cpuSoft ?? base.cpuSoft,
    memoryHardBytes: override?.memoryHardBytes ?? base.memoryHardBytes,
    memorySoftBytes: override?.memorySoftBytes ?? base.memorySoftBytes,
  }
}

/** Throws file/outside-workspace, and unless problems are ignored pipeline/invalid-config and pipeline/disabled. */
export function refuseStart(pipeline: DiscoveredPipeline, ignoreProblems: boolean): void {
  if (pipeline.outsideWorkspace) {
    throw new AppError('file/outside-workspace', `${pipeline.name} is a link that leads out of the workspace and is not run. Open the folder it leads to as a workspace.`, { path: pipeline.realPath })
  }
  if (ignoreProblems) return
  const problem = pipeline.problems.find(({ severity }) => severity === 'error')
  if (problem) {
    const place = problem.file === null ? pipeline.name : `${pipeline.name}/${problem.file}${problem.line === null ? '' : `:${problem.line}`}`
    throw new AppError('pipeline/invalid-config', `${place}: ${problem.message} Correct it, or run all the same with what is left.`, {
      pipeline: pipeline.name,
      file: problem.file,
      line: problem.line,
      problem: problem.message,
    })
  }
  if (!pipeline.enabled) {
    throw new AppError('pipeline/disabled', `${pipeline.name} is disabled in ${pipeline.metadataFile ?? 'its metadata'}: the server refuses to start it. Enable it, or run it all the same.`, { pipeline: pipeline.name })
  }
}

/** Of two entries with one id the first counts, as on the server. Throws run/unknown-config, where the server silently takes the base. */
export function findRunConfiguration(pipeline: DiscoveredPipeline, id: string | null): RunConfiguration | null {
  if (id === null) return null
  const { runConfigurations } = pipeline.config
  const found = runConfigurations.find((entry) => entry.id === id)
  if (found) return found
  const ids = runConfigurations.map((entry) => entry.id)
  const [meant] = closestNames(id, ids)
  const advice = meant ? `Did you mean "${meant}"?` : ids.length === 0 ? 'It has none; leave the choice out.' : `It has ${ids.map((name) => `"${name}"`).join(', ')}.`
  throw new AppError('run/unknown-config', `${pipeline.name} has no run configuration "${id}". ${advice}`, { pipeline: pipeline.name, runConfigId: id })
}
