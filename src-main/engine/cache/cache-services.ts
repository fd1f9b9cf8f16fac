/**
 * All that has to do with the cache of the open workspace, wired: where runs install into, how warm pipelines are, what fills,
 * checks, repairs, empties and carries the cache, its Pythons, and the packages of a pipeline.
 */
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { PipelineCache, PipelineCatalog } from '@shared/contract/pipelines'
import type { Run, RunnerKind } from '@shared/contract/runs'
import type { Settings } from '@shared/contract/settings'
import type { Workspace } from '@shared/contract/workspace'
import { createDependencyService, type DependencyService } from '../dependencies/dependency-service'
import type { EngineConnection } from '../docker/engine-connection'
import type { RunnerVolume } from '../docker/runner-volume'
import type { RunUser, Volumes } from '../docker/volumes'
import type { WorkerImage } from '../docker/worker-image'
import type { Publish } from '../events'
import type { Presence } from '../instances/presence'
import type { Catalog } from '../pipelines/catalog'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import type { AppLog } from '../platform/app-log'
import type { NetworkEnvironment } from '../platform/network-environment'
import type { UserDataLayout } from '../platform/user-data'
import { hostCacheFolder } from '../runners/host-runner'
import type { RunSpec, Setup } from '../runners/runner'
import type { SecretSource } from '../secrets/secrets-service'
import type { Facts } from '../store/facts'
import type { RunHistory } from '../store/run-history'
import { createIndexReach } from '../uv/index-reach'
import type { UvFinder } from '../uv/uv-binary'
import { createCacheCheck, type CacheCheck } from './cache-check'
import { jobOf, partsOf } from './cache-jobs'
import { createCachePlaces } from './cache-place'
import { createCacheState } from './cache-state'
import { watchCacheWait } from './cache-wait'
import { createCacheUpkeep, type CacheUpkeepService } from './cache-upkeep'
import { createContainerCache, createHostCache, type CacheWorker } from './cache-worker'
import { createFetchEstimates, type FetchEstimates } from './fetch-estimates'
import { createKnownPythons } from './known-pythons'
import { createPreheatService, type PreheatService } from './preheat-service'
import { createPreheatTriggers } from './preheat-triggers'
import { createPublishedNotes } from './published-notes'
import { createPythonsService, type PythonsService } from './pythons-service'
import { createRunDamage, type RunDamage } from './run-damage'
import { createRunSetup } from './run-setup'
import { createSetupEnvironment, onlyForUv } from './setup-environment'
import { createTurns } from './turns'
import { createWarmAfterRepair } from './warm-after-repair'
import { createWarmState, type CachePlace, type WarmState } from './warm-state'

export type CacheServicesDeps = {
  facts: Facts
  layout: UserDataLayout
  owner: string
  history: Pick<RunHistory, 'list' | 'unfinished'>
  presence: Pick<Presence, 'instanceId' | 'isAlive'>
  settings: () => Settings
  workspace: () => Workspace | null
  /** Throws workspace/none-open, and what keeps the open one from being used. */
  openRoot: () => string
  requireTrust: () => void
  /** The catalog asks for states before it is made known here. */
  catalog: () => Catalog
  connection: EngineConnection
  workerImage: WorkerImage
  volumes: Volumes
  runnerVolume: RunnerVolume
  runUser: (root: string) => RunUser
  uv: UvFinder
  env: () => NodeJS.ProcessEnv
  network: () => Promise<NetworkEnvironment>
  secrets: SecretSource
  workerDir: string
  /** Whether it preheats by itself. */
  preheats: boolean
  pipelinesKnown: Promise<void>
  publish: Publish
  appLog: AppLog
}

export type CacheServices = {
  preheat: PreheatService
  check: CacheCheck
  pythons: PythonsService
  fetches: FetchEstimates
  dependencies: DependencyService
  upkeep: CacheUpkeepService
  warmState: WarmState
  damage: RunDamage
  setupOf: (place: CachePlace, spec: RunSpec) => Promise<Setup>
  /** Tells once when the run waits for something that works alone in its cache. Answers what ends the watch. */
  watchWait: (run: Pick<Run, 'workspaceRoot' | 'runner'>, onWaiting: () => void) => ReturnType<typeof watchCacheWait>
  placeOnHost: (uvVersion: string, workspaceRoot: string) => CachePlace
  stateOf: (pipeline: DiscoveredPipeline) => PipelineCache
  /** Looks anew where runs install into, and so which pipelines are warm. Never rejects. */
  look(): Promise<void>
  catalogChanged(catalog: PipelineCatalog): void
  synced(): void
  /** Whether a container without a run works in a cache for a process that lives. */
  isWorkHeld(runId: string): Promise<boolean>
  /** Another workspace: ends what is under way and forgets it. */
  reset(): void
  dispose(): Promise<void>
}

