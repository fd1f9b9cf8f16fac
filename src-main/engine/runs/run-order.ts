/** What a run is to be: who asks for what, and what that means for the pipeline as it is now. */
import { randomUUID } from 'node:crypto'
import { AppError } from '@shared/app-error'
import type { Run, RunnerKind, RunTrigger } from '@shared/contract/runs'
import type { Settings } from '@shared/contract/settings'
import type { RunConfiguration } from '@shared/pipeline-config-model'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import { resolveEnvironment, retryVariables, type ResolvedEnvironment } from '../secrets/environment'
import type { SecretSource } from '../secrets/secrets-service'
import { chooseRequirements } from '../uv/requirements'
import { findRunConfiguration, planRun, refuseStart, type RunPlan } from './run-plan'

/** An earlier commit of a pipeline in a working tree of its own, which is there while somebody holds it. */
export type RunSource = { commit: string; findPipeline: () => DiscoveredPipeline; hold: () => void; release: () => void }

/** In memory only, for its values may be secrets. */
export type RunOrder = {
  runId: string
  pipeline: string
  workspaceRoot: string
  /** null: the pipeline as it is in the workspace. */
  source: RunSource | null
  trigger: RunTrigger
  runConfigId: string | null
  ignoreProblems: boolean
  request: { env: Record<string, string>; parameters: Record<string, string> }
  /** What an earlier attempt ran with. */
  inherited: ResolvedEnvironment | null
  parent: Run | null
  attempt: number
  kind: RunnerKind
  alone: boolean
  /** null: at once. */
  waitUntilAtMs: number | null
}

export type RunOrderDeps = {
  settings: () => Settings
  findPipeline: (name: string) => DiscoveredPipeline
  /** Throws workspace/none-open or the workspace's problem. */
  workspaceRoot: () => string
  /** Throws workspace/untrusted. */
  requireTrust: () => void
  secrets: SecretSource
  /** The id of a run for which something is kept ready; null: any will do. */
  preparedRunId: (pipeline: DiscoveredPipeline) => string | null
}

export type RunOrders = {
  /** Completes what was asked for. Throws workspace/none-open. */
  order(asked: Pick<RunOrder, 'pipeline' | 'runConfigId' | 'trigger'> & Partial<RunOrder>): RunOrder
  /** Every run is admitted here, whoever asks for it, and what is kept ready for one. Throws what `runs.start` says: workspace/untrusted, pipeline/…, run/unknown-config, secret/unavailable, file/outside-workspace. */
  plan(order: RunOrder): RunPlan
}

export function createRunOrders(deps: RunOrderDeps): RunOrders {
  const environmentOf = ({ workspaceRoot, trigger, request, inherited, parent, attempt }: RunOrder, { config }: DiscoveredPipeline, runConfiguration: RunConfiguration | null): ResolvedEnvironment => {
    // A retry runs with what the first attempt ran with (FASTFLOW.md §3.9).
    if (inherited) return { ...inherited, env: { ...inherited.env, ...(parent && trigger !== 'repair' && retryVariables({ count: attempt, previousRunId: parent.id })) }, notices: [] }
    const { values, unreadable } = deps.secrets.valuesFor(workspaceRoot, config.secrets)
    const [first] = unreadable
    if (first) throw new AppError('secret/unavailable', `The secret ${first.name} cannot be read: ${first.why}`, { name: first.name })
    return resolveEnvironment({
      config,
      runConfiguration,
      secretValues: values,
      decrypt: (token) => deps.secrets.decryptToken(workspaceRoot, token),
      requestEnv: request.env,
      requestParameters: request.parameters,
      retry: null,
    })
  }

  /** Only a run as it is without any extras finds what was kept ready for it. */
  const runIdFor = ({ pipeline, source, runConfigId, trigger, request }: Pick<RunOrder, 'pipeline' | 'runConfigId' | 'trigger'> & Partial<RunOrder>): string => {
    const isPlain = !source && trigger === 'manual' && runConfigId === null && Object.keys({ ...request?.env, ...request?.parameters }).length === 0
    return (isPlain ? deps.preparedRunId(deps.findPipeline(pipeline)) : null) ?? randomUUID()
  }

  return {
    order: (asked) => ({
      runId: asked.runId ?? runIdFor(asked),
      workspaceRoot: deps.workspaceRoot(),
      source: null,
      ignoreProblems: false,
      request: { env: {}, parameters: {} },
      inherited: null,
      parent: null,
      attempt: 0,
      kind: 'docker',
      alone: false,
      waitUntilAtMs: null,
      ...asked,
    }),
    plan(order) {
      const { runId, workspaceRoot, trigger } = order
      if (workspaceRoot !== deps.workspaceRoot()) throw new AppError('pipeline/not-found', `The folder with ${order.pipeline} is not open any more.`, { pipeline: order.pipeline })
      deps.requireTrust()
      const pipeline = order.source?.findPipeline() ?? deps.findPipeline(order.pipeline)
      refuseStart(pipeline, order.ignoreProblems)
      if (trigger === 'restart' && !pipeline.config.restartOnCrash && pipeline.config.restartInterval === null) {
        throw new AppError('pipeline/disabled', `${pipeline.name} is not to be restarted any more.`, { pipeline: pipeline.name })
      }
      const runConfiguration = findRunConfiguration(pipeline, order.runConfigId)
      const environment = environmentOf(order, pipeline, runConfiguration)
      return planRun({ runId, pipeline, runConfiguration, environment, workspaceRoot, requirements: chooseRequirements(pipeline.realPath), settings: deps.settings() })
    },
  }
}
