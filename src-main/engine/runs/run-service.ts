/**
 * The life cycle of runs, and the only place that changes a Run: creates the record, lets a runner execute it, keeps the log,
 * decides the outcome. What is asked for answers at once; the rest comes as events.
 */
import { randomUUID } from 'node:crypto'
import { AppError, toWireError } from '@shared/app-error'
import type { ApiOutput, ApiParsedInput } from '@shared/contract'
import type { Run, RunnerKind } from '@shared/contract/runs'
import type { Publish } from '../events'
import type { GitFacts } from '../git/git-facts'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import type { Runner, RunnerExit, RunSpec } from '../runners/runner'
import type { RunHistory } from '../store/run-history'
import { chooseRequirements } from '../uv/requirements'
import { createLiveRun, type LiveRun } from './live-run'
import { verdictOf } from './outcome'
import { createLogIndexCache, logFile, readRunLog } from './run-log'
import { planRun } from './run-plan'
import { createSetupMarkerFilter } from './setup-marker'

export type RunServiceDeps = {
  history: RunHistory
  publish: Publish
  logsDir: string
  findPipeline: (name: string) => DiscoveredPipeline
  /** Throws workspace/none-open or the workspace's problem. */
  workspaceRoot: () => string
  runner: (kind: RunnerKind) => Runner
  /** The runner that is used when none is asked for. */
  preferredRunner: () => Promise<RunnerKind>
  gitFacts: (folder: string) => Promise<GitFacts>
  isWarm: (warmKey: string) => boolean
  rememberWarm: (warmKey: string) => void
  stopGraceSeconds: () => number
}

export type RunService = {
  start(request: ApiParsedInput<'runs.start'>): Promise<Run>
  stop(runId: string): Run
  get(runId: string): Run
  list(query: ApiParsedInput<'runs.list'>): Run[]
  readLog(query: ApiParsedInput<'runs.readLog'>): Promise<ApiOutput<'runs.readLog'>>
  live(): Run[]
  /** Stops every live run and waits until all are final. */
  stopAll(): Promise<void>
}

export function createRunService(deps: RunServiceDeps): RunService {
  const live = new Map<string, { run: LiveRun; finished: Promise<void> }>()
  const logIndex = createLogIndexCache()
  /** A run that is final stays in `live` for the moment until its promise has settled. */
  const alives = (): Run[] => [...live.values()].map(({ run }) => run.current()).filter(({ phase }) => phase !== 'finished')

  const get = (runId: string): Run => {
    const run = live.get(runId)?.run.current() ?? deps.history.find(runId)
    if (!run) throw new AppError('run/not-found', `There is no run ${runId}. It may have been removed; the history lists the runs that are kept.`, { runId })
    return run
  }

  const start = async (request: ApiParsedInput<'runs.start'>): Promise<Run> => {
    const workspaceRoot = deps.workspaceRoot()
    const pipeline = deps.findPipeline(request.pipeline)
    const runId = randomUUID()
    const spec = planRun({ runId, pipeline, request, workspaceRoot, requirements: chooseRequirements(pipeline.realPath), stopGraceSeconds: deps.stopGraceSeconds() })
    const kind = request.runner ?? (await deps.preferredRunner())
    // No waiting from here on: of two clicks at once the second must see the run of the first.
    const alive = alives().find((run) => run.workspaceRoot === workspaceRoot && run.pipeline === pipeline.name)
    if (alive && request.whenRunning === 'refuse') {
      throw new AppError('run/already-running', `${pipeline.name} is already running. Stop that run first, or start another one in parallel.`, { pipeline: pipeline.name, runId: alive.id })
    }
    const run = createLiveRun(newRun(spec, kind, logFile(deps.logsDir, runId)), deps.logsDir, deps.history, deps.publish)
    const finished = execute(run, spec, deps.runner(kind), deps).finally(() => live.delete(runId))
    live.set(runId, { run, finished })
    return run.current()
  }

  const stop = (runId: string): Run => {
    const entry = live.get(runId)
    if (!entry) return get(runId)
    const { run } = entry
    if (!run.stop.signal.aborted && run.current().phase !== 'finished') {
      run.change({ phase: 'stopping' })
      run.stop.abort()
    }
    return run.current()
  }

  return {
    start,
    stop,
    get,
    list: ({ pipeline, limit }) => deps.history.list({ workspaceRoot: deps.workspaceRoot(), pipeline, limit }),
    async readLog({ runId, fromByte, maxBytes }) {
      // The phase is read before the bytes: a run that finishes in between is reported complete by the next read, never too early.
      const finished = get(runId).phase === 'finished'
      const { bytes, sizeBytes, segments } = await readRunLog(deps.logsDir, runId, fromByte, maxBytes, logIndex)
      const nextByte = fromByte + bytes.length
      return { bytes, fromByte, nextByte, sizeBytes, segments, complete: finished && nextByte >= sizeBytes }
    },
    live: alives,
    async stopAll() {
      for (const runId of live.keys()) stop(runId)
      await Promise.all([...live.values()].map(({ finished }) => finished))
    },
  }
}

