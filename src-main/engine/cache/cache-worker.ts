/** Lets a program work in a cache: in a container on its volumes, or on this computer in its folder. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join, parse } from 'node:path'
import type { ContainerSpec, DockerClient, EngineFacts } from '../docker/client'
import { pauseWhile, runToEnd } from '../docker/helper-container'
import { containerRunnerDir, type RunnerVolume } from '../docker/runner-volume'
import type { RunUser, Volumes } from '../docker/volumes'
import type { WorkerImage } from '../docker/worker-image'
import type { NetworkEnvironment } from '../platform/network-environment'
import { killGroup } from '../platform/process'
import { containerLimits } from '../runners/container-limits'
import { containerSpec } from '../runners/container-spec'
import { foreignFolder, makeHostFolders } from '../runners/host-folders'
import { hostEnvironment } from '../runners/run-environment'
import type { UvFinder } from '../uv/uv-binary'
import { noLimits } from '@shared/pipeline-config-model'
import { workVariables } from './cache-work'

export type WorkerCall = {
  /** A file of resources/worker. */
  program: string
  /** Handed to it as JSON, see cache-work.ts. */
  work: unknown
  /** Without a network, and uv told so. */
  isOffline: boolean
  /** It takes uv's lock of the cache itself (cache_lock.py): the uv that runs it keeps out of the cache. */
  leavesCacheAlone?: boolean
  /** The Python that the program itself runs with; else the one of the settings, or any that is there. */
  python?: string
  /** Mounted as /app. */
  pipelineDir?: string
  /** It only looks into that folder. */
  isReadOnly?: boolean
  /** What it answers is waited for before more is read. */
  onStdout: (chunk: Buffer) => void | Promise<void>
  onStderr?: (chunk: Buffer) => void
  /** A file of the app's run directory for it to read, at `importFileAt`. */
  importFile?: string
  /** Aborted, it ends at once; what was done until then stays. */
  stop?: AbortSignal
}

export type CacheWorker = {
  /** Resolves with null when all is done, else with what the program or uv said last. Throws docker/…, cache/volume-foreign, tool/missing. */
  perform(call: WorkerCall): Promise<string | null>
  /** Gives what belongs to another user back to the user of the runs. Throws docker/… and cache/foreign-owner, where only that user can. */
  handOver(): Promise<void>
  /** Where a program finds a file of the pipeline's folder. */
  fileIn(pipelineDir: string, file: string): string
  importFileAt(file: string): string
  /** What is in it does not fit into one of the other kind. */
  kind: 'container' | 'host'
  /** In whose name files are read and written: on this computer, the app's own. */
  user: RunUser | null
  /** The volumes or the folder, for people. */
  where(): string[]
}

export type ContainerCacheDeps = {
  client: DockerClient
  engineFacts: Pick<EngineFacts, 'memoryBytes' | 'cpuCount'>
  image: WorkerImage
  volumes: Volumes
  runnerVolume: RunnerVolume
  owner: string
  workspaceRoot: string
  user: RunUser
  network: NetworkEnvironment
  pythonVersion: string
  /** So that no other process takes the container for one that was left. */
  onHeld: (runId: string, isHeld: boolean) => void
}

const lastWordsBytes = 4000
const containerImportFile = '/run/fastflow/cache.tar'

