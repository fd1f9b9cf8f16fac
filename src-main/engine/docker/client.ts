/**
 * What the engine needs from a container engine, as typed calls with time limits. It knows nothing but the guard's socket;
 * errors are AppErrors (docker/...) that name the thing and the next step.
 */
import type { Duplex, Readable } from 'node:stream'
import { AppError } from '@shared/app-error'
import { readContainer, readImage, readList, readNumber, readText, readVolume } from './client-answers'
import { pullImage } from './client-pull'
import { streamStats, type ContainerStats } from './client-stats'
import { createTransport } from './client-transport'
import { labels } from './labels'

/** The body of POST /containers/create; the guard refuses any other key (docker/guard-create.ts). */
export type ContainerSpec = {
  Image: string
  Cmd: string[]
  Env: string[]
  User: string
  WorkingDir?: string
  Labels: Record<string, string>
  AttachStdout: boolean
  AttachStderr: boolean
  HostConfig: {
    NetworkMode: 'bridge' | 'none'
    Memory: number
    MemorySwap: number
    NanoCpus?: number
    PidsLimit: number
    CapDrop: ['ALL']
    CapAdd?: ['CHOWN']
    SecurityOpt: ['no-new-privileges']
    ReadonlyRootfs: true
    Init: true
    Tmpfs: Record<string, string>
    LogConfig: { Type: 'json-file'; Config: Record<string, string> }
    Mounts: { Type: 'bind' | 'volume'; Source: string; Target: string; ReadOnly: boolean }[]
  }
}

export type EngineFacts = { version: string; apiVersion: string; architecture: string; cpuCount: number | null; memoryBytes: number | null }
export type ContainerFacts = {
  running: boolean
  status: string
  exitCode: number
  oomKilled: boolean
  error: string
  startedAt: string
  finishedAt: string
  /** `NAME=value` each. */
  env: string[]
}
export type ImageFacts = { id: string; digest: string | null; architecture: string }
export type VolumeFacts = { name: string; labels: Record<string, string>; hasOptions: boolean }
export type PullProgress = { receivedBytes: number; totalBytes: number; text: string }

export type DockerClient = {
  /** Resolves when the engine answers; docker/unavailable, docker/permission-denied or docker/timeout (2 s, if not said) otherwise. */
  ping(timeoutMs?: number): Promise<void>
  facts(): Promise<EngineFacts>
  /** null when the image is not there. */
  inspectImage(reference: string): Promise<ImageFacts | null>
  /** docker/image-pull-failed with the engine's words; an aborted signal ends it. */
  pullImage(reference: string, onProgress: (progress: PullProgress) => void, signal: AbortSignal): Promise<void>
  inspectVolume(name: string): Promise<VolumeFacts | null>
  createVolume(name: string, labels: Record<string, string>): Promise<void>
  /** Answers the container's full id. `name` is `ffd-run-<uuid>` or `ffd-help-<uuid>`. */
  createContainer(name: string, spec: ContainerSpec): Promise<string>
  /** The raw multiplexed stream (docker/demux.ts); attach before start, and always drain it. A cut shows as its close, too. */
  attach(id: string): Promise<Duplex>
  /** All output from the beginning, as `attach` gives it, and what still comes; ends when the container has ended. */
  logs(id: string): Promise<Readable>
  start(id: string): Promise<void>
  /**
   * Resolves on the next exit, when the engine cut the call, when the container is gone and when `signal` is aborted: a hint to
   * look with `inspect`, never a result. Call it before `start`, which waits until the engine has taken note.
   */
  waitForExit(id: string, signal: AbortSignal): Promise<void>
  /** null when the container is gone. */
  inspect(id: string): Promise<ContainerFacts | null>
  /** About one a second until `signal` is aborted or the stream is cut: true; false when the container is gone. */
  stats(id: string, onStats: (stats: ContainerStats) => void, signal: AbortSignal): Promise<boolean>
  /** SIGTERM, `graceSeconds`, SIGKILL; resolves when it has stopped. A container that is not running is no error. */
  stop(id: string, graceSeconds: number): Promise<void>
  kill(id: string): Promise<void>
  /** SIGCONT to the main process; false when the container does not run. */
  proceed(id: string): Promise<boolean>
  /** Forced; a container that is gone is no error. */
  remove(id: string): Promise<void>
  /** Full ids of all containers with this profile's owner label. */
  listOwn(): Promise<{ id: string; runId: string | null; running: boolean; createdAtMs: number }[]>
}

const shortMs = 10_000
const longMs = 60_000
/** How long a start waits for the engine to take note of a wait. It answers that at once; a proxy may hold the answer back. */
const registerMs = 250
/** The engine answers a stop when the container has stopped: after the grace, and this long for the rest. */
const stopMarginMs = 15_000

/**
 * Docker's variables steer every Docker library and child process (docker-modem prefers DOCKER_HOST to the socket it is
 * given). They are taken out of the environment at the start; only the search for an engine may read what this answers.
 */
export function forgetDockerEnvironment(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const removed: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (!name.toUpperCase().startsWith('DOCKER_')) continue
    if (value !== undefined) removed[name] = value
    delete env[name]
  }
  return removed
}