function newRun(spec: RunSpec, runner: RunnerKind, file: string): Run {
  return {
    id: spec.runId,
    pipeline: spec.pipelineName,
    workspaceRoot: spec.workspaceRoot,
    runner,
    phase: 'preparing',
    outcome: null,
    setupFault: null,
    trigger: 'manual',
    runConfigId: null,
    parentRunId: null,
    attempt: 0,
    retryAttempts: 0,
    queue: null,
    waitUntilAtMs: null,
    exitCode: null,
    reason: null,
    createdAtMs: Date.now(),
    startedAtMs: null,
    codeStartedAtMs: null,
    finishedAtMs: null,
    prepareMs: null,
    setupMs: null,
    codeMs: null,
    pythonVersion: spec.pythonVersion,
    pythonVersionUsed: null,
    uvVersion: null,
    image: null,
    imageDigest: null,
    cacheWasWarm: null,
    envNames: Object.keys(spec.env).sort(),
    secretNames: [],
    memoryLimitBytes: null,
    cpuLimit: null,
    memorySoftLimitBytes: null,
    cpuSoftLimit: null,
    timeoutSeconds: null,
    peakMemoryBytes: null,
    peakCpuPercent: null,
    route: null,
    cells: null,
    notebookFile: null,
    gitCommit: null,
    gitBranch: null,
    gitDirty: null,
    commandLine: null,
    logFile: file,
    logBytes: 0,
    logOmittedBytes: 0,
    notices: [],
    rev: 1,
  }
}

async function execute(run: LiveRun, spec: RunSpec, runner: Runner, deps: RunServiceDeps): Promise<void> {
  let startedMs: number | null = null
  let codeStartedMs: number | null = null
  let warmKey: string | null = null
  const git = deps.gitFacts(spec.pipelineDir)

  /** A full disk must not tear the output that this happens in; the pipeline is then cold once more. */
  const rememberWarm = (key: string): void => {
    try {
      deps.rememberWarm(key)
    } catch (error) {
      notice(`That the packages are in the cache could not be recorded (${toWireError(error).message}).`)
    }
  }
  const notice = (message: string): void => void run.change({ notices: [...run.current().notices, { severity: 'warning', message }] })

  const marker = createSetupMarkerFilter(
    (chunk) => run.log.append('stdout', chunk),
    (pythonVersionUsed) => {
      codeStartedMs = run.elapsedMs()
      if (warmKey !== null) rememberWarm(warmKey)
      run.change({
        pythonVersionUsed,
        codeStartedAtMs: Date.now(),
        setupMs: codeStartedMs - (startedMs ?? 0),
        ...(run.stop.signal.aborted ? {} : { phase: 'running' as const }),
      })
    },
  )
  const enter = (phase: 'starting' | 'setting-up', patch: Partial<Run> = {}): void => {
    run.change(run.stop.signal.aborted ? patch : { phase, ...patch })
  }

  let exit: RunnerExit | null = null
  let failure: string | null = null
  try {
    exit = await runner.run(
      spec,
      {
        onFacts({ warmKey: key, ...facts }) {
          warmKey = key ?? warmKey
          run.change({ ...facts, ...(key === undefined || spec.requirements === null ? {} : { cacheWasWarm: deps.isWarm(key) }) })
        },
        onNotice: (notice) => void run.change({ notices: [...run.current().notices, notice] }),
        onStarting: () => enter('starting', { prepareMs: run.elapsedMs() }),
        onStarted() {
          startedMs = run.elapsedMs()
          enter('setting-up', { startedAtMs: Date.now() })
        },
        onReplay: () => undefined,
        onReconnecting: () => undefined,
        onReconnected: () => undefined,
        onMetrics: () => undefined,
        onOutput(stream, chunk) {
          if (stream === 'stdout') marker.push(chunk)
          else run.log.append('stderr', chunk)
        },
      },
      run.stop.signal,
    )
  } catch (error) {
    failure = toWireError(error).message
  }
  const endedMs = run.elapsedMs()
  marker.end()
  run.log.close()
  const loss = run.log.loss()
  if (loss) notice(`${loss.bytes} bytes of the log could not be kept (${loss.reason}). Free disk space, then run again.`)
  if (exit?.outOfMemory && exit.exitCode === 0) notice('A process of the run was killed because memory ran out, although the run ended with exit code 0. Check its results.')
  const verdict =
    failure !== null && !run.stop.signal.aborted
      ? { outcome: 'engine-error' as const, reason: failure }
      : verdictOf({ exit: exit ?? { exitCode: null, signal: null, outOfMemory: false, route: null }, stopRequested: run.stop.signal.aborted, codeStarted: codeStartedMs !== null })
  run.change({
    ...(await git),
    phase: 'finished',
    ...verdict,
    exitCode: exit?.exitCode ?? null,
    finishedAtMs: Date.now(),
    codeMs: codeStartedMs === null ? null : endedMs - codeStartedMs,
  })
  run.flushLog()
}