export function createCacheServices(deps: CacheServicesDeps): CacheServices {
  const { facts, layout, history, presence, settings, workspace, connection, workerImage, uv, env, network, publish, appLog, requireTrust } = deps
  const catalog = (): Catalog => deps.catalog()
  const recompute = (): void => catalog().recompute()
  const workspaceRoot = (): string | null => workspace()?.root ?? null
  const discovered = (): DiscoveredPipeline[] => catalog().current().pipelines.map(({ name }) => catalog().find(name))
  const findPipeline = (name: string): DiscoveredPipeline => catalog().find(name)
  const wasUsed = (root: string): boolean => history.list({ workspaceRoot: root, pipeline: null, limit: 1 }).length > 0

  const knownPythons = createKnownPythons(facts, Date.now)
  const warmState = createWarmState(facts, () => {
    recompute()
    // A set-up that worked may have made the very cache that it went into.
    places.lookSoon()
  }, knownPythons)
  const places = createCachePlaces({
    workspaceRoot,
    client: async () => (connection.status().state === 'ready' ? connection.client() : null),
    image: workerImage,
    volumes: deps.volumes,
    runUser: deps.runUser,
    uv,
    layout,
    onLooked(place) {
      recompute()
      pythons.refresh()
      const root = workspaceRoot()
      if (deps.preheats && root !== null && connection.status().state !== 'connecting') triggers.opened(root, place !== null && wasUsed(root))
    },
    onProblem: (error) => appLog.error('The state of the cache could not be read', error),
  })
  const place = (): Promise<CachePlace | null> => places.look()

  const workHeldKey = (runId: string): string => `cache-work:${runId}`
  /** null: where runs go now. */
  const workerFor = async (kind: RunnerKind | null, pythonVersion = pythons.forPrograms(settings().defaultPythonVersion)): Promise<CacheWorker> => {
    const root = deps.openRoot()
    const client = kind === 'host' ? null : await (kind === 'docker' ? connection.client() : connection.client().catch(() => null))
    if (client === null) return createHostCache({ uv, cacheDir: join(hostCacheFolder(layout, root), 'uv'), pythonDir: join(layout.hostCacheDir, 'python'), network: await network(), env: env(), workerDir: deps.workerDir, pythonVersion })
    return createContainerCache({
      client, image: workerImage, volumes: deps.volumes, runnerVolume: deps.runnerVolume, owner: deps.owner, workspaceRoot: root, user: deps.runUser(root), network: await network(), pythonVersion,
      engineFacts: connection.facts() ?? { memoryBytes: null, cpuCount: null },
      onHeld: (runId, isHeld) => (isHeld ? facts.set(workHeldKey(runId), presence.instanceId) : facts.remove(workHeldKey(runId))),
    })
  }
  const worker = (): Promise<CacheWorker> => workerFor(null)
  const parallel = (): number => Math.max(2, 2 * (connection.facts()?.cpuCount ?? cpus().length))
  const environmentOf = createSetupEnvironment({ secrets: deps.secrets, workspaceRoot })
  const indexReach = createIndexReach(Date.now)
  const turns = createTurns()

  const preheat = createPreheatService({
    pipelines: discovered, findPipeline, requireTrust, warmState, environmentOf, worker, place, parallel, turns, publish,
    notePythons: (cache, list) => pythons.note(cache, list),
    onSize: (bytes) => upkeep.noteSize(bytes),
    onStart: () => fetches.interrupt(),
  })
  const published = createPublishedNotes(facts)
  const warmAfterRepair = createWarmAfterRepair({ pipelines: discovered, warmState, keyParts: (pipeline, held) => partsOf(pipeline, held, environmentOf(pipeline)), look: () => preheat.content() })
  const check = createCacheCheck({ worker, published: published.all, recheckWarm: async (damage) => warmAfterRepair.recheck(damage, await place()), publish })
  const damage = createRunDamage({
    // Its Python is there.
    worker: (kind, spec) => workerFor(kind, spec.pythonVersion),
    jobOf: (spec, chosen) => jobOf(spec.runId, { realPath: spec.pipelineDir, pythonVersion: spec.pythonVersion }, { env: onlyForUv(spec.env) }, chosen),
    async forgetWarm(run, spec, found) {
      const hostUv = run.runner === 'docker' ? null : await uv.find()
      const held = hostUv ? places.onHost(hostUv.version, spec.workspaceRoot) : await place()
      if (held !== null) warmState.forget(warmState.keyOf({ ...held, pythonVersion: spec.pythonVersion, pipelineDir: spec.pipelineDir, env: spec.env }))
      warmAfterRepair.forget(found, held)
    },
    published,
    onProblem: (error) => appLog.error('Whether the cache was why a run failed could not be found out', error),
  })
  const pythons = createPythonsService({
    pipelines: () => catalog().current().pipelines,
    known: knownPythons,
    worker, place, turns, publish,
    currentPlace: () => places.current(),
    hasLiveRun() {
      const root = deps.openRoot()
      return history.unfinished().some(({ run }) => run.workspaceRoot === root)
    },
    onChanged: recompute,
  })
  const dependencies = createDependencyService({
    requireTrust, findPipeline, environmentOf, worker, env, publish,
    async rememberWarm(pipeline, packages) {
      const held = await place()
      if (held !== null) warmState.remember(warmState.keyOf(partsOf(pipeline, held, environmentOf(pipeline))), packages)
    },
  })
  const upkeep = createCacheUpkeep({
    pipelines: discovered, environmentOf, warmState, worker, place, parallel, publish,
    runDir: layout.runDir,
    capGigabytes: () => settings().cacheCapGigabytes,
    async usedBy() {
      const root = workspaceRoot()
      const live = history.unfinished().filter(({ run }) => run.workspaceRoot === root && run.phase !== 'waiting' && run.phase !== 'queued')
      const alive = await Promise.all(live.map(async ({ run, instanceId }) => ((await presence.isAlive(instanceId)) ? [run.pipeline] : [])))
      return { runs: [...new Set(alive.flat())], isPreheating: preheat.state().isRunning }
    },
    onImported: () => preheat.content(),
  })
  const triggers = createPreheatTriggers({
    settings,
    env,
    async preheat(names) {
      await deps.pipelinesKnown
      return preheat.start(names)
    },
    onProblem: (error) => appLog.error('Preheating did not begin', error),
  })
  const isImageMissing = (): boolean => connection.status().state === 'ready' && /^(?:absent|pulling|failed)$/.test(workerImage.status().state)
  const fetches = createFetchEstimates({
    facts, warmState, pipelines: discovered, environmentOf, worker, place, isImageMissing, network, indexReach, parallel,
    hasPython: () => pythons.hasAny(),
    preheated: () => preheat.idle(),
    notePythons: (cache, list) => pythons.note(cache, list),
    onChanged: recompute,
  })

  return {
    preheat,
    check,
    pythons,
    fetches,
    dependencies,
    upkeep,
    warmState,
    damage,
    watchWait: (run, onWaiting) => watchCacheWait(() => (run.workspaceRoot === deps.openRoot() ? workerFor(run.runner) : Promise.reject(new Error('another workspace is open'))), onWaiting),
    setupOf: createRunSetup({ warmState, settings, network, indexReach }),
    placeOnHost: places.onHost,
    stateOf: createCacheState({ warmState, fetches, pythons: knownPythons, environmentOf, place: () => places.current(), isImageMissing }),
    look: async () => void (await places.look()),
    catalogChanged({ pipelines }) {
      pythons.refresh()
      const open = workspace()
      if (deps.preheats && open?.isTrusted === true) triggers.catalogChanged(open.root, pipelines)
    },
    synced() {
      if (deps.preheats) triggers.synced()
    },
    async isWorkHeld(runId) {
      const holder = facts.get(workHeldKey(runId))
      if (holder === null) return false
      if (await presence.isAlive(holder)) return true
      facts.remove(workHeldKey(runId))
      return false
    },
    reset() {
      for (const service of [preheat, check, pythons, dependencies, upkeep]) service.reset()
    },
    async dispose() {
      places.dispose()
      triggers.dispose()
      const ending = dependencies.idle()
      dependencies.reset()
      await Promise.all([preheat.dispose(), check.dispose(), pythons.dispose(), upkeep.dispose(), ending])
    },
  }
}
