/**
 * The only writer of the engine mirror, and the one place where events of the engine enter the window. Subscribes first,
 * then loads snapshots; whatever arrives twice or late loses by its rev.
 */
import type { ApiEvent, ApiInput, ApiOutput, ApiPayload, ApiRequest } from '@shared/contract/index'
import type { DependencyState } from '@shared/contract/dependencies'
import type { GitOperation } from '@shared/contract/git'
import type { Run } from '@shared/contract/runs'
import { type EngineMirror, newer, useEngineMirror, withRuns, withoutRuns } from './engine-mirror'

type EventMessage = { [K in ApiEvent]: { name: K; payload: ApiPayload<K> } }[ApiEvent]

/** What sync needs of the api. */
export type SyncSource = {
  call: <K extends ApiRequest>(name: K, input: ApiInput<K>) => Promise<ApiOutput<K>>
  onEvent: (listener: (message: EventMessage) => void) => () => void
}

const historyLimit = 500

/** What is shown of one workspace must not outlive it. */
const nothingOfWorkspace = { catalog: null, secrets: null, schedule: null, preheat: null, upkeep: null, cacheCheck: null, pythons: null, dependencies: {}, git: null, gitOperations: {}, runsLoaded: false, fileVersions: {}, listings: {} }

export function applyRuns(runs: readonly Run[]): void {
  useEngineMirror.setState((mirror) => ({ runs: withRuns(mirror.runs, runs) }))
}

export function applyDependencies(state: DependencyState): void {
  useEngineMirror.setState(({ dependencies }) => ({ dependencies: { ...dependencies, [state.pipeline]: newer(dependencies[state.pipeline], state) } }))
}

function applyOperation(operation: GitOperation): void {
  useEngineMirror.setState(({ gitOperations }) => ({ gitOperations: { ...gitOperations, [operation.id]: newer(gitOperations[operation.id], operation) } }))
}

function rootOf(mirror: EngineMirror): string | null {
  return mirror.workspace?.workspace?.root ?? null
}