export function createContainerCache(deps: ContainerCacheDeps): CacheWorker {
  const { client, owner, user, workspaceRoot } = deps
  let names: string[] = []

  const specOf = async (runId: string, { program, work, isOffline, leavesCacheAlone, pipelineDir, isReadOnly = false, python = deps.pythonVersion, importFile }: WorkerCall): Promise<ContainerSpec> => {
    const found = deps.image.require(client)
    const volumes = await deps.volumes.prepare(client, found, workspaceRoot, user)
    names = [volumes.cacheVolume, volumes.pythonVolume]
    const { reference } = await found
    const runnerVolume = await deps.runnerVolume.prepare(client, reference)
    const limits = containerLimits(noLimits, deps.engineFacts)
    const spec = containerSpec(
      // What builds from the folder may write into it, as it does in a run.
      { runId, pipelineName: 'cache', pipelineDir: pipelineDir ?? null, pythonVersion: deps.pythonVersion, requirements: null, entryPoint: 'main.py', env: workVariables(work) },
      { owner, image: reference, user, volumes, network: deps.network, isOffline, routeFile: null, runnerVolume, limits },
    )
    const Mounts = spec.HostConfig.Mounts.map((mount) => (mount.Target === '/app' ? { ...mount, ReadOnly: isReadOnly } : mount))
    if (importFile !== undefined) Mounts.push({ Type: 'bind', Source: importFile, Target: containerImportFile, ReadOnly: true })
    return { ...spec, Cmd: ['uv', ...programArguments(python, `${containerRunnerDir}/${program}`, leavesCacheAlone)], HostConfig: { ...spec.HostConfig, NetworkMode: isOffline ? 'none' : 'bridge', Mounts } }
  }

  return {
    kind: 'container',
    user,
    fileIn: (_pipelineDir, file) => `/app/${file}`,
    importFileAt: () => containerImportFile,
    where: () => names,
    handOver: () => deps.volumes.handOver(client, deps.image.require(client), workspaceRoot, user),
    async perform(call) {
      const { onStdout, onStderr, stop } = call
      const runId = randomUUID()
      const spec = await specOf(runId, call)
      if (stop?.aborted) return null
      deps.onHeld(runId, true)
      try {
        const words = lastWords()
        const exitCode = await runToEnd(client, `ffd-run-${runId}`, spec, { onStdout, onStderr: (chunk) => (words.add(chunk), onStderr?.(chunk)), ...(stop && { stop }) })
        return exitCode === 0 || stop?.aborted ? null : words.text(exitCode)
      } finally {
        deps.onHeld(runId, false)
      }
    },
  }
}

export type HostCacheDeps = { uv: UvFinder; cacheDir: string; pythonDir: string; network: NetworkEnvironment; env: NodeJS.ProcessEnv; workerDir: string; pythonVersion: string }

export function createHostCache(deps: HostCacheDeps): CacheWorker {
  return {
    kind: 'host',
    user: null,
    fileIn: (pipelineDir, file) => join(pipelineDir, file),
    importFileAt: (file) => file,
    where: () => [deps.cacheDir, deps.pythonDir],
    handOver: () => Promise.reject(foreignFolder(deps.cacheDir)),
    async perform({ program, work, isOffline, leavesCacheAlone, python = deps.pythonVersion, onStdout, onStderr, stop }) {
      const { path } = await deps.uv.require()
      makeHostFolders([deps.cacheDir, deps.pythonDir])
      const env = hostEnvironment(deps.env, { cacheDir: deps.cacheDir, pythonDir: deps.pythonDir, routeFile: '' }, deps.network, isOffline, workVariables(work))
      const child = spawn(path, programArguments(python, join(deps.workerDir, program), leavesCacheAlone), {
        env, cwd: parse(process.cwd()).root, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32', windowsHide: true,
      })
      const words = lastWords()
      child.stdout.on('data', (chunk: Buffer) => pauseWhile(child.stdout, onStdout(chunk)))
      child.stderr.on('data', (chunk: Buffer) => (words.add(chunk), onStderr?.(chunk)))
      const onStop = (): void => void killGroup(child)
      stop?.addEventListener('abort', onStop, { once: true })
      if (stop?.aborted) onStop()
      const exitCode = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
      stop?.removeEventListener('abort', onStop)
      return exitCode === 0 || stop?.aborted ? null : words.text(exitCode)
    },
  }
}

/** What follows `uv`. */
function programArguments(pythonVersion: string, file: string, leavesCacheAlone = false): string[] {
  return ['run', ...(leavesCacheAlone ? ['--no-cache'] : []), '--no-project', '--python', pythonVersion, 'python', '-u', file]
}

function lastWords(): { add(chunk: Buffer): void; text(exitCode: number | null): string } {
  let end = Buffer.alloc(0)
  return {
    add: (chunk) => void (end = Buffer.from(Buffer.concat([end, chunk]).subarray(-lastWordsBytes))),
    text: (exitCode) => end.toString('utf8').trim() || `The program that fills the cache ended with ${exitCode ?? 'no exit code'}.`,
  }
}
