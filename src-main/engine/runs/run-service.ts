/**
 * What can be asked of runs: start, stop, look. Starts go through admission here and live in run-drive.ts; the rest is read
 * from the history, with what lives on top.
 */
import { AppError } from '@shared/app-error'
import type { ApiOutput, ApiParsedInput } from '@shared/contract'
import type { Run } from '@shared/contract/runs'
import { createCellReader } from '../notebooks/cell-reader'
import { asServerShowsIt } from '../notebooks/server-view'
import { readWebhookBody } from '../secrets/webhook'
import { readMetrics } from './metrics-log'
import { createRetention } from './retention'
import { createRunDrive, type RunDriveDeps } from './run-drive'
import { createReadyAhead, type ReadyAheadDeps } from './ready-ahead'
import { createRunOrders, type RunSource } from './run-order'
import { createLogIndexCache } from './log-index'
import { readRunLog } from './log-reader'

export type RunServiceDeps = RunDriveDeps & Pick<ReadyAheadDeps, 'canKeepReady' | 'keepReady' | 'keepNothing'> & {
  /** Asks the process that drives the run to stop it; false when nobody does. */
  stopElsewhere: (runId: string) => Promise<boolean>
}

export type RunService = {
  start(request: ApiParsedInput<'runs.start'>): Promise<Run>
  /** The pipeline of a source, beside whatever runs. Errors as of start. */
  startSource(pipeline: string, source: RunSource, ignoreProblems: boolean): Promise<Run>
  startWebhook(request: ApiParsedInput<'runs.startWebhook'>): Promise<Run>
  /** By its schedule. Errors as of start. */
  startScheduled(pipeline: string, runConfigId: string | null): Promise<Run>
  /** By restart_interval: stops the newest run of the pipeline, waits for its cooldown, starts. */
  restart(pipeline: string): Promise<Run>
  /** Goes on with a run that an earlier process started in a container. */
  adopt(run: Run): void
  stop(runId: string): Promise<Run>
  skipWait(runId: string): Run
  get(runId: string): Run
  /** What tries a run again, when that is decided. */
  again(runId: string): Promise<Run | null>
  list(query: ApiParsedInput<'runs.list'>): Run[]
  readLog(query: ApiParsedInput<'runs.readLog'>): Promise<ApiOutput<'runs.readLog'>>
  readMetrics(query: ApiParsedInput<'runs.readMetrics'>): Promise<ApiOutput<'runs.readMetrics'>>
  readCells(query: ApiParsedInput<'runs.readCells'>): ApiOutput<'runs.readCells'>
  readServerCells(runId: string): ApiOutput<'runs.readServerCells'>
  previewRemoval(runIds: string[] | null): ApiOutput<'runs.previewRemoval'>
  remove(runIds: string[]): ApiOutput<'runs.remove'>
  live(): Run[]
  /** Which pipeline will probably run next; null: none. */
  prepare(pipeline: string | null): void
  /** The pipelines or the engine have changed: what is kept ready may not fit any more. */
  recheckReady(): void
  /** The settings have changed: more may run now, less may be kept. */
  settingsChanged(): void
  /** Stops every live run and waits until all are final. */
  stopAll(): Promise<void>
}

/** A burst of runs that end is tidied up once. */
const tidyAfterMs = 2000