export function createSync(source: SyncSource, onFailure: (error: unknown) => void): { start: () => Promise<void>; stop: () => void } {
  const { setState, getState } = useEngineMirror
  let unsubscribe: (() => void) | null = null

  /** What is not the pipelines and their runs loads beside them: those are there even when one of these cannot be read. */
  async function loadOfWorkspace<K extends ApiRequest>(root: string, name: K, apply: (value: ApiOutput<K>) => void): Promise<void> {
    try {
      const value = await source.call(name, {} as ApiInput<K>)
      if (rootOf(getState()) === root) apply(value)
    } catch (error) {
      onFailure(error)
    }
  }

  async function loadWorkspaceContent(): Promise<void> {
    const root = rootOf(getState())
    if (root === null) return
    void loadOfWorkspace(root, 'secrets.list', (secrets) => setState((mirror) => ({ secrets: newer(mirror.secrets, secrets) })))
    void loadOfWorkspace(root, 'schedule.list', (schedule) => setState((mirror) => ({ schedule: newer(mirror.schedule, schedule) })))
    void loadOfWorkspace(root, 'cache.preheatState', (preheat) => setState((mirror) => ({ preheat: newer(mirror.preheat, preheat) })))
    void loadOfWorkspace(root, 'cache.checkState', (cacheCheck) => setState((mirror) => ({ cacheCheck: newer(mirror.cacheCheck, cacheCheck) })))
    void loadOfWorkspace(root, 'pythons.state', (pythons) => setState((mirror) => ({ pythons: newer(mirror.pythons, pythons) })))
    void loadOfWorkspace(root, 'cache.upkeep', (upkeep) => setState((mirror) => ({ upkeep: newer(mirror.upkeep, upkeep) })))
    void loadOfWorkspace(root, 'git.state', (git) => setState((mirror) => ({ git: newer(mirror.git, git) })))
    void loadOfWorkspace(root, 'git.operations', ({ operations }) => operations.forEach(applyOperation))
    const [catalog, history] = await Promise.all([source.call('pipelines.list', {}), source.call('runs.list', { limit: historyLimit })])
    // Another workspace was opened meanwhile: its own load is under way.
    if (rootOf(getState()) !== root) return
    setState((mirror) => ({ catalog: newer(mirror.catalog, catalog), runs: withRuns(mirror.runs, history.runs), runsLoaded: true }))
  }

  function applyWorkspace(next: ApiOutput<'workspace.current'>): boolean {
    const before = getState()
    const workspace = newer(before.workspace, next)
    const changed = workspace !== before.workspace && (workspace.workspace?.root ?? null) !== rootOf(before)
    setState(changed ? { workspace, ...nothingOfWorkspace } : { workspace })
    return changed
  }

  function receive(message: EventMessage): void {
    switch (message.name) {
      case 'workspace.changed':
        if (applyWorkspace(message.payload)) loadWorkspaceContent().catch(onFailure)
        return
      case 'pipelines.changed':
        return setState((mirror) => ({ catalog: newer(mirror.catalog, message.payload) }))
      case 'files.changed': {
        const key = `${message.payload.pipeline}/${message.payload.path}`
        return setState((mirror) => ({ fileVersions: { ...mirror.fileVersions, [key]: newer(mirror.fileVersions[key], message.payload) } }))
      }
      case 'files.listingChanged':
        return setState((mirror) => ({ listings: { ...mirror.listings, [message.payload.pipeline]: newer(mirror.listings[message.payload.pipeline], message.payload) } }))
      case 'runs.changed':
        return applyRuns([message.payload])
      case 'runs.logAppended': {
        const { runId, sizeBytes } = message.payload
        return setState((mirror) => ({ logSizes: { ...mirror.logSizes, [runId]: Math.max(mirror.logSizes[runId] ?? 0, sizeBytes) } }))
      }
      case 'runs.removed':
        return setState((mirror) => ({ runs: withoutRuns(mirror.runs, message.payload.runIds) }))
      // Of interest only to what shows this very run: it listens itself.
      case 'runs.metricsSampled':
      case 'runs.cellsChanged':
        return
      case 'tools.engineChanged':
        return setState((mirror) => ({ engine: newer(mirror.engine, message.payload) }))
      case 'tools.workerImageChanged':
        return setState((mirror) => ({ image: newer(mirror.image, message.payload) }))
      case 'secrets.changed':
        return setState((mirror) => ({ secrets: newer(mirror.secrets, message.payload) }))
      case 'schedule.changed':
        return setState((mirror) => ({ schedule: newer(mirror.schedule, message.payload) }))
      case 'cache.checkChanged':
        return setState((mirror) => ({ cacheCheck: newer(mirror.cacheCheck, message.payload) }))
      case 'cache.preheatChanged':
        return setState((mirror) => ({ preheat: newer(mirror.preheat, message.payload) }))
      case 'pythons.changed':
        return setState((mirror) => ({ pythons: newer(mirror.pythons, message.payload) }))
      case 'dependencies.changed':
        return applyDependencies(message.payload)
      case 'cache.upkeepChanged':
        return setState((mirror) => ({ upkeep: newer(mirror.upkeep, message.payload) }))
      case 'git.changed':
        return setState((mirror) => ({ git: newer(mirror.git, message.payload) }))
      case 'git.looked':
        return setState({ gitLooks: message.payload.rev })
      case 'git.operationChanged':
        return applyOperation(message.payload)
      case 'settings.changed':
        return setState((mirror) => ({ settings: newer(mirror.settings, message.payload) }))
    }
  }

  async function load<K extends ApiRequest>(name: K, apply: (value: ApiOutput<K>) => void): Promise<void> {
    try {
      apply(await source.call(name, {} as ApiInput<K>))
    } catch (error) {
      onFailure(error)
    }
  }

  return {
    async start() {
      unsubscribe = source.onEvent(receive)
      await Promise.all([
        load('settings.get', (settings) => setState((mirror) => ({ settings: newer(mirror.settings, settings) }))),
        load('tools.engine', (engine) => setState((mirror) => ({ engine: newer(mirror.engine, engine) }))),
        load('tools.workerImage', (image) => setState((mirror) => ({ image: newer(mirror.image, image) }))),
        load('tools.appInfo', (appInfo) => setState({ appInfo })),
        load('workspace.current', applyWorkspace),
      ])
      await loadWorkspaceContent().catch(onFailure)
      setState({ loaded: true })
    },
    stop() {
      unsubscribe?.()
      unsubscribe = null
    },
  }
}
