/** The only wiring: builds the engine from its parts. It knows neither Electron nor the command line; both use it through api.ts. */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { RunnerKind } from '@shared/contract/runs'
import { createCacheCheck, type CacheCheck } from './cache/cache-check'
import { jobOf, partsOf } from './cache/cache-jobs'
import { createCacheUpkeep, type CacheUpkeepService } from './cache/cache-upkeep'
import { createContainerCache, createHostCache, type CacheWorker } from './cache/cache-worker'
import { createPreheatTriggers } from './cache/preheat-triggers'
import { createPreheatService, type PreheatService } from './cache/preheat-service'
import { createCachePlaces } from './cache/cache-place'
import { createCacheState } from './cache/cache-state'
import { createFetchEstimates, type FetchEstimates } from './cache/fetch-estimates'
import { createKnownPythons } from './cache/known-pythons'
import { createPythonsService, type PythonsService } from './cache/pythons-service'
import { createPublishedNotes } from './cache/published-notes'
import { createRunDamage } from './cache/run-damage'
import { createRunSetup } from './cache/run-setup'
import { createSetupEnvironment, onlyForUv } from './cache/setup-environment'
import { createTurns } from './cache/turns'
import { watchCacheWait } from './cache/cache-wait'
import { createWarmAfterRepair } from './cache/warm-after-repair'
import { createWarmState } from './cache/warm-state'
import { createDependencyService, type DependencyService } from './dependencies/dependency-service'
import { forgetDockerEnvironment, type DockerClient } from './docker/client'
import { createEngineConnection, type EngineConnection } from './docker/engine-connection'
import type { GuardPolicy } from './docker/guard'
import { createRunnerVolume } from './docker/runner-volume'
import { createVolumes } from './docker/volumes'
import { createWorkerImage, localWorkerImage, type WorkerImage } from './docker/worker-image'
import { createEvents, type Events } from './events'
import { createFileService, type FileService } from './files/file-service'
import { createGateService, type GateService } from './gate/gate-service'
import { readGitFacts } from './git/git-facts'
import { createGitService, type GitService } from './git/git-service'
import { createSignInStore } from './git/sign-in-store'
import { createPresence } from './instances/presence'
import { createCatalog, type Catalog } from './pipelines/catalog'
import { createDiscovery, type DiscoveredPipeline } from './pipelines/discovery'
import { createAppLog, type AppLog } from './platform/app-log'
import { createHostProcesses } from './platform/host-process'
import { readNetworkEnvironment, type NetworkEnvironment } from './platform/network-environment'
import { prepareUserData, type UserDataLayout } from './platform/user-data'
import { createDockerRunner } from './runners/docker-runner'
import { createHostRunner, hostCacheFolder } from './runners/host-runner'
import { removeRouteFile } from './runners/route-file'
import { createIndexReach } from './uv/index-reach'
import { runUserOf } from './runners/run-user'
import { createStandby } from './runners/standby'
import { createRecovery } from './runs/recovery'
import { createRunService, type RunService } from './runs/run-service'
import { createScheduleService, type ScheduleService } from './schedule/schedule-service'
import { createKeyCipher, type SecretCipher } from './secrets/secret-cipher'
import { createSecretStore } from './secrets/secret-store'
import { createSecretsService, type SecretsService } from './secrets/secrets-service'
import { createSettingsService, type SettingsService } from './settings/settings-service'
import { openDatabase } from './store/database'
import { createFacts } from './store/facts'
import { createRunHistory } from './store/run-history'
import { createUvFinder, type UvFinder } from './uv/uv-binary'
import { createWorkspaceService, type WorkspaceService } from './workspace/workspace-service'

export type EngineConfig = {
  userDataDir: string
  /** Where the samples come from (resources/samples) and where the user's copy goes. */
  samplesDir: string
  userSamplesDir: string
  /** The notebook runner (resources/worker). */
  workerDir: string
  homeDir: string
  platform: NodeJS.Platform
  /** Whether opening a folder makes it the one that the next start opens. */
  rememberWorkspaces: boolean
  /** What keeps the values of secrets; without it a key file of the profile, or ENCRYPTION_KEY. */
  secretCipher?: SecretCipher
  /** Whether runs of a process that is gone are taken over; a command that ends soon must not. */
  adoptsRuns: boolean
  /** Whether it preheats by itself, as the settings say; a command that ends soon must not. */
  preheats: boolean
  /** Whether runs are restarted, and trigger others. */
  followUps: { restarts: boolean; chains: boolean }
}

