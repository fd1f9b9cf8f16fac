/**
 * A container engine behind our own port, for what a real one does too rarely: fail, fall silent, lose a container. A test
 * says what a container does once it is started; nothing happens by itself and no time passes.
 */
import { PassThrough } from 'node:stream'
import type { ContainerStats } from '../docker/client-stats'
import type { ContainerFacts, ContainerSpec, DockerClient, ImageFacts, PullProgress, VolumeFacts } from '../docker/client'

export type FakeContainer = {
  id: string
  name: string
  spec: ContainerSpec
  /** null when it is gone. */
  facts: ContainerFacts | null
  write(stream: 'stdout' | 'stderr', text: string): void
  endOutput(): void
  /** Ends the process and lets `waitForExit` hint at it; the output stays open. */
  exit(change?: Partial<ContainerFacts>): void
  /** What `waitForExit` does when a proxy cuts it: a hint without an end. */
  hint(): void
  /** What the engine measures of it now. Waits for somebody to ask for it. */
  measure(stats: ContainerStats): Promise<void>
  /** Ends the stream of measurements. */
  cutStats(): void
}

type FailingCall = 'attach' | 'start' | 'stop' | 'kill' | 'remove' | 'createContainer'

export type FakeDockerClient = DockerClient & {
  /** What was asked for, in order, without the looks (inspect…): `create`, `wait`, `attach`, `start`, `stop 10`, `volume NAME`, `pull REFERENCE`… */
  calls: string[]
  containers: FakeContainer[]
  images: Map<string, ImageFacts>
  volumes: Map<string, VolumeFacts>
  /** Calls that throw. */
  failures: Partial<Record<FailingCall, Error>>
  /** Thrown by the next looks at a container, one each. */
  inspectFailures: Error[]
}

export type FakeDockerOptions = {
  images?: string[]
  /** What a container does when it was started; without it, it ends with 0 at once. */
  program?: (container: FakeContainer) => void
  /** The image is there when this resolves. */
  pull?: (onProgress: (progress: PullProgress) => void, signal: AbortSignal) => Promise<void>
  /** What the engine does when it is told to stop a container; without it, the process ends with 143. */
  onStop?: (container: FakeContainer) => void
}

export function fakeImageFacts(reference: string): ImageFacts {
  return { id: `sha256:id-of-${reference}`, digest: `sha256:digest-of-${reference}`, architecture: 'amd64' }
}

export function createFakeDockerClient(options: FakeDockerOptions = {}): FakeDockerClient {
  const calls: string[] = []
  const containers: FakeContainer[] = []
  const streams = new Map<string, PassThrough>()
  const hints = new Map<string, () => void>()
  const statsAsked = new Map<string, { listener: (stats: ContainerStats) => void; end: () => void }>()
  const statsWaiting = new Map<string, () => void>()
  const images = new Map((options.images ?? []).map((reference) => [reference, fakeImageFacts(reference)]))
  const volumes = new Map<string, VolumeFacts>()
  const failures: FakeDockerClient['failures'] = {}
  const inspectFailures: Error[] = []

  const called = (text: string, call?: FailingCall): void => {
    calls.push(text)
    const failure = call && failures[call]
    if (failure) throw failure
  }
  const found = (id: string): FakeContainer => {
    const container = containers.find((candidate) => candidate.id === id)
    if (!container) throw new Error(`the test made no container ${id}`)
    return container
  }
  const createFake = (name: string, spec: ContainerSpec): FakeContainer => {
    const id = String(containers.length + 1).padStart(64, '0')
    const output = new PassThrough()
    streams.set(id, output)
    const hint = (): void => hints.get(id)?.()
    const container: FakeContainer = {
      id,
      name,
      spec,
      facts: { running: false, status: 'created', exitCode: 0, oomKilled: false, error: '', startedAt: '', finishedAt: '', env: spec.Env },
      write: (stream, text) => void output.write(frame(stream, text)),
      endOutput: () => void output.end(),
      exit(change = {}) {
        if (container.facts) container.facts = { ...container.facts, running: false, status: 'exited', ...change }
        hint()
      },
      hint,
      async measure(stats) {
        if (!statsAsked.has(id)) await new Promise<void>((resolve) => statsWaiting.set(id, resolve))
        statsAsked.get(id)?.listener(stats)
      },
      cutStats: () => statsAsked.get(id)?.end(),
    }
    return container
  }

  return {
    calls,
    containers,
    images,
    volumes,
    failures,
    inspectFailures,
    ping: async () => undefined,
    facts: async () => ({ version: '1', apiVersion: '1', architecture: 'amd64', cpuCount: 2, memoryBytes: 10_000_000_000 }),
    inspectImage: async (reference) => images.get(reference) ?? null,
    async pullImage(reference, onProgress, signal) {
      called(`pull ${reference}`)
      await options.pull?.(onProgress, signal)
      images.set(reference, fakeImageFacts(reference))
    },
    inspectVolume: async (name) => volumes.get(name) ?? null,
    async createVolume(name, labels) {
      called(`volume ${name}`)
      volumes.set(name, { name, labels, hasOptions: false })
    },
    async createContainer(name, spec) {
      called('create', 'createContainer')
      const container = createFake(name, spec)
      containers.push(container)
      return container.id
    },
    async attach(id) {
      called('attach', 'attach')
      const stream = streams.get(id)
      if (!stream) throw new Error(`the test made no container ${id}`)
      return stream
    },
    async logs(id) {
      called('logs')
      const stream = streams.get(id)
      if (!stream) throw new Error(`the test made no container ${id}`)
      return stream
    },
    async start(id) {
      called('start', 'start')
      const container = found(id)
      if (container.facts) container.facts = { ...container.facts, running: true, status: 'running' }
      if (options.program) return options.program(container)
      container.endOutput()
      container.exit()
    },
    waitForExit(id, signal) {
      called('wait')
      return new Promise((resolve) => {
        hints.set(id, resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
    async inspect(id) {
      const failure = inspectFailures.shift()
      if (failure) throw failure
      return found(id).facts
    },
    async stats(id, listener, signal) {
      if (found(id).facts === null) return false
      await new Promise<void>((resolve) => {
        statsAsked.set(id, { listener, end: resolve })
        statsWaiting.get(id)?.()
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      statsAsked.delete(id)
      return true
    },
    async stop(id, graceSeconds) {
      called(`stop ${graceSeconds}`, 'stop')
      if (options.onStop) return options.onStop(found(id))
      found(id).endOutput()
      found(id).exit({ exitCode: 143 })
    },
    async kill(id) {
      called('kill', 'kill')
      found(id).endOutput()
      found(id).exit({ exitCode: 137 })
    },
    /** What was kept ready is always gone: the real engine is there for the other case. */
    async proceed() {
      called('proceed')
      return false
    },
    async remove(id) {
      called('remove', 'remove')
      found(id).facts = null
    },
    listOwn: async () => containers.filter(({ facts }) => facts).map(({ id, facts }) => ({ id, runId: null, createdAtMs: 0, running: facts?.running ?? false })),
  }
}

/** As an engine's attach stream carries it (docker/demux.ts). */
function frame(stream: 'stdout' | 'stderr', text: string): Buffer {
  const payload = Buffer.from(text)
  const header = Buffer.alloc(8)
  header[0] = stream === 'stdout' ? 1 : 2
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}
