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
import { containerLimits, type ContainerLimits } from './container-limits'
import { containerSpec, dockerCommandLine } from './container-spec'
import { attachToContainer, closeLink, followContainer, reattachToContainer, type Link } from './follow-container'
import { makeRouteFile, readRoute, removeRouteFile } from './route-file'
import { keepContinuing } from './keep-continuing'
import { folderNotice } from './run-user'
import { notStarted, type Runner, type RunnerExit, type RunnerHooks, type RunSpec, type Setup } from './runner'
import type { Making, Standby } from './standby'

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
  setup: (image: UsableImage, volumes: CacheVolumes, spec: RunSpec) => Promise<Setup>
  standby: Standby
}

export type DockerRunner = Runner & {
  /**
   * Keeps a container ready for a run as this one would be, if nothing has to be fetched or pulled for it. One that is there
   * and fits stays. Throws docker/….
   */
  prepare(spec: RunSpec): Promise<void>
}

export function createDockerRunner(deps: DockerRunnerDeps): DockerRunner {
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
      const setup = await deps.setup(image, volumes, spec)
      if (setup.notice !== null) hooks.onNotice({ severity: 'warning', message: setup.notice })
      if (stop.aborted) return notStarted
      const parts: Parts = { image, network, volumes, user, limits, isOffline: setup.isOffline }
      try {
        const container = await containerFor(deps, client, spec, parts)
        hooks.onFacts({
          image: image.reference,
          imageDigest: image.facts.digest ?? image.facts.id,
          uvVersion,
          commandLine: dockerCommandLine(container, spec.env),
          warmKey: setup.warmKey,
          ranOffline: setup.isOffline,
          memoryLimitBytes: limits.memoryBytes,
          cpuLimit: limits.nanoCpus === null ? null : limits.nanoCpus / 1e9,
        })
        hooks.onStarting()
        return await runContainer(deps, client, spec, makingOf(spec, parts, container), hooks, stop)
      } finally {
        removeRouteFile(deps.layout.runDir, spec.runId)
      }
    },
    async prepare(asked) {
      const client = await deps.client()
      const spec = { ...asked, runId: deps.standby.waitingRunId() ?? asked.runId }
      const image = await deps.image.find(client)
      if (image === null) return deps.standby.discard()
      const user = deps.runUser(spec.workspaceRoot)
      const [network, volumes] = await Promise.all([deps.network(), deps.volumes.prepare(client, Promise.resolve(image), spec.workspaceRoot, user)])
      const parts: Parts = { image, network, volumes, user, limits: containerLimits(spec.limits, deps.engineFacts()), isOffline: (await deps.setup(image, volumes, spec)).isOffline }
      const making = makingOf(spec, parts, await containerFor(deps, client, spec, parts))
      if (deps.standby.fits(making)) return
      // Its id belongs to the container that does not fit any more.
      const anew = { ...spec, runId: asked.runId }
      await deps.standby.make(client, makingOf(anew, parts, await containerFor(deps, client, anew, parts)))
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

type Parts = { image: UsableImage; network: NetworkEnvironment; volumes: CacheVolumes; user: RunUser; limits: ContainerLimits; isOffline: boolean }

/** Makes the route file: the engine binds it. */
async function containerFor(deps: DockerRunnerDeps, client: DockerClient, spec: RunSpec, { image, ...parts }: Parts): Promise<ContainerSpec> {
  // The run user in the container is another one than ours.
  const routeFile = makeRouteFile(deps.layout.runDir, spec.runId, true)
  const runnerVolume = spec.entryPoint === 'main.py' ? null : await deps.runnerVolume.prepare(client, image.reference)
  return containerSpec(spec, { owner: deps.owner, image: image.reference, ...parts, routeFile, runnerVolume })
}

function makingOf(spec: RunSpec, { image }: Parts, container: ContainerSpec): Making {
  return { runId: spec.runId, pipelineDir: spec.pipelineDir, container, imageId: image.facts.id }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', () => resolve(null), { once: true })
  })
}

async function runContainer(deps: DockerRunnerDeps, client: DockerClient, spec: RunSpec, making: Making, given: RunnerHooks, stop: AbortSignal): Promise<RunnerExit> {
  let endContinuing = (): void => undefined
  const hooks: RunnerHooks = {
    ...given,
    onOutput(stream, chunk) {
      endContinuing()
      given.onOutput(stream, chunk)
    },
  }
  const { id, link, isWaiting } = await startedContainer(deps, client, spec, making, hooks, stop)
  try {
    if (link === null) return notStarted
    if (isWaiting) endContinuing = keepContinuing(() => client.proceed(id).catch(() => false))
    hooks.onStarted()
    const exit = await followContainer(link, { client, reconnect: deps.client, id, stopGraceSeconds: spec.stopGraceSeconds, hooks, stop })
    return { ...exit, route: readRoute(deps.layout.runDir, spec.runId) }
  } finally {
    endContinuing()
    await removeContainer(deps, client, id, hooks)
  }
}

type Started = { id: string; /** null: stopped before its start. */ link: Link | null; isWaiting: boolean }

/** The one that was made ahead for this run, else a new one; attached to before it goes on, so that no output is missed. */
async function startedContainer(deps: DockerRunnerDeps, client: DockerClient, spec: RunSpec, making: Making, hooks: RunnerHooks, stop: AbortSignal): Promise<Started> {
  const kept = await deps.standby.take(client, making, hooks)
  if (kept) {
    const goesOn = await orRemoved(deps, client, kept.id, hooks, () => goOn(kept.link, stop, () => client.proceed(kept.id)))
    if (goesOn || stop.aborted) return { id: kept.id, link: goesOn ? kept.link : null, isWaiting: true }
    // It was removed from outside after it was taken: the run has not begun, and begins in a new one.
  }
  // One that did not fit took the route file of its run along.
  makeRouteFile(deps.layout.runDir, spec.runId, true)
  const id = await client.createContainer(`ffd-run-${spec.runId}`, making.container)
  return orRemoved(deps, client, id, hooks, async () => {
    const link = await attachToContainer(client, id, hooks)
    const isStarted = await goOn(link, stop, () => client.start(id).then(() => true))
    return { id, link: isStarted ? link : null, isWaiting: false }
  })
}

/** Whether the container goes on; else, and when that fails, nothing reads from it any more. */
async function goOn(link: Link, stop: AbortSignal, proceed: () => Promise<boolean>): Promise<boolean> {
  let goesOn = false
  try {
    goesOn = !stop.aborted && (await proceed())
    return goesOn
  } finally {
    if (!goesOn) closeLink(link)
  }
}

async function orRemoved<Result>(deps: DockerRunnerDeps, client: DockerClient, id: string, hooks: RunnerHooks, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    await removeContainer(deps, client, id, hooks)
    throw error
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
