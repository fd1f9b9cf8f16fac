/**
 * One container that is started ahead for the next run of a pipeline and waits, stopped, before uv: what remains of a start is
 * a signal. It is made from exactly what its run would be made from, serves one run, and is thrown away as soon as anything is
 * different: its variables, limits, image, volumes, or the very folder and files that it has mounted.
 */
import { statSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { ContainerSpec, DockerClient } from '../docker/client'
import { waitingCommand } from '../docker/waiting-command'
import { attachToContainer, closeLink, type Link } from './follow-container'
import type { RunnerHooks } from './runner'

/** What a container is made from. */
export type Making = { runId: string; pipelineDir: string; container: ContainerSpec; imageId: string }

export type Standby = {
  /** The run id of the container that waits for this pipeline, for the run that is about to be ordered; null: there is none. A second one does not get it. */
  claim(pipelineDir: string): string | null
  /** Of the one that waits and is not claimed; null: there is none. */
  waitingRunId(): string | null
  /** The container for this run, if it is exactly what the run needs. One that is not is removed. */
  take(client: DockerClient, making: Making, hooks: RunnerHooks): Promise<{ id: string; link: Link } | null>
  /** Whether the one that waits is made from this. */
  fits(making: Making): boolean
  /** Takes the place of the one that waits. */
  make(client: DockerClient, making: Making): Promise<void>
  /** Whether a container of this run id is kept here; recovery leaves it alone. */
  holds(runId: string): boolean
  discard(): Promise<void>
}

type Waiting = Making & { client: DockerClient; id: string; link: Link; mounted: string; hooks: RelayedHooks; isClaimed: boolean }

/** Hooks that lead nowhere until there is a run; whatever comes before makes the container unusable. */
type RelayedHooks = { hooks: RunnerHooks; lead(to: RunnerHooks): void; isDirty(): boolean }

export type StandbyDeps = {
  /** The engine as it is now: the one that made a container may be gone. */
  client: () => Promise<DockerClient>
  /** Called with the run id that is kept, and with null: other processes must not take its container for a left one. */
  onHeld: (runId: string | null) => void
  onRemoved: (runId: string) => void
}

export function createStandby({ client: currentClient, onHeld, onRemoved }: StandbyDeps): Standby {
  let waiting: Waiting | null = null
  let making: string | null = null

  const remove = async (kept: Waiting): Promise<void> => {
    closeLink(kept.link)
    // What an engine that is away keeps is removed by recovery when it is back.
    await currentClient().then((client) => client.remove(kept.id)).catch(() => undefined)
    onRemoved(kept.runId)
  }
  const letGo = (): Waiting | null => {
    const kept = waiting
    waiting = null
    if (kept) onHeld(null)
    return kept
  }
  const isUsable = (kept: Waiting): boolean => !kept.hooks.isDirty() && !kept.link.output.hasEnded() && kept.mounted === identityOfMounted(kept.container)
  const isSame = (kept: Waiting, wanted: Making): boolean =>
    kept.runId === wanted.runId && kept.pipelineDir === wanted.pipelineDir && kept.imageId === wanted.imageId && isDeepStrictEqual(kept.container, wanted.container)

  return {
    claim(pipelineDir) {
      if (waiting === null || waiting.isClaimed || waiting.pipelineDir !== pipelineDir) return null
      waiting.isClaimed = true
      return waiting.runId
    },
    waitingRunId: () => (waiting !== null && !waiting.isClaimed ? waiting.runId : null),
    async take(client, wanted, hooks) {
      if (waiting?.runId !== wanted.runId) return null
      const kept = letGo()
      if (kept === null) return null
      if (kept.client !== client || !isSame(kept, wanted) || !isUsable(kept)) {
        await remove(kept)
        return null
      }
      kept.hooks.lead(hooks)
      return { id: kept.id, link: kept.link }
    },
    fits: (wanted) => waiting !== null && isSame(waiting, wanted) && isUsable(waiting),
    async make(client, wanted) {
      const before = letGo()
      if (before) await remove(before)
      making = wanted.runId
      onHeld(wanted.runId)
      try {
        const mounted = identityOfMounted(wanted.container)
        const id = await client.createContainer(`ffd-run-${wanted.runId}`, { ...wanted.container, Cmd: waitingCommand(wanted.container.Cmd) })
        const hooks = relayHooks()
        try {
          const link = await attachToContainer(client, id, hooks.hooks)
          await client.start(id)
          waiting = { ...wanted, client, id, link, mounted, hooks, isClaimed: false }
        } catch (error) {
          await client.remove(id).catch(() => undefined)
          throw error
        }
      } catch (error) {
        onHeld(null)
        onRemoved(wanted.runId)
        throw error
      } finally {
        making = null
      }
    },
    holds: (runId) => waiting?.runId === runId || making === runId,
    async discard() {
      const kept = letGo()
      if (kept) await remove(kept)
    },
  }
}

/**
 * A folder that was removed and made anew is another one, though its name is the same, and so is a file that was replaced (the
 * certificates are): the container would still see the old one.
 */
function identityOfMounted(container: ContainerSpec): string {
  return container.HostConfig.Mounts.flatMap(({ Type, Source }) => {
    if (Type !== 'bind') return []
    const { dev, ino } = statSync(Source, { bigint: true })
    return [`${dev}:${ino}`]
  }).join(' ')
}

function relayHooks(): RelayedHooks {
  let target: RunnerHooks | null = null
  let isDirty = false
  const relay = (use: (hooks: RunnerHooks) => void): void => {
    if (target) use(target)
    else isDirty = true
  }
  return {
    isDirty: () => isDirty,
    lead: (to) => void (target = to),
    hooks: {
      onFacts: (facts) => relay((to) => to.onFacts(facts)),
      onNotice: (notice) => relay((to) => to.onNotice(notice)),
      onStarting: () => relay((to) => to.onStarting()),
      onStarted: () => relay((to) => to.onStarted()),
      onOutput: (stream, chunk) => relay((to) => to.onOutput(stream, chunk)),
      onAdopted: (known) => relay((to) => to.onAdopted(known)),
      onReplay: () => relay((to) => to.onReplay()),
      onReconnecting: () => relay((to) => to.onReconnecting()),
      onReconnected: () => relay((to) => to.onReconnected()),
      onMetrics: (sample) => relay((to) => to.onMetrics(sample)),
    },
  }
}
