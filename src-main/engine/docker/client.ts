/**
 * What the engine needs from a container engine, as typed calls with time limits. The only importer of dockerode; it knows
 * nothing but the guard's socket. Errors are AppErrors (docker/...).
 */
import type { Duplex } from 'node:stream'

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
export type ContainerFacts = { running: boolean; status: string; exitCode: number; oomKilled: boolean; error: string; startedAt: string; finishedAt: string }
export type ImageFacts = { id: string; digest: string | null; architecture: string }
export type VolumeFacts = { name: string; createdAt: string; labels: Record<string, string>; hasOptions: boolean }
export type PullProgress = { receivedBytes: number; totalBytes: number; text: string }

export type DockerClient = {
  /** Resolves when the engine answers; docker/unavailable, docker/permission-denied or docker/timeout (2 s) otherwise. */
  ping(): Promise<void>
  facts(): Promise<EngineFacts>
  /** null when the image is not there. */
  inspectImage(reference: string): Promise<ImageFacts | null>
  /** docker/image-pull-failed with the engine's words; an aborted signal ends it. */
  pullImage(reference: string, onProgress: (progress: PullProgress) => void, signal: AbortSignal): Promise<void>
  inspectVolume(name: string): Promise<VolumeFacts | null>
  createVolume(name: string, labels: Record<string, string>): Promise<void>
  /** Answers the container's full id. `name` is `ffd-run-<uuid>` or `ffd-help-<uuid>`. */
  createContainer(name: string, spec: ContainerSpec): Promise<string>
  /** The raw multiplexed stream (docker/demux.ts); attach before start, and always drain it. */
  attach(id: string): Promise<Duplex>
  start(id: string): Promise<void>
  /** Resolves on the next exit, or when the engine cut the call: a hint to look with `inspect`, never a result. */
  waitForExit(id: string, signal: AbortSignal): Promise<void>
  /** null when the container is gone. */
  inspect(id: string): Promise<ContainerFacts | null>
  /** SIGTERM, `graceSeconds`, SIGKILL; resolves when it has stopped. A container that is not running is no error. */
  stop(id: string, graceSeconds: number): Promise<void>
  kill(id: string): Promise<void>
  /** Forced; a container that is gone is no error. */
  remove(id: string): Promise<void>
  /** Full ids of all containers with this profile's owner label. */
  listOwn(): Promise<{ id: string; runId: string | null; running: boolean }[]>
}
