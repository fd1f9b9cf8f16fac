/**
 * Runs a pipeline in a fresh container. Order: create, attach, watch, start; the output is drained to its end, and the
 * container is removed in every case, also when create worked and start failed.
 */
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { AppError } from '@shared/app-error'
import type { ContainerFacts, ContainerSpec, DockerClient, EngineFacts } from '../docker/client'
import { watchExit } from '../docker/container-exit'
import { createDemux } from '../docker/demux'
import type { RunnerVolume } from '../docker/runner-volume'
import type { CacheVolumes, RunUser, Volumes } from '../docker/volumes'
import type { UsableImage, WorkerImage } from '../docker/worker-image'
import type { NetworkEnvironment } from '../platform/network-environment'
import type { UserDataLayout } from '../platform/user-data'
import { containerLimits } from './container-limits'
import { containerSpec, dockerCommandLine } from './container-spec'
import { createMetricsSampler, type MetricsSampler } from './metrics-sampler'
import { folderNotice } from './run-user'
import { notStarted, signalOfExitCode, type Runner, type RunnerExit, type RunnerHooks, type RunSpec } from './runner'

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

/** After the exit the rest of the output is on its way already; a stream that stays silent this long will not end by itself. */
const drainSilenceMs = 5000

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
      const routeFile = join(deps.layout.runDir, `${spec.runId}.route`)
      writeFileSync(routeFile, '')
      // The run user in the container is another one than ours.
      chmodSync(routeFile, 0o666)
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
        return await runContainer(client, spec, container, hooks, stop)
      } finally {
        rmSync(routeFile, { force: true })
      }
    },
    adopt: () => Promise.resolve(null),
  }
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null)
    else signal.addEventListener('abort', () => resolve(null), { once: true })
  })
}

async function runContainer(client: DockerClient, spec: RunSpec, container: ContainerSpec, hooks: RunnerHooks, stop: AbortSignal): Promise<RunnerExit> {
  const id = await client.createContainer(`ffd-run-${spec.runId}`, container)
  const watch = watchExit(client, id)
  let output: Output | null = null
  let sampler: MetricsSampler | null = null
  let stopping: Promise<void> | null = null
  const onStop = (): void => {
    stopping ??= client.stop(id, spec.stopGraceSeconds).catch((error: unknown) => {
      // A stop that the engine does not answer must still end the run (RELIABILITY.md §0.3): kill, whatever that says.
      hooks.onNotice({ severity: 'warning', message: `The engine did not stop the container in time and was told to kill it (${error instanceof Error ? error.message : String(error)}).` })
      return client.kill(id).catch(() => undefined)
    })
  }
  try {
    output = drain(await client.attach(id), hooks)
    if (stop.aborted) return notStarted
    await client.start(id)
    hooks.onStarted()
    sampler = createMetricsSampler(client, id, (sample) => hooks.onMetrics(sample))
    stop.addEventListener('abort', onStop, { once: true })
    if (stop.aborted) onStop()
    const facts = await watch.exited()
    await output.drained()
    return exitOf(facts)
  } finally {
    stop.removeEventListener('abort', onStop)
    watch.dispose()
    sampler?.dispose()
    output?.close()
    await (stopping ?? Promise.resolve())
    await client.remove(id).catch((error: unknown) => {
      hooks.onNotice({ severity: 'warning', message: `The container ${id.slice(0, 12)} could not be removed: ${error instanceof Error ? error.message : String(error)}` })
    })
  }
}

function exitOf(facts: ContainerFacts | null): RunnerExit {
  if (facts === null) throw new AppError('docker/rejected', 'The container was removed from outside while the pipeline ran; its exit code is lost. Run the pipeline again.')
  if (facts.error !== '') throw new AppError('docker/rejected', `The engine could not run the container: ${facts.error}`)
  return { exitCode: facts.exitCode, signal: signalOfExitCode(facts.exitCode), outOfMemory: facts.oomKilled, route: null }
}

type Output = { drained(): Promise<void>; close(): void }

/** The stream is read all the time, whatever viewers do: a stalled reader blocks the container and every call about it (RELIABILITY.md F12). */
function drain(stream: Duplex, hooks: RunnerHooks): Output {
  let lastDataAt = performance.now()
  let ended = false
  const demux = createDemux({
    onStdout: (chunk) => hooks.onOutput('stdout', chunk),
    onStderr: (chunk) => hooks.onOutput('stderr', chunk),
    onEngineError: (text) => hooks.onNotice({ severity: 'warning', message: `The engine reports: ${text}` }),
  })
  const finished = new Promise<void>((resolve) => {
    const finish = (): void => {
      ended = true
      resolve()
    }
    stream.once('end', finish)
    stream.once('close', finish)
    stream.once('error', finish)
  })
  stream.on('data', (chunk: Buffer) => {
    lastDataAt = performance.now()
    demux.push(chunk)
  })
  return {
    async drained() {
      lastDataAt = performance.now()
      while (!ended && performance.now() - lastDataAt < drainSilenceMs) {
        await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, 250))])
      }
      demux.end()
    },
    close: () => void stream.destroy(),
  }
}