export function createRunService(deps: RunServiceDeps): RunService {
  let removals = 0
  const retention = createRetention({
    history: deps.history,
    logsDir: deps.logsDir,
    settings: deps.settings,
    onRemoved: (runIds) => deps.publish('runs.removed', { runIds, rev: (removals += 1) }),
    nowMs: Date.now,
  })
  let tidying: NodeJS.Timeout | null = null
  let isClosing = false
  const tidy = (): void => {
    if (isClosing) return
    tidying ??= setTimeout(() => {
      tidying = null
      const { runs } = retention.preview(null)
      if (runs.length > 0) retention.remove(runs.map(({ id }) => id))
    }, tidyAfterMs)
    tidying.unref()
  }
  const orders = createRunOrders(deps)
  const drive = createRunDrive(deps, orders, () => {
    tidy()
    ready.recheck()
  })
  const ready = createReadyAhead({ ...deps, orders, isBusy: () => drive.alive().length > 0 })
  const logIndex = createLogIndexCache()
  const cells = createCellReader(deps.logsDir)

  const get = (runId: string): Run => {
    const run = drive.find(runId) ?? deps.history.find(runId)
    if (!run) throw new AppError('run/not-found', `There is no run ${runId}. It may have been removed; the history lists the runs that are kept.`, { runId })
    return run
  }

  const startAsked = async (request: ApiParsedInput<'runs.start'>, trigger: 'manual' | 'webhook', parameters: Record<string, string> = {}): Promise<Run> => {
    const { pipeline, runConfigId, env, whenRunning, ignoreProblems } = request
    const order = orders.order({ pipeline, runConfigId, trigger, ignoreProblems, request: { env, parameters } })
    const plan = orders.plan(order)
    const kind = request.runner ?? (await deps.preferredRunner())
    // No waiting from here on: of two clicks at once the second must see the run of the first.
    const alive = drive.alive().find((run) => run.workspaceRoot === order.workspaceRoot && run.pipeline === pipeline)
    if (alive && whenRunning === 'refuse') {
      throw new AppError('run/already-running', `${pipeline} is already running. Stop that run first, let this one wait for it, or start it in parallel.`, { pipeline, runId: alive.id })
    }
    return drive.launch({ ...order, kind, alone: whenRunning === 'queue' }, plan)
  }

  return {
    start: (request) => startAsked(request, 'manual'),
    async startSource(pipeline, source, ignoreProblems) {
      const order = orders.order({ pipeline, source, runConfigId: null, trigger: 'manual', ignoreProblems })
      const plan = orders.plan(order)
      return drive.launch({ ...order, kind: await deps.preferredRunner() }, plan)
    },
    async startWebhook({ pipeline, runConfigId, body, ignoreProblems }) {
      const parsed = readWebhookBody(body)
      if (!parsed.ok) throw new AppError('input/invalid', parsed.message, { field: 'body' })
      const chosen = runConfigId ?? parsed.runConfigId
      const { config } = deps.findPipeline(pipeline)
      const keys = chosen === null ? config : config.runConfigurations.find(({ id }) => id === chosen)
      if (keys && keys.webhookKey === null) {
        throw new AppError('pipeline/no-webhook', `${chosen === null ? pipeline : `The run configuration ${chosen} of ${pipeline}`} has no webhook_key: the server would answer 401. Add one to its metadata.`, { pipeline })
      }
      return startAsked({ pipeline, runner: null, runConfigId: chosen, env: parsed.env, whenRunning: 'parallel', ignoreProblems }, 'webhook', parsed.parameters)
    },
    async startScheduled(pipeline, runConfigId) {
      const order = orders.order({ pipeline, runConfigId, trigger: 'schedule' })
      return drive.launch({ ...order, kind: await deps.preferredRunner() }, orders.plan(order))
    },
    async restart(pipeline) {
      const order = orders.order({ pipeline, runConfigId: null, trigger: 'restart' })
      const plan = orders.plan(order)
      const kind = await deps.preferredRunner()
      const running = drive
        .alive()
        .filter((run) => run.workspaceRoot === order.workspaceRoot && run.pipeline === pipeline && run.phase !== 'waiting')
        .at(-1)
      if (running) await drive.stop(running.id, 'restart')
      return drive.launch({ ...order, kind, parent: running ?? null, waitUntilAtMs: Date.now() + plan.config.restartCooldownSeconds * 1000 }, null)
    },
    adopt: (run) => drive.adopt(run),
    async stop(runId) {
      if (drive.find(runId)) void drive.stop(runId, 'user')
      else if (get(runId).phase !== 'finished') await deps.stopElsewhere(runId)
      return get(runId)
    },
    skipWait(runId) {
      drive.skipWait(runId)
      return get(runId)
    },
    get,
    async again(runId) {
      const { workspaceRoot, pipeline } = get(runId)
      await drive.settled(runId)
      const isAgain = ({ parentRunId, trigger }: Run): boolean => parentRunId === runId && (trigger === 'retry' || trigger === 'repair')
      return drive.alive().find(isAgain) ?? deps.history.list({ workspaceRoot, pipeline, limit: 100 }).find(isAgain) ?? null
    },
    list({ pipeline, limit }) {
      return deps.history.list({ workspaceRoot: deps.workspaceRoot(), pipeline, limit }).map((run) => drive.find(run.id) ?? run)
    },
    async readLog({ runId, fromByte, maxBytes }) {
      // The phase is read before the bytes: a run that finishes in between is reported complete by the next read, never too early.
      const finished = get(runId).phase === 'finished'
      const { bytes, nextByte, sizeBytes, segments } = await readRunLog(deps.logsDir, runId, fromByte, maxBytes, logIndex)
      return { bytes, fromByte, nextByte, sizeBytes, segments, complete: finished && nextByte >= sizeBytes }
    },
    async readMetrics({ runId, maxSamples }) {
      get(runId)
      return { samples: await readMetrics(deps.logsDir, runId, maxSamples) }
    },
    readCells({ runId, indexes }) {
      get(runId)
      return { cells: cells.read(runId, indexes) }
    },
    readServerCells(runId) {
      get(runId)
      return { cells: asServerShowsIt(cells.recorded(runId)) }
    },
    previewRemoval: (runIds) => retention.preview(runIds),
    remove: (runIds) => retention.remove(runIds),
    live: () => drive.alive(),
    prepare: (pipeline) => ready.want(pipeline),
    recheckReady: () => ready.recheck(),
    settingsChanged() {
      ready.recheck()
      drive.settingsChanged()
      tidy()
    },
    async stopAll() {
      // Runs that end now would else be tidied up when the history is closed.
      isClosing = true
      if (tidying) clearTimeout(tidying)
      await Promise.all([drive.stopAll(), ready.dispose()])
    },
  }
}
