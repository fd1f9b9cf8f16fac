/** The container runner with a fake engine: a test says what the engine does, and sees what the runner's hooks were told. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { RunNotice } from '@shared/contract/runs'
import { noLimits, type PipelineLimits } from '@shared/pipeline-config-model'
import { createWorkerImage, localWorkerImage } from '../docker/worker-image'
import type { NetworkEnvironment } from '../platform/network-environment'
import { prepareUserData } from '../platform/user-data'
import { createDockerRunner } from '../runners/docker-runner'
import type { Measurement } from '../runners/metrics-sampler'
import { createStandby } from '../runners/standby'
import type { RunFacts, RunnerExit, RunSpec } from '../runners/runner'
import { createFakeDockerClient, fakeImageFacts, type FakeDockerClient, type FakeDockerOptions } from './fake-docker-client'
import { fakeFacts } from './fake-facts'
import { makeTemporaryWorkspace } from './temporary-workspace'

export const configuredImage = 'worker:1'
export const plainNetwork: NetworkEnvironment = { caBundleFile: null, caSource: null, proxyEnv: {}, pythonEnv: {}, problem: null }

export type DockerRunnerWorld = {
  client: FakeDockerClient
  spec: RunSpec
  routeFile: string
  /** What the hooks were told. */
  output: string[]
  notices: RunNotice[]
  facts: RunFacts[]
  samples: Measurement[]
  steps: string[]
  stop: AbortController
  /** Keeps a container ready for the run. */
  prepare(): Promise<void>
  run(): Promise<RunnerExit>
}

type Change = FakeDockerOptions & { limits?: PipelineLimits; network?: NetworkEnvironment; user?: { uid: number; gid: number }; onStarting?: (world: DockerRunnerWorld) => void; onStarted?: (world: DockerRunnerWorld) => void }

export function openDockerRunnerWorld({ limits = noLimits, network = plainNetwork, user, onStarting, onStarted, ...options }: Change = {}): DockerRunnerWorld {
  const root = makeTemporaryWorkspace({ 'work/demo/main.py': 'print(1)', 'profile/': '' })
  const layout = prepareUserData(join(root, 'profile'))
  const client = createFakeDockerClient({ images: [configuredImage], ...options })
  const facts = fakeFacts()
  facts.set(`uv-version:${fakeImageFacts(configuredImage).id}`, '0.9.9')
  facts.set(`uv-version:${fakeImageFacts(localWorkerImage).id}`, '0.9.9')
  const spec: RunSpec = {
    runId: '00000000-0000-4000-8000-000000000001',
    pipelineName: 'demo',
    pipelineDir: join(root, 'work', 'demo'),
    workspaceRoot: join(root, 'work'),
    pythonVersion: '3.11',
    requirements: null,
    entryPoint: 'main.py',
    limits,
    secretNames: [],
    env: { SECRET: 'do not show' },
    stopGraceSeconds: 7,
  }
  const { uid, gid } = statSync(spec.pipelineDir)
  const runner = createDockerRunner({
    client: async () => client,
    engineFacts: () => ({ memoryBytes: 10_000_000_000, cpuCount: 2 }),
    image: createWorkerImage({ reference: () => configuredImage, owner: 'me', facts, publish: () => undefined }),
    volumes: { prepare: async () => ({ cacheVolume: 'ffd-uvcache-1', pythonVolume: 'ffd-uvpython-1', generation: 'g' }), generation: async () => 'g', handOver: async () => undefined },
    runnerVolume: { policy: () => ({ volume: 'ffd-runner-0123456789abcdef', files: '' }), prepare: async () => 'ffd-runner-0123456789abcdef' },
    owner: 'me',
    layout,
    network: async () => network,
    runUser: () => user ?? { uid, gid },
    setup: async () => ({ warmKey: 'warm', isOffline: false, notice: null }),
    standby: createStandby({ client: async () => client, onHeld: () => undefined, onRemoved: () => undefined }),
  })
  const world: DockerRunnerWorld = {
    client,
    spec,
    routeFile: join(layout.runDir, `${spec.runId}.route`),
    output: [],
    notices: [],
    facts: [],
    samples: [],
    steps: [],
    stop: new AbortController(),
    prepare: () => runner.prepare(spec),
    run: () =>
      runner.run(
        spec,
        {
          onFacts: (known) => world.facts.push(known),
          onNotice: (notice) => world.notices.push(notice),
          onStarting() {
            world.steps.push('starting')
            onStarting?.(world)
          },
          onAdopted: () => undefined,
          onReplay: () => undefined,
          onReconnecting: () => undefined,
          onReconnected: () => undefined,
          onMetrics: (sample) => world.samples.push(sample),
          onStarted() {
            world.steps.push('started')
            onStarted?.(world)
          },
          onOutput: (stream, chunk) => world.output.push(`${stream}: ${chunk.toString()}`),
        },
        world.stop.signal,
      ),
  }
  return world
}