export function createDockerClient({ socketPath, owner }: { socketPath: string; owner: string }): DockerClient {
  const transport = createTransport(socketPath)
  /** Waits that the engine may not have taken note of yet: a container that starts first could end unseen. */
  const registering = new Map<string, Promise<unknown>>()
  const container = (id: string, call = ''): string => `/containers/${id}${call}`
  const aContainer = (id: string): string => `the container ${id.slice(0, 12)}`

  return {
    async ping(timeoutMs = 2_000) {
      await transport.call({ method: 'GET', path: '/_ping', doing: 'reach', about: 'the container engine', timeoutMs })
    },
    async facts() {
      const asked = { method: 'GET', doing: 'describe', about: 'the container engine', timeoutMs: shortMs } as const
      // A proxy before the engine may keep /info to itself: then the limits are unknown, and no more.
      const [version, info] = await Promise.all([
        transport.call({ ...asked, path: '/version' }),
        transport.call({ ...asked, path: '/info', accepted: [403, 404] }),
      ])
      return {
        version: readText(version.json, 'Version') ?? 'unknown',
        apiVersion: readText(version.json, 'ApiVersion') ?? 'unknown',
        architecture: readText(version.json, 'Arch') ?? 'unknown',
        cpuCount: readNumber(info.json, 'NCPU') || null,
        memoryBytes: readNumber(info.json, 'MemTotal') || null,
      }
    },
    async inspectImage(reference) {
      const { status, json } = await transport.call({
        method: 'GET',
        path: `/images/${reference}/json`,
        doing: 'look at',
        about: `the image ${reference}`,
        timeoutMs: shortMs,
        accepted: [404],
      })
      return status === 404 ? null : readImage(json, reference)
    },
    pullImage: (reference, onProgress, signal) => pullImage(transport, reference, onProgress, signal),
    async inspectVolume(name) {
      const { status, json } = await transport.call({
        method: 'GET',
        path: `/volumes/${name}`,
        doing: 'look at',
        about: `the volume ${name}`,
        timeoutMs: shortMs,
        accepted: [404],
      })
      return status === 404 ? null : readVolume(json, name)
    },
    async createVolume(name, volumeLabels) {
      const body = { Name: name, Labels: volumeLabels }
      await transport.call({ method: 'POST', path: '/volumes/create', body, doing: 'create', about: `the volume ${name}`, timeoutMs: longMs })
    },
    async createContainer(name, spec) {
      const about = `a container from the image ${spec.Image}`
      const { json } = await transport.call({
        method: 'POST',
        path: '/containers/create',
        query: { name },
        body: spec,
        doing: 'create',
        about,
        timeoutMs: longMs,
      })
      const id = readText(json, 'Id')
      if (id === null)
        throw new AppError('docker/rejected', 'The container engine made a container without telling its id. Restart the engine, then try again.', {
          name,
        })
      return id
    },
    attach: (id) =>
      transport.upgrade({
        method: 'POST',
        path: container(id, '/attach'),
        query: { stream: '1', stdout: '1', stderr: '1' },
        doing: 'attach to',
        about: aContainer(id),
        timeoutMs: shortMs,
      }),
    async logs(id) {
      const { body } = await transport.stream({
        method: 'GET',
        path: container(id, '/logs'),
        query: { follow: '1', stdout: '1', stderr: '1' },
        doing: 'read the log of',
        about: aContainer(id),
        timeoutMs: longMs,
      })
      return body
    },
    async start(id) {
      await registering.get(id)
      await transport.call({
        method: 'POST',
        path: container(id, '/start'),
        doing: 'start',
        about: aContainer(id),
        timeoutMs: longMs,
        accepted: [304],
      })
    },
    async waitForExit(id, signal) {
      const begun = transport.stream({
        method: 'POST',
        path: container(id, '/wait'),
        query: { condition: 'next-exit' },
        doing: 'wait for',
        about: aContainer(id),
        timeoutMs: null,
        accepted: [404],
        signal,
      })
      const registered = Promise.race([begun.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, registerMs).unref())])
      registering.set(id, registered)
      try {
        const { body } = await begun
        await new Promise<void>((resolve) => body.on('close', resolve).resume())
      } catch (error) {
        if (!signal.aborted) throw error
      } finally {
        if (registering.get(id) === registered) registering.delete(id)
      }
    },
    async inspect(id) {
      const { status, json } = await transport.call({
        method: 'GET',
        path: container(id, '/json'),
        doing: 'look at',
        about: aContainer(id),
        timeoutMs: shortMs,
        accepted: [404],
      })
      return status === 404 ? null : readContainer(json)
    },
    stats: (id, onStats, signal) => streamStats(transport, id, onStats, signal),
    async stop(id, graceSeconds) {
      const timeoutMs = graceSeconds * 1_000 + stopMarginMs
      await transport.call({
        method: 'POST',
        path: container(id, '/stop'),
        query: { t: String(graceSeconds) },
        doing: 'stop',
        about: aContainer(id),
        timeoutMs,
        accepted: [304, 404],
      })
    },
    async kill(id) {
      await transport.call({
        method: 'POST',
        path: container(id, '/kill'),
        query: { signal: 'KILL' },
        doing: 'end',
        about: aContainer(id),
        timeoutMs: shortMs,
        accepted: [404, 409],
      })
    },
    async proceed(id) {
      const { status } = await transport.call({
        method: 'POST',
        path: container(id, '/kill'),
        query: { signal: 'CONT' },
        doing: 'continue',
        about: aContainer(id),
        timeoutMs: shortMs,
        accepted: [404, 409],
      })
      return status !== 404 && status !== 409
    },
    async remove(id) {
      await transport.call({
        method: 'DELETE',
        path: container(id),
        query: { force: '1', v: '1' },
        doing: 'remove',
        about: aContainer(id),
        timeoutMs: longMs,
        accepted: [404, 409],
      })
    },
    async listOwn() {
      const filters = JSON.stringify({ label: [`${labels.owner}=${owner}`] })
      const { json } = await transport.call({
        method: 'GET',
        path: '/containers/json',
        query: { all: '1', filters },
        doing: 'list',
        about: 'the containers of this profile',
        timeoutMs: shortMs,
      })
      return readList(json, labels.runId)
    },
  }
}