export type Engine = {
  events: Events
  layout: UserDataLayout
  settings: SettingsService
  workspace: WorkspaceService
  catalog: Catalog
  files: FileService
  runs: RunService
  secrets: SecretsService
  schedule: ScheduleService
  preheat: PreheatService
  cacheCheck: CacheCheck
  pythons: PythonsService
  fetches: FetchEstimates
  dependencies: DependencyService
  upkeep: CacheUpkeepService
  git: GitService
  gate: GateService
  connection: EngineConnection
  workerImage: WorkerImage
  uv: UvFinder
  network: () => Promise<NetworkEnvironment>
  /** Where a damaged history was put aside at this start. */
  damagedDatabase: string | null
  databaseHasWal: boolean
  appLog: AppLog
  /** Looks anew which pipelines are warm. */
  refreshCacheStates(): Promise<void>
  dispose(): Promise<void>
}

/** With more runs at once a computer is slow for its user, however many processors it has. */
const mostDefaultSlots = 10
/** Which container without a run is not a left one, and whose it is. */
const keptReadyKey = 'kept-ready'

/** Throws store/unavailable when the profile's folder or database cannot be used. */
export function createEngine(config: EngineConfig): Engine {
  // From here on no library can find an engine behind the guard's back.
  const dockerEnvironment = forgetDockerEnvironment()
  const layout = prepareProfile(config.userDataDir)
  const appLog = createAppLog(layout.appLogFile)
  const events = createEvents((error) => appLog.error('An event listener failed', error))
  const { database, damagedFile, hasWal } = openDatabase(layout.databaseFile)
  const facts = createFacts(database)
  const owner = facts.ownerId()
  const presence = createPresence({
    runDir: layout.runDir,
    onStop(runId) {
      const isOurs = runs.live().some(({ id }) => id === runId)
      if (isOurs) void runs.stop(runId)
      return isOurs
    },
  })
  presence.ready.catch((error: unknown) => appLog.error('Other windows and commands cannot see this one', error))
  const history = createRunHistory(database, presence.instanceId)
  const settings = createSettingsService(layout.settingsFile, (state) => {
    events.publish('settings.changed', state)
    runs.settingsChanged()
    upkeep.settingsChanged()
    git.remote.settingsChanged()
    void connection.recheck()
    void workspace.recheck().then(() => catalog.refresh())
  })
  const env = (): NodeJS.ProcessEnv => process.env
  const network = (): Promise<NetworkEnvironment> => readNetworkEnvironment({ settings: settings.current(), env: process.env, runDir: layout.runDir })
  const uv = createUvFinder({ uvDir: layout.uvDir, env, homeDir: config.homeDir, platform: config.platform })

  let notePipelinesKnown = (): void => undefined
  const pipelinesKnown = new Promise<void>((resolve) => (notePipelinesKnown = resolve))
  let lastRoot: string | undefined
  /** Who ran something in a folder before trust was asked for has trusted it. */
  const isTrusted = (root: string): boolean => {
    if (!facts.isTrusted(root) && history.list({ workspaceRoot: root, pipeline: null, limit: 1 }).length > 0) facts.trust(root)
    return facts.isTrusted(root)
  }
  const workspace = createWorkspaceService({
    store: { recent: facts.recentWorkspaces, remember: config.rememberWorkspaces ? facts.rememberWorkspace : () => undefined, isTrusted, trust: facts.trust },
    settings: () => settings.current(),
    publish(state) {
      events.publish('workspace.changed', state)
      if (state.workspace?.root !== lastRoot) {
        preheat.reset()
        cacheCheck.reset()
        pythons.reset()
        dependencies.reset()
        upkeep.reset()
      }
      lastRoot = state.workspace?.root
      void catalog.setDir(state.workspace?.pipelinesDir ?? null).then(() => state.workspace && notePipelinesKnown())
      void places.look()
      void git.state.refresh()
      runs.recheckReady()
    },
    samplesDir: config.samplesDir,
    userSamplesDir: config.userSamplesDir,
    onDisk(paths) {
      void files.noteDiskChanges(paths)
      void catalog.refresh()
      git.state.noteChange()
    },
  })

  const workerImage = createWorkerImage({
    reference: () => settings.current().workerImage,
    owner,
    facts,
    publish(status) {
      events.publish('tools.workerImageChanged', status)
      if (status.state === 'present') void places.look()
    },
  })

  const policy = (): GuardPolicy => {
    const engineFacts = connection.facts()
    const configured = settings.current().workerImage
    return {
      pipelinesRoots: [...(workspace.current().workspace ? [workspace.current().workspace?.pipelinesDir ?? ''] : []), ...git.commits.checkouts.pipelinesRoots()],
      runDir: layout.runDir,
      images: [configured, localWorkerImage],
      pullable: [configured],
      runner: runnerVolume.policy(),
      cpuCount: engineFacts?.cpuCount ?? null,
      memoryBytes: engineFacts?.memoryBytes ?? null,
    }
  }
  const connection = createEngineConnection({
    endpointInput: () => ({ setting: settings.current().engineEndpoint, proxySetting: settings.current().dockerProxyUrl, env: { ...process.env, ...dockerEnvironment }, platform: config.platform, homeDir: config.homeDir }),
    owner,
    policy,
    publish(status) {
      events.publish('tools.engineChanged', status)
      void places.look()
    },
    onReady(client) {
      runs.recheckReady()
      recovery.recover(client).catch((error: unknown) => appLog.error('What earlier runs left could not be looked through', error))
    },
  })

  const volumes = createVolumes({ owner, facts })
  const runnerVolume = createRunnerVolume({ owner, facts, workerDir: config.workerDir })
  const runUser = (root: string): { uid: number; gid: number } => runUserOf(root, config.platform)
  const knownPythons = createKnownPythons(facts, Date.now)
  const warmState = createWarmState(facts, () => {
    catalog.recompute()
    // A set-up that worked may have made the very cache that it went into.
    places.lookSoon()
  }, knownPythons)
  const places = createCachePlaces({
    workspaceRoot: () => workspace.current().workspace?.root ?? null,
    client: async () => (connection.status().state === 'ready' ? connection.client() : null),
    image: workerImage,
    volumes,
    runUser,
    uv,
    layout,
    onLooked(place) {
      catalog.recompute()
      pythons.refresh()
      const root = workspace.current().workspace?.root
      if (config.preheats && root !== undefined && connection.status().state !== 'connecting') triggers.opened(root, place !== null && history.list({ workspaceRoot: root, pipeline: null, limit: 1 }).length > 0)
    },
    onProblem: (error) => appLog.error('The state of the cache could not be read', error),
  })

  const discover = createDiscovery()
  const catalog = createCatalog({
    discover: (dir) => discover(dir, { defaultPythonVersion: settings.current().defaultPythonVersion, workspaceRoot: workspace.current().workspace?.root ?? dir }),
    cacheState: (pipeline) => cacheState(pipeline),
    publish(state) {
      events.publish('pipelines.changed', state)
      runs.recheckReady()
      secrets.refresh()
      schedule.refresh()
      pythons.refresh()
      const open = workspace.current().workspace
      if (config.preheats && open?.isTrusted === true) triggers.catalogChanged(open.root, state.pipelines)
    },
  })
  const files = createFileService({
    findPipeline: (name) => catalog.find(name),
    publishChanged: (change) => events.publish('files.changed', change),
    publishListing: (change) => events.publish('files.listingChanged', change),
  })

  const indexReach = createIndexReach(Date.now)
  const setupOf = createRunSetup({ warmState, settings: () => settings.current(), network, indexReach })

  const standby = createStandby({
    client: () => connection.client(),
    onHeld: (runId) => facts.set(keptReadyKey, runId === null ? '' : JSON.stringify({ runId, instanceId: presence.instanceId })),
    onRemoved: (runId) => removeRouteFile(layout.runDir, runId),
  })
  const dockerRunner = createDockerRunner({
    standby,
    client: (): Promise<DockerClient> => connection.client(),
    engineFacts: () => connection.facts() ?? { memoryBytes: null, cpuCount: null },
    image: workerImage,
    volumes,
    runnerVolume,
    owner,
    layout,
    network,
    runUser,
    setup: (image, caches, spec) => setupOf({ installer: image.facts.id, cache: caches.generation }, spec),
  })
  const hostRunner = createHostRunner({
    uv,
    layout,
    network,
    env,
    workerDir: config.workerDir,
    setup: (version, spec) => setupOf(places.onHost(version, spec.workspaceRoot), spec),
  })
  const turns = createTurns()
  /** null: where runs go now. */
  const cacheWorker = async (kind: RunnerKind | null, pythonVersion = pythons.forPrograms(settings.current().defaultPythonVersion)): Promise<CacheWorker> => {
    const root = openRoot(workspace)
    const client = kind === 'host' ? null : await (kind === 'docker' ? connection.client() : connection.client().catch(() => null))
    if (client === null) return createHostCache({ uv, cacheDir: join(hostCacheFolder(layout, root), 'uv'), pythonDir: join(layout.hostCacheDir, 'python'), network: await network(), env: env(), workerDir: config.workerDir, pythonVersion })
    return createContainerCache({
      client, image: workerImage, volumes, runnerVolume, owner, workspaceRoot: root, user: runUser(root), network: await network(), pythonVersion,
      engineFacts: connection.facts() ?? { memoryBytes: null, cpuCount: null },
      onHeld: (runId, isHeld) => (isHeld ? facts.set(`cache-work:${runId}`, presence.instanceId) : facts.remove(`cache-work:${runId}`)),
    })
  }
  const worker = (): Promise<CacheWorker> => cacheWorker(null)
  const parallel = (): number => Math.max(2, 2 * (connection.facts()?.cpuCount ?? cpus().length))
  const discovered = (): DiscoveredPipeline[] => catalog.current().pipelines.map(({ name }) => catalog.find(name))
  const preheat = createPreheatService({
    pipelines: discovered,
    findPipeline: (name) => catalog.find(name),
    requireTrust: workspace.requireTrust,
    warmState,
    environmentOf: (pipeline) => environmentOf(pipeline),
    worker,
    place: () => places.look(),
    parallel,
    notePythons: (cache, list) => pythons.note(cache, list),
    onSize: (bytes) => upkeep.noteSize(bytes),
    turns,
    onStart: () => fetches.interrupt(),
    publish: events.publish,
  })
  const published = createPublishedNotes(facts)
  const warmAfterRepair = createWarmAfterRepair({ pipelines: discovered, warmState, keyParts: (pipeline, place) => partsOf(pipeline, place, environmentOf(pipeline)), look: () => preheat.content() })
  const cacheCheck = createCacheCheck({
    worker,
    published: published.all,
    recheckWarm: async (damage) => warmAfterRepair.recheck(damage, await places.look()),
    publish: events.publish,
  })
  const cacheDamage = createRunDamage({
    // Its Python is there.
    worker: (kind, spec) => cacheWorker(kind, spec.pythonVersion),
    jobOf: (spec, chosen) => jobOf(spec.runId, { realPath: spec.pipelineDir, pythonVersion: spec.pythonVersion }, { env: onlyForUv(spec.env) }, chosen),
    async forgetWarm(run, spec, damage) {
      const found = run.runner === 'docker' ? null : await uv.find()
      const place = found ? places.onHost(found.version, spec.workspaceRoot) : await places.look()
      if (place !== null) warmState.forget(warmState.keyOf({ ...place, pythonVersion: spec.pythonVersion, pipelineDir: spec.pipelineDir, env: spec.env }))
      warmAfterRepair.forget(damage, place)
    },
    published,
    onProblem: (error) => appLog.error('Whether the cache was why a run failed could not be found out', error),
  })
  const pythons = createPythonsService({
    pipelines: () => catalog.current().pipelines,
    known: knownPythons,
    worker,
    currentPlace: () => places.current(),
    place: () => places.look(),
    hasLiveRun() {
      const root = openRoot(workspace)
      return history.unfinished().some(({ run }) => run.workspaceRoot === root)
    },
    turns,
    publish: events.publish,
    onChanged: () => catalog.recompute(),
  })
  const dependencies = createDependencyService({
    requireTrust: workspace.requireTrust,
    findPipeline: (name) => catalog.find(name),
    environmentOf: (pipeline) => environmentOf(pipeline),
    worker,
    env,
    async rememberWarm(pipeline, packages) {
      const place = await places.look()
      if (place !== null) warmState.remember(warmState.keyOf(partsOf(pipeline, place, environmentOf(pipeline))), packages)
    },
    publish: events.publish,
  })
  const upkeep = createCacheUpkeep({
    pipelines: discovered,
    environmentOf: (pipeline) => environmentOf(pipeline),
    warmState,
    worker,
    place: () => places.look(),
    parallel,
    publish: events.publish,
    runDir: layout.runDir,
    capGigabytes: () => settings.current().cacheCapGigabytes,
    async usedBy() {
      const root = workspace.current().workspace?.root
      const live = history.unfinished().filter(({ run }) => run.workspaceRoot === root && run.phase !== 'waiting' && run.phase !== 'queued')
      const alive = await Promise.all(live.map(async ({ run, instanceId }) => ((await presence.isAlive(instanceId)) ? [run.pipeline] : [])))
      return { runs: [...new Set(alive.flat())], isPreheating: preheat.state().isRunning }
    },
    onImported: () => preheat.content(),
  })
  const triggers = createPreheatTriggers({
    settings: () => settings.current(),
    env,
    async preheat(names) {
      await pipelinesKnown
      return preheat.start(names)
    },
    onProblem: (error) => appLog.error('Preheating did not begin', error),
  })
  const cipher = config.secretCipher ?? createKeyCipher(join(layout.root, 'secrets.key'), process.env.ENCRYPTION_KEY)
  const secretStore = createSecretStore(database, cipher)
  const secrets = createSecretsService({
    store: secretStore,
    cipher,
    workspaceRoot: () => openRoot(workspace),
    pipelines: () => catalog.current().pipelines,
    processKey: () => process.env.ENCRYPTION_KEY,
    publish(state) {
      events.publish('secrets.changed', state)
      // Variables for uv can be secrets.
      catalog.recompute()
    },
  })
  const environmentOf = createSetupEnvironment({ secrets, workspaceRoot: () => workspace.current().workspace?.root ?? null })
  const isImageMissing = (): boolean => connection.status().state === 'ready' && /^(?:absent|pulling|failed)$/.test(workerImage.status().state)
  const fetches = createFetchEstimates({
    facts, warmState, pipelines: discovered, environmentOf, worker, place: () => places.look(), hasPython: () => pythons.hasAny(), isImageMissing, network, indexReach, parallel,
    preheated: () => preheat.idle(),
    notePythons: (cache, list) => pythons.note(cache, list),
    onChanged: () => catalog.recompute(),
  })
  const cacheState = createCacheState({
    warmState, fetches, pythons: knownPythons, environmentOf,
    place: () => places.current(),
    isImageMissing,
  })
  const runs = createRunService({
    history,
    publish: events.publish,
    logsDir: layout.logsDir,
    findPipeline: (name) => catalog.find(name),
    pipelinesKnown,
    workspaceRoot: () => openRoot(workspace),
    requireTrust: workspace.requireTrust,
    runner: (kind) => (kind === 'docker' ? dockerRunner : hostRunner),
    preparedRunId: ({ realPath }) => standby.claim(realPath),
    canKeepReady(name) {
      const cache = catalog.current().pipelines.find((pipeline) => pipeline.name === name)?.cache
      return connection.status().state === 'ready' && (cache?.startsOffline === true || cache?.state === 'not-needed')
    },
    keepReady: (spec) => dockerRunner.prepare(spec),
    keepNothing: () => standby.discard(),
    preferredRunner: () =>
      connection.client().then(
        () => 'docker' as const,
        () => 'host' as const,
      ),
    gitFacts: (folder) => readGitFacts(folder, process.env),
    isWarm: warmState.isWarm,
    rememberWarm: (key, askedIndex) => warmState.remember(key, askedIndex ? null : undefined),
    forgetWarm: (key) => warmState.forget(key),
    watchCacheWait: (run, onWaiting) => watchCacheWait(() => (run.workspaceRoot === openRoot(workspace) ? cacheWorker(run.runner) : Promise.reject(new Error('another workspace is open'))), onWaiting),
    settings: () => settings.current(),
    secrets,
    defaultSlots: () => Math.max(1, Math.min(mostDefaultSlots, connection.facts()?.cpuCount ?? cpus().length)),
    followUps: config.followUps,
    cacheDamage,
    async stopElsewhere(runId) {
      const owner = history.unfinished().find(({ run }) => run.id === runId)?.instanceId
      return owner !== undefined && presence.requestStop(owner, runId)
    },
  })
  const schedule = createScheduleService({
    pipelines: discovered,
    findPipeline: (name) => catalog.find(name),
    workspaceRoot: () => workspace.current().workspace?.root ?? null,
    requireTrust: workspace.requireTrust,
    facts,
    publish: (state) => events.publish('schedule.changed', state),
    start: (pipeline, runConfigId) => runs.startScheduled(pipeline, runConfigId),
    restart: (pipeline) => runs.restart(pipeline),
    onProblem: (message) => appLog.error('A schedule', message),
    nowMs: Date.now,
  })
  const git = createGitService({
    workspace: () => workspace.current().workspace,
    isTrusted: () => workspace.current().workspace?.isTrusted === true,
    environment: env,
    publish: events.publish,
    discardedDir: layout.discardedDir,
    signIns: createSignInStore(secretStore, cipher),
    runDir: layout.runDir,
    network,
    // A command that ends soon syncs when it is told to.
    autoSyncMinutes: () => (config.preheats ? settings.current().autoSyncMinutes : 0),
    async onSynced() {
      await catalog.refresh()
      if (config.preheats) triggers.synced()
    },
    checkouts: {
      dir: layout.checkoutsDir,
      discover: createDiscovery(),
      defaultPythonVersion: () => settings.current().defaultPythonVersion,
      presence,
      isNeeded: () => history.unfinished().some(({ run, instanceId }) => run.ofCommit !== null && (instanceId !== presence.instanceId || !runs.live().some(({ id }) => id === run.id))),
    },
  })
  const gate = createGateService({
    workspace: () => ({ root: openRoot(workspace), pipelinesDir: workspace.current().workspace?.pipelinesDir ?? '' }),
    environment: env,
    settings: () => settings.current(),
    lastOutcomeOf: history.lastOutcomeOf,
    gitState: () => git.state.refresh(),
    nowMs: Date.now,
  })
  const hostProcesses = createHostProcesses(layout.runDir)
  const recovery = createRecovery({
    history,
    presence,
    adopt: config.adoptsRuns ? (run) => runs.adopt(run) : null,
    isDriven: (runId) => runs.live().some(({ id }) => id === runId),
    async isKeptReady(runId) {
      const kept = JSON.parse(facts.get(keptReadyKey) || 'null') as { runId: string; instanceId: string } | null
      const worker = facts.get(`cache-work:${runId}`)
      if (worker !== null && (await presence.isAlive(worker))) return true
      if (worker !== null) facts.remove(`cache-work:${runId}`)
      return standby.holds(runId) || (kept?.runId === runId && kept.instanceId !== presence.instanceId && (await presence.isAlive(kept.instanceId)))
    },
    endHostRun: (runId) => hostProcesses.end(runId),
    onChanged: (run) => events.publish('runs.changed', run),
    nowMs: Date.now,
  })
  recovery.recover(null).catch((error: unknown) => appLog.error('What earlier runs left could not be looked through', error)).then(() => git.commits.checkouts.removeLeft()).catch((error: unknown) => appLog.error('What earlier commits left could not be removed', error))

  return {
    events,
    layout,
    settings,
    workspace,
    catalog,
    files,
    runs,
    secrets,
    schedule,
    preheat,
    cacheCheck,
    pythons,
    fetches,
    dependencies,
    upkeep,
    git,
    gate,
    connection,
    workerImage,
    uv,
    network,
    damagedDatabase: damagedFile,
    databaseHasWal: hasWal,
    appLog,
    refreshCacheStates: async () => void (await places.look()),
    async dispose() {
      schedule.dispose()
      places.dispose()
      triggers.dispose()
      const ending = dependencies.idle()
      dependencies.reset()
      await Promise.all([preheat.dispose(), cacheCheck.dispose(), pythons.dispose(), upkeep.dispose(), git.dispose(), ending])
      await runs.stopAll()
      await git.commits.checkouts.settled()
      presence.close()
      workerImage.cancelPull()
      await workspace.dispose()
      await connection.dispose()
      database.close()
    },
  }
}

function openRoot(workspace: WorkspaceService): string {
  const { workspace: open } = workspace.current()
  if (!open) throw new AppError('workspace/none-open', 'No folder is open. Open a folder with pipelines, or the sample workspace.')
  if (open.problem) throw new AppError(open.problem.code, open.problem.message, { root: open.root })
  return open.root
}

function prepareProfile(userDataDir: string): UserDataLayout {
  try {
    return prepareUserData(userDataDir)
  } catch (error) {
    throw new AppError('store/unavailable', `The folder ${userDataDir} cannot be written (${error instanceof Error ? error.message : String(error)}). Free it, or choose another with --user-data-dir.`, { folder: userDataDir }, { cause: error })
  }
}
