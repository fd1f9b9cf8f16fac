/**
 * What follows from a finished run, pure: a retry, else a restart and the pipelines it triggers. The rules are the server's
 * (FASTFLOW.md §2.5, §3.9), except where it is wrong: a stop is final, `on_route` works, and a cycle of triggers is cut.
 */
import type { Run, RunOutcome } from '@shared/contract/runs'
import type { DownstreamTrigger, PipelineConfig, RetryStrategy } from '@shared/pipeline-config-model'
import { retryDelaySeconds } from '@shared/retry-delay'

/** A pipeline with a run configuration: what must not come round again in a chain. */
export type ChainLink = { pipeline: string; runConfigId: string | null }

export type FollowUpInput = {
  run: Pick<Run, 'pipeline' | 'runConfigId' | 'outcome' | 'attempt' | 'retryAttempts' | 'route'>
  config: Pick<PipelineConfig, 'type' | 'restartOnCrash' | 'restartCooldownSeconds' | 'downstreamTriggers'>
  retryStrategy: RetryStrategy | null
  /** What led to this run, this run included. */
  ancestry: readonly ChainLink[]
}

export type FollowUps = {
  retryInSeconds: number | null
  restartInSeconds: number | null
  children: ChainLink[]
  /** Triggers that were left out, because they lead back. */
  cut: ChainLink[]
}

const nothing: FollowUps = { retryInSeconds: null, restartInSeconds: null, children: [], cut: [] }

export function followUpsOf({ run, config, retryStrategy, ancestry }: FollowUpInput): FollowUps {
  const kind = kindOf(run.outcome)
  if (kind === 'final') return nothing
  // Of a notebook the cells are retried, not the run.
  if (kind === 'failure' && config.type === 'script' && run.attempt < run.retryAttempts) {
    return { ...nothing, retryInSeconds: retryDelaySeconds(retryStrategy, run.attempt + 1) }
  }
  const restartInSeconds = kind !== 'success' && config.restartOnCrash ? config.restartCooldownSeconds : null
  // An engine that failed says nothing about the pipeline: the server triggers nothing then.
  const due = kind === 'engine' ? [] : distinct(config.downstreamTriggers.filter((trigger) => fires(trigger, kind === 'success', run.route)))
  const leadsBack = (link: ChainLink): boolean => ancestry.some((past) => past.pipeline === link.pipeline && past.runConfigId === link.runConfigId)
  return { retryInSeconds: null, restartInSeconds, children: due.filter((link) => !leadsBack(link)), cut: due.filter(leadsBack) }
}

function kindOf(outcome: RunOutcome | null): 'success' | 'failure' | 'engine' | 'final' {
  switch (outcome) {
    case 'succeeded':
      return 'success'
    case 'failed':
    case 'timed-out':
    case 'setup-failed':
    case 'out-of-memory':
    case 'killed':
      return 'failure'
    case 'engine-error':
      return 'engine'
    case 'stopped':
    case 'interrupted':
    case null:
      return 'final'
  }
}

/** With a route, only the route counts. */
function fires(trigger: DownstreamTrigger, succeeded: boolean, route: string | null): boolean {
  if (trigger.onRoute !== null) return succeeded && route === trigger.onRoute
  return succeeded ? trigger.onSuccess : trigger.onFailure
}

/** In the server's order. */
function distinct(triggers: readonly DownstreamTrigger[]): ChainLink[] {
  const links = new Map(triggers.map(({ pipeline, runConfigId }) => [JSON.stringify([pipeline, runConfigId]), { pipeline, runConfigId }]))
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return [...links.values()].sort((a, b) => compare(a.pipeline, b.pipeline) || compare(a.runConfigId ?? '', b.runConfigId ?? ''))
}
