/** The only wiring: builds the engine from its parts. It knows neither Electron nor the command line; both use it through api.ts. */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import { createCacheServices, type CacheServices } from './cache/cache-services'
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
import { createDiscovery } from './pipelines/discovery'
import { createAppLog, type AppLog } from './platform/app-log'
import { createHostProcesses } from './platform/host-process'
import { readNetworkEnvironment, type NetworkEnvironment } from './platform/network-environment'
import { prepareUserData, type UserDataLayout } from './platform/user-data'
import { createDockerRunner } from './runners/docker-runner'
import { createHostRunner } from './runners/host-runner'
import { removeRouteFile } from './runners/route-file'
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
  cache: CacheServices
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
    cache.upkeep.settingsChanged()
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
      if (state.workspace?.root !== lastRoot) cache.reset()
      lastRoot = state.workspace?.root
      void catalog.setDir(state.workspace?.pipelinesDir ?? null).then(() => state.workspace && notePipelinesKnown())
      void cache.look()
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
      if (status.state === 'present') void cache.look()
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
      void cache.look()
    },
    onReady(client) {
      runs.recheckReady()
      recovery.recover(client).catch((error: unknown) => appLog.error('What earlier runs left could not be looked through', error))
    },
  })

  const volumes = createVolumes({ owner, facts })
  const runnerVolume = createRunnerVolume({ owner, facts, workerDir: config.workerDir })
  const runUser = (root: string): { uid: number; gid: number } => runUserOf(root, config.platform)
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
  const cache = createCacheServices({
    facts, layout, owner, history, presence, connection, workerImage, volumes, runnerVolume, runUser, uv, env, network, secrets, pipelinesKnown, appLog,
    settings: () => settings.current(),
    workspace: () => workspace.current().workspace,
    openRoot: () => openRoot(workspace),
    requireTrust: workspace.requireTrust,
    catalog: () => catalog,
    workerDir: config.workerDir,
    preheats: config.preheats,
    publish: events.publish,
  })

  const discover = createDiscovery()
  const catalog = createCatalog({
    discover: (dir) => discover(dir, { defaultPythonVersion: settings.current().defaultPythonVersion, workspaceRoot: workspace.current().workspace?.root ?? dir }),
    cacheState: cache.stateOf,
    publish(state) {
      events.publish('pipelines.changed', state)
      runs.recheckReady()
      secrets.refresh()
      schedule.refresh()
      cache.catalogChanged(state)
    },
  })
  const files = createFileService({
    findPipeline: (name) => catalog.find(name),
    publishChanged: (change) => events.publish('files.changed', change),
    publishListing: (change) => events.publish('files.listingChanged', change),
  })

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
    setup: (image, caches, spec) => cache.setupOf({ installer: image.facts.id, cache: caches.generation }, spec),
  })
  const hostRunner = createHostRunner({
    uv,
    layout,
    network,
    env,
    workerDir: config.workerDir,
    setup: (version, spec) => cache.setupOf(cache.placeOnHost(version, spec.workspaceRoot), spec),
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
      const state = catalog.current().pipelines.find((pipeline) => pipeline.name === name)?.cache
      return connection.status().state === 'ready' && (state?.startsOffline === true || state?.state === 'not-needed')
    },
    keepReady: (spec) => dockerRunner.prepare(spec),
    keepNothing: () => standby.discard(),
    preferredRunner: () =>
      connection.client().then(
        () => 'docker' as const,
        () => 'host' as const,
      ),
    gitFacts: (folder) => readGitFacts(folder, process.env),
    isWarm: cache.warmState.isWarm,
    rememberWarm: (key, askedIndex) => cache.warmState.remember(key, askedIndex ? null : undefined),
    forgetWarm: (key) => cache.warmState.forget(key),
    watchCacheWait: cache.watchWait,
    settings: () => settings.current(),
    secrets,
    defaultSlots: () => Math.max(1, Math.min(mostDefaultSlots, connection.facts()?.cpuCount ?? cpus().length)),
    followUps: config.followUps,
    cacheDamage: cache.damage,
    async stopElsewhere(runId) {
      const owner = history.unfinished().find(({ run }) => run.id === runId)?.instanceId
      return owner !== undefined && presence.requestStop(owner, runId)
    },
  })
  const schedule = createScheduleService({
    pipelines: () => catalog.current().pipelines.map(({ name }) => catalog.find(name)),
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
      cache.synced()
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
      if (await cache.isWorkHeld(runId)) return true
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
    cache,
    git,
    gate,
    connection,
    workerImage,
    uv,
    network,
    damagedDatabase: damagedFile,
    databaseHasWal: hasWal,
    appLog,
    async dispose() {
      schedule.dispose()
      await Promise.all([cache.dispose(), git.dispose()])
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
