/** What is started after a run: the same again where its cache was repaired, a retry, a restart, the pipelines it triggers (follow-ups.ts). */
import { toWireError } from '@shared/app-error'
import type { Run } from '@shared/contract/runs'
import type { RunDamage } from '../cache/run-damage'
import type { RunHistory } from '../store/run-history'
import { couldBeCache } from './cache-suspicion'
import { followUpsOf, type ChainLink } from './follow-ups'
import type { LiveRun } from './live-run'
import { readLogEnd } from './log-reader'
import type { RunOrder, RunOrders } from './run-order'
import type { RunPlan } from './run-plan'

export type FollowerDeps = {
  history: Pick<RunHistory, 'find'>
  logsDir: string
  /** Resolves when the pipelines of the workspace that is opened at the start have been looked at. */
  pipelinesKnown: Promise<void>
  /** The command line restarts and triggers nothing: it ends with its run. */
  followUps: { restarts: boolean; chains: boolean }
  cacheDamage: RunDamage
  launch: (order: RunOrder, plan: RunPlan | null) => Run
  find: (runId: string) => Run | null
  /** Aborted when the app ends. */
  closing: AbortSignal
}

export type Followers = {
  /** Resolves when it is decided. */
  follow(run: LiveRun, asked: RunOrder, planned: RunPlan): Promise<void>
  /** Of a run that is taken over; `env`: what it was started with. */
  followAdopted(run: LiveRun, env: Record<string, string>): Promise<void>
}

/** The traceback that ended it, and what led to it. */
const logEndBytes = 65_536
/** A chain this long is a mistake, whatever it consists of. */
const maxAncestry = 1000

export function createFollowers(deps: FollowerDeps, { order, plan }: RunOrders): Followers {
  const logEndOf = (run: LiveRun): string => {
    try {
      return readLogEnd(deps.logsDir, run.current().id, logEndBytes)
    } catch {
      // A log that cannot be read gives no reason.
      return ''
    }
  }

  /** Whether the cache was why it failed, and was repaired: then it is tried once more, which is none of the pipeline's retries. */
  const isTriedAgain = async (run: LiveRun, asked: RunOrder, planned: RunPlan): Promise<boolean> => {
    const ended = run.current()
    const finding = await deps.cacheDamage({ run: ended, spec: planned.spec, stop: deps.closing })
    if (finding === null) return false
    run.notice(finding.message)
    if (!finding.isRepaired || asked.trigger === 'repair' || deps.closing.aborted) return false
    try {
      const { pipeline, runConfigId, workspaceRoot, source, kind, ignoreProblems, attempt } = asked
      const again = order({ pipeline, runConfigId, workspaceRoot, source, kind, ignoreProblems, attempt, parent: ended, trigger: 'repair', inherited: planned.environment })
      deps.launch(again, plan(again))
      return true
    } catch (error) {
      run.notice(`It could not be tried again: ${toWireError(error).message}`)
      return false
    }
  }

  const follow = async (run: LiveRun, asked: RunOrder, planned: RunPlan): Promise<void> => {
    if (deps.closing.aborted) return
    // Without a reason to look, what follows is there in the moment in which the run is final.
    if (couldBeCache(run.current(), logEndOf(run)) && ((await isTriedAgain(run, asked, planned)) || deps.closing.aborted)) return
    const ended = run.current()
    const { retryInSeconds, restartInSeconds, children, cut } = followUpsOf({ run: ended, config: planned.config, retryStrategy: planned.retryStrategy, ancestry: ancestryOf(ended) })
    const next = { pipeline: asked.pipeline, runConfigId: asked.runConfigId, workspaceRoot: asked.workspaceRoot, source: asked.source, kind: asked.kind, ignoreProblems: asked.ignoreProblems, parent: ended }
    try {
      if (retryInSeconds !== null) {
        deps.launch(order({ ...next, trigger: 'retry', attempt: ended.attempt + 1, inherited: planned.environment, waitUntilAtMs: Date.now() + retryInSeconds * 1000 }), null)
      }
      // What was is looked at; it starts nothing that is.
      if (asked.source !== null) return
      if (restartInSeconds !== null && deps.followUps.restarts) deps.launch(order({ ...next, trigger: 'restart', waitUntilAtMs: Date.now() + restartInSeconds * 1000 }), null)
    } catch (error) {
      run.notice(`What follows from this run could not be started: ${toWireError(error).message}`)
    }
    if (!deps.followUps.chains) return
    for (const link of cut) run.notice(`${nameOf(link)} is not triggered: it led to this run, and the triggers would go round for ever. The server would not notice.`)
    for (const link of children) {
      try {
        const child = order({ ...link, workspaceRoot: asked.workspaceRoot, kind: asked.kind, trigger: 'chain', parent: ended })
        deps.launch(child, plan(child))
      } catch (error) {
        run.notice(`${nameOf(link)} could not be triggered: ${toWireError(error).message}`)
      }
    }
  }

  const ancestryOf = (run: Run): ChainLink[] => {
    const links: ChainLink[] = []
    for (let at: Run | null = run; at !== null && links.length < maxAncestry; at = at.parentRunId === null ? null : (deps.find(at.parentRunId) ?? deps.history.find(at.parentRunId))) {
      links.push({ pipeline: at.pipeline, runConfigId: at.runConfigId })
    }
    return links
  }

  /** What an earlier process would have started after its run: by the pipeline as it is now, with what the run was started with. */
  const followAdopted = async (run: LiveRun, env: Record<string, string>): Promise<void> => {
    const { pipeline, runConfigId, workspaceRoot, attempt, outcome, ofCommit, secretNames, trigger } = run.current()
    // The working tree of an earlier commit is gone by now, or as good as.
    if (outcome === 'stopped' || outcome === 'interrupted' || ofCommit !== null) return
    await deps.pipelinesKnown
    const inherited = { env, secretNames, maskValues: secretNames.flatMap((name) => env[name] ?? []), notices: [] }
    try {
      const asked = order({ pipeline, runConfigId, workspaceRoot, attempt, inherited, trigger: trigger === 'repair' ? trigger : 'manual' })
      await follow(run, asked, plan(asked))
    } catch (error) {
      run.notice(`Whether something follows from this run is not known, for it outlived the app that started it: ${toWireError(error).message}`)
    }
  }

  return { follow, followAdopted }
}

function nameOf({ pipeline, runConfigId }: ChainLink): string {
  return runConfigId === null ? pipeline : `${pipeline} (${runConfigId})`
}
