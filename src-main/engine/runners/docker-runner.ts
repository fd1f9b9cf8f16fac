/**
 * Runs a pipeline in a fresh container. Order: create, attach, watch, start; the output is drained to its end, and the
 * container is removed in every case, also when create worked and start failed.
 */
import { toWireError } from '@shared/app-error'
import type { ContainerSpec, DockerClient, EngineFacts } from '../docker/client'
import type { RunnerVolume } from '../docker/runner-volume'
import type { CacheVolumes, RunUser, Volumes } from '../docker/volumes'
import type { UsableImage, WorkerImage } from '../docker/worker-image'
import type { NetworkEnvironment } from '../platform/network-environment'
import type { UserDataLayout } from '../platform/user-data'
import { containerLimits } from './container-limits'
import { containerSpec, dockerCommandLine } from './container-spec'
import { attachToContainer, closeLink, followContainer, reattachToContainer } from './follow-container'
import { makeRouteFile, readRoute, removeRouteFile } from './route-file'
import { folderNotice } from './run-user'
import { notStarted, type Runner, type RunnerExit, type RunnerHooks, type RunSpec } from './runner'

export type DockerRunnerDeps = {
  /** Throws docker/unavailable with the reason while no engine answers. */
  client: () => Promise<DockerClient>
  engineFacts: () => Pick<EngineFacts, 'memoryBytes' | 'cpuCount'>
  image: WorkerImage
  volumes: Volumes
  runnerVolume: RunnerVolume
  owner: string
  layout: UserDataLayout
  network: () => Promise<NetworkEnvironment>
  runUser: (workspaceRoot: string) => RunUser
  warmKey: (image: UsableImage, volumes: CacheVolumes, spec: RunSpec) => string
}

export function createDockerRunner(deps: DockerRunnerDeps): Runner {
  return {
    kind: 'docker',
    async run(spec, hooks, stop) {
      const client = await deps.client()
      if (stop.aborted) return notStarted
      const limits = containerLimits(spec.limits, deps.engineFacts())
      for (const notice of limits.notices) hooks.onNotice(notice)
      const user = deps.runUser(spec.workspaceRoot)
      const found = deps.image.require(client)
      const prepared = Promise.all([found, deps.network(), deps.volumes.prepare(client, found, spec.workspaceRoot, user)])
      // A pull takes minutes: a stop does not wait for it, and the pull goes on for the next run.
      if ((await Promise.race([found, prepared, aborted(stop)])) === null) return notStarted
      const [image, network, volumes] = await prepared
      if (image.isStandIn) hooks.onNotice({ severity: 'information', message: `The configured worker image is not there; this run takes the locally built ${image.reference}.` })
      for (const message of [network.problem, folderNotice(spec.pipelineDir, user)]) if (message !== null) hooks.onNotice({ severity: 'warning', message })
      if (stop.aborted) return notStarted
      const uvVersion = await deps.image.uvVersion(client, image)
      if (stop.aborted) return notStarted
      // The run user in the container is another one than ours.
      const routeFile = makeRouteFile(deps.layout.runDir, spec.runId, true)
      try {
        const runnerVolume = spec.entryPoint === 'main.py' ? null : await deps.runnerVolume.prepare(client, image.reference)
        const container = containerSpec(spec, { owner: deps.owner, image: image.reference, user, volumes, network, routeFile, runnerVolume, limits })
        hooks.onFacts({
          image: image.reference,
          imageDigest: image.facts.digest ?? image.facts.id,
          uvVersion,
          commandLine: dockerCommandLine(container, spec.env),
          warmKey: deps.warmKey(image, volumes, spec),
          memoryLimitBytes: limits.memoryBytes,
          cpuLimit: limits.nanoCpus === null ? null : limits.nanoCpus / 1e9,
        })
        hooks.onStarting()
        return await runContainer(deps, client, spec, container, hooks, stop)
      } finally {
        removeRouteFile(deps.layout.runDir, spec.runId)
      }
    },
    async adopt({ runId, envNames, stopGraceSeconds }, hooks, stop) {
      const client = await deps.client()
      const own = (await client.listOwn()).find((container) => container.runId === runId)
      const facts = own === undefined ? null : await client.inspect(own.id)
      if (own === undefined || facts === null) return null
      try {
        if (facts.status === 'created') return null
        hooks.onAdopted({ env: variablesOf(facts.env, envNames) })
        const link = await reattachToContainer(client, own.id, hooks)
        hooks.onReconnected()
        const exit = await followContainer(link, { client, reconnect: deps.client, id: own.id, stopGraceSeconds, hooks, stop })
        return { ...exit, route: readRoute(deps.layout.runDir, runId) }
      } finally {
        await removeContainer(deps, client, own.id, hooks)
        removeRouteFile(deps.layout.runDir, runId)
      }
    },
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', () => resolve(null), { once: true })
  })
}

async function runContainer(deps: DockerRunnerDeps, client: DockerClient, spec: RunSpec, container: ContainerSpec, hooks: RunnerHooks, stop: AbortSignal): Promise<RunnerExit> {
  const id = await client.createContainer(`ffd-run-${spec.runId}`, container)
  try {
    const link = await attachToContainer(client, id, hooks)
    if (stop.aborted) {
      closeLink(link)
      return notStarted
    }
    try {
      await client.start(id)
    } catch (error) {
      closeLink(link)
      throw error
    }
    hooks.onStarted()
    const exit = await followContainer(link, { client, reconnect: deps.client, id, stopGraceSeconds: spec.stopGraceSeconds, hooks, stop })
    return { ...exit, route: readRoute(deps.layout.runDir, spec.runId) }
  } finally {
    await removeContainer(deps, client, id, hooks)
  }
}

/** By the engine as it is now. One that is away keeps the container: recovery removes it when the engine is back. */
async function removeContainer(deps: DockerRunnerDeps, client: DockerClient, id: string, hooks: RunnerHooks): Promise<void> {
  try {
    await (await deps.client().catch(() => client)).remove(id)
  } catch (error) {
    hooks.onNotice({ severity: 'warning', message: `The container ${id.slice(0, 12)} could not be removed: ${toWireError(error).message}` })
  }
}

/** The values are not on record anywhere: the container itself has them. */
function variablesOf(env: readonly string[], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    env.flatMap((entry) => {
      const end = entry.indexOf('=')
      return names.includes(entry.slice(0, end)) ? [[entry.slice(0, end), entry.slice(end + 1)]] : []
    }),
  )
}
