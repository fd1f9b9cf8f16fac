/** From a pipeline and a request to what a runner executes, pure. Says no where a run would not be what the user thinks it is. */
import { AppError } from '@shared/app-error'
import type { ApiParsedInput } from '@shared/contract'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import type { RunSpec } from '../runners/runner'
import type { RequirementsFile } from '../uv/requirements'

export type PlanInput = {
  runId: string
  pipeline: DiscoveredPipeline
  request: Pick<ApiParsedInput<'runs.start'>, 'env' | 'ignoreProblems'>
  workspaceRoot: string
  requirements: RequirementsFile | null
  stopGraceSeconds: number
}

/** Throws file/outside-workspace, pipeline/invalid-config and pipeline/disabled. */
export function planRun({ runId, pipeline, request, workspaceRoot, requirements, stopGraceSeconds }: PlanInput): RunSpec {
  if (pipeline.outsideWorkspace) {
    throw new AppError('file/outside-workspace', `${pipeline.name} is a link that leads out of the workspace and is not run. Open the folder it leads to as a workspace.`, { path: pipeline.realPath })
  }
  if (!request.ignoreProblems) refuseProblems(pipeline)
  return {
    runId,
    pipelineName: pipeline.name,
    pipelineDir: pipeline.realPath,
    workspaceRoot,
    pythonVersion: pipeline.pythonVersion,
    requirements,
    // The user's request beats the pipeline's default_env (FASTFLOW.md §3.1).
    entryPoint: pipeline.entryPoint,
    limits: pipeline.config.limits,
    secretNames: [],
    env: { ...pipeline.config.defaultEnv, ...request.env },
    stopGraceSeconds,
  }
}

function refuseProblems(pipeline: DiscoveredPipeline): void {
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
