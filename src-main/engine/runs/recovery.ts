/**
 * What an earlier process left: runs whose container lives are taken over, the others are recorded as interrupted, and
 * containers without a run are removed. Runs of a process that lives (the window beside the CLI) are left alone. Done at the
 * start, and each time the engine is reached.
 */
import { statSync } from 'node:fs'
import type { Run } from '@shared/contract/runs'
import type { DockerClient } from '../docker/client'
import type { Presence } from '../instances/presence'
import type { RunHistory } from '../store/run-history'

export type RecoveryDeps = {
  history: Pick<RunHistory, 'unfinished' | 'claim' | 'find' | 'update'>
  presence: Pick<Presence, 'instanceId' | 'isAlive'>
  /** Goes on with a run in its container; null: this process ends soon, and leaves such runs to one that stays. */
  adopt: ((run: Run) => void) | null
  /** Whether this process drives the run already. */
  isDriven: (runId: string) => boolean
  /** Whether the container of this run id is kept ready for a run that is yet to come, here or by another process. */
  isKeptReady: (runId: string) => Promise<boolean>
  /** Ends what a run on this computer left running. */
  endHostRun: (runId: string) => Promise<void>
  onChanged: (run: Run) => void
  nowMs: () => number
}

export type Recovery = {
  /** `client` null: the engine was not reached; runs that may have a container wait for it. Never two at once. */
  recover(client: Pick<DockerClient, 'listOwn' | 'remove'> | null): Promise<void>
}

/** A helper ends within seconds; one this old was left by a crash. */
const oldHelperMs = 15 * 60_000

export function createRecovery(deps: RecoveryDeps): Recovery {
  /** Ours since the claim, and nobody drives them yet. */
  const pending = new Map<string, Run>()
  let last: Promise<void> = Promise.resolve()

  const claim = async (): Promise<void> => {
    const owners = [...new Set(deps.history.unfinished().map(({ instanceId }) => instanceId))].filter((id) => id !== deps.presence.instanceId)
    const alive = await Promise.all(owners.map((id) => deps.presence.isAlive(id)))
    const dead = owners.filter((_id, index) => alive[index] !== true)
    const left = deps.adopt ? deps.history.claim(dead) : deps.history.unfinished().flatMap(({ run, instanceId }) => (dead.includes(instanceId) ? [run] : []))
    for (const run of left) pending.set(run.id, run)
  }

  const settle = async (run: Run, containers: ReadonlySet<string> | null): Promise<void> => {
    if (run.phase === 'waiting' || run.phase === 'queued') return interrupt(run, 'The app ended before the run began. Start it again.')
    if (run.runner === 'host') {
      await deps.endHostRun(run.id)
      return interrupt(run, 'The app ended while the pipeline ran on this computer, and it was ended too. The log is kept up to that point; run the pipeline again.')
    }
    if (containers?.has(run.id)) {
      pending.delete(run.id)
      return deps.adopt?.(run)
    }
    if (containers) return interrupt(run, 'The app ended while the pipeline ran, and its container is gone. The log is kept up to that point; run the pipeline again.')
    if (deps.adopt && run.phase !== 'reconnecting') change(run, { phase: 'reconnecting' })
  }

  const change = (run: Run, patch: Partial<Run>): void => {
    const changed = { ...run, ...patch, rev: run.rev + 1 }
    pending.set(run.id, changed)
    deps.history.update(changed)
    deps.onChanged(changed)
  }

  const interrupt = (run: Run, reason: string): void => {
    const log = statSync(run.logFile, { throwIfNoEntry: false })
    change(run, {
      phase: 'finished',
      outcome: 'interrupted',
      reason,
      queue: null,
      waitUntilAtMs: null,
      // The last that is known of it.
      finishedAtMs: Math.max(run.startedAtMs ?? run.createdAtMs, log === undefined || log.size === 0 ? 0 : Math.floor(log.mtimeMs)),
      logBytes: log?.size ?? 0,
    })
    pending.delete(run.id)
  }

  const tidyContainers = async (client: Pick<DockerClient, 'remove'>, containers: Awaited<ReturnType<DockerClient['listOwn']>>): Promise<void> => {
    for (const { id, runId, createdAtMs } of containers) {
      const run = runId === null ? null : deps.history.find(runId)
      const isLeft = runId === null ? createdAtMs < deps.nowMs() - oldHelperMs : run === null || run.phase === 'finished'
      // A run that is being finished removes its container itself.
      if (isLeft && !(runId !== null && (deps.isDriven(runId) || (run === null && (await deps.isKeptReady(runId)))))) await client.remove(id)
    }
  }

  const recoverOnce = async (client: Pick<DockerClient, 'listOwn' | 'remove'> | null): Promise<void> => {
    await claim()
    const containers = client && (await client.listOwn())
    const runIds = containers && new Set(containers.flatMap(({ runId }) => runId ?? []))
    for (const run of [...pending.values()]) await settle(run, runIds)
    if (client && containers) await tidyContainers(client, containers)
  }

  return {
    recover(client) {
      last = last.then(
        () => recoverOnce(client),
        () => recoverOnce(client),
      )
      return last
    },
  }
}
