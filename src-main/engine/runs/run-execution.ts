/**
 * One run from the moment it has its slot until it is final: what a runner tells becomes the record, the log, the metrics and
 * the cells; the end becomes an outcome. The same for a run that is taken over from an earlier process.
 */
import { toWireError } from '@shared/app-error'
import type { Run } from '@shared/contract/runs'
import type { PipelineLimits } from '@shared/pipeline-config-model'
import { cacheWaitWords, type CacheWait } from '../cache/cache-wait'
import type { Publish } from '../events'
import type { GitFacts } from '../git/git-facts'
import { createNotebookRun } from '../notebooks/notebook-run'
import type { RunnerExit, RunnerHooks, RunSpec } from '../runners/runner'
import { maskText } from '../secrets/masker'
import { stopCauseOf, type LiveRun } from './live-run'
import { createLogIndexCache } from './log-index'
import { readStreamHead } from './log-reader'
import { createMetricsLog } from './metrics-log'
import { memoryNotice, verdictOf, type Verdict } from './outcome'
import { createOutputChain } from './output-chain'
import type { RequirementsText } from './requirement-lines'
import { createRunTimeout } from './run-timeout'
import { createSetupText } from './setup-text'
import { createSoftLimitWatch } from './soft-limits'

export type ExecutionDeps = {
  publish: Publish
  logsDir: string
  isWarm: (warmKey: string) => boolean
  /** `askedIndex`: what it took may be newer than what was known. */
  rememberWarm: (warmKey: string, askedIndex: boolean) => void
  forgetWarm: (warmKey: string) => void
  /** A set-up begins. */
  watchCacheWait: (run: Run, onWaiting: () => void) => CacheWait
}

/** What an execution must know of a plan; of a run that is taken over it comes from the record and the container. */
export type Work = {
  entryPoint: RunSpec['entryPoint']
  limits: PipelineLimits
  timeoutSeconds: number | null
  requirements: RequirementsText | null
  maskValues: readonly string[]
  /** Text of main.ipynb; null for a script, and for a run that is taken over. */
  notebookSource: string | null
  git: Promise<GitFacts> | null
  /** Warnings about what the run left in the pipeline's folder; null where that is not known. */
  leftBehind: (() => Promise<string[]>) | null
  /** The variables of a run that is taken over. */
  onAdopted?: (env: Record<string, string>) => void
  /** Lets a runner do it; null: there was nothing left to take over. */
  perform: (hooks: RunnerHooks) => Promise<RunnerExit | null>
}

/** Makes the run final, whatever happens. Never rejects. */
export async function execute(run: LiveRun, work: Work, deps: ExecutionDeps): Promise<void> {
  const began = run.current()
  const runId = began.id
  const { signal } = run.stop
  let codeStarted = began.codeStartedAtMs !== null
  let codeStartedMs: number | null = null
  let startedMs = 0
  let warmKey: string | null = null
  let cacheWait: CacheWait | null = null
  let maskValues = work.maskValues
  let sampled = 0
  let cellsGrown = 0

  const setupText = createSetupText()
  const metrics = createMetricsLog(deps.logsDir, runId)
  const softLimits = createSoftLimitWatch(work.limits, (message) => run.notice(message))
  const timeout = createRunTimeout(work.timeoutSeconds, () => {
    if (signal.aborted) return
    run.change({ phase: 'stopping' })
    run.stop.abort('timeout')
  })
  const notebook =
    work.entryPoint === 'main.py'
      ? null
      : createNotebookRun({
          logsDir: deps.logsDir,
          runId,
          notebookSource: work.notebookSource,
          onCells: (cells) => void run.change({ cells }),
          onOutputs: (indexes) => deps.publish('runs.cellsChanged', { runId, indexes, rev: (cellsGrown += 1) }),
        })

  /** A phase never leads back out of "stopping". */
  const enter = (phase: Run['phase'], patch: Partial<Run> = {}): void => void run.change(signal.aborted ? patch : { phase, ...patch })
  /** A full disk must not tear the output that this happens in; the pipeline is then cold once more. */
  const rememberWarm = (key: string): void => {
    try {
      deps.rememberWarm(key, run.current().ranOffline === false)
    } catch (error) {
      run.notice(`That the packages are in the cache could not be recorded (${toWireError(error).message}).`)
    }
  }
  const onReady = (pythonVersionUsed: string | null): void => {
    // Of a run that is taken over the code began in the past.
    if (codeStarted) return
    codeStarted = true
    codeStartedMs = run.elapsedMs()
    if (warmKey !== null) rememberWarm(warmKey)
    const atMs = Date.now()
    timeout.onCodeStarted(atMs)
    enter('running', { pythonVersionUsed, codeStartedAtMs: atMs, setupMs: codeStartedMs - startedMs })
  }
  const logIndex = createLogIndexCache()
  const chain = createOutputChain({
    log: run.log,
    storedHead: (stream) => readStreamHead(deps.logsDir, runId, stream, 1024, logIndex),
    maskValues,
    notebook: notebook && notebook.filter,
    onReady,
    onGap: (message) => run.notice(message),
  })

  const hooks: RunnerHooks = {
    onFacts({ warmKey: key, ...facts }) {
      warmKey = key ?? warmKey
      run.change({ ...facts, ...(key === undefined || work.requirements === null ? {} : { cacheWasWarm: deps.isWarm(key) }) })
    },
    onNotice: ({ severity, message }) => run.notice(maskText(maskValues, message), severity),
    onStarting: () => enter('starting', { prepareMs: run.elapsedMs() }),
    onStarted() {
      startedMs = run.elapsedMs()
      timeout.onStarted(Date.now())
      enter('setting-up', { startedAtMs: Date.now() })
      cacheWait = deps.watchCacheWait(run.current(), () => run.notice(cacheWaitWords, 'information'))
    },
    onOutput(stream, chunk) {
      cacheWait?.heard()
      if (!codeStarted) setupText.add(stream, chunk)
      chain.push(stream, chunk)
    },
    onAdopted({ env }) {
      maskValues = began.secretNames.flatMap((name) => env[name] ?? [])
      work.onAdopted?.(env)
      if (began.codeStartedAtMs !== null) timeout.onCodeStarted(began.codeStartedAtMs)
      else if (began.startedAtMs !== null) timeout.onStarted(began.startedAtMs)
    },
    onReplay: () => chain.replay(maskValues),
    onReconnecting: () => enter('reconnecting'),
    onReconnected: () => enter(codeStarted ? 'running' : 'setting-up'),
    onMetrics(measured) {
      const sample = { atMs: Date.now(), ...measured, overSoftLimit: softLimits.isOver(measured) }
      metrics.append(sample)
      deps.publish('runs.metricsSampled', { runId, sample, rev: (sampled += 1) })
    },
  }

  const verdict = (exit: RunnerExit): Verdict =>
    verdictOf({
      exit,
      stopRequested: exit.stopped || exit.exitCode === null ? stopCauseOf(signal) : null,
      codeStarted,
      entryPoint: work.entryPoint,
      timeoutSeconds: work.timeoutSeconds,
      memoryHardBytes: work.limits.memoryHardBytes,
      memory: { memoryLimitBytes: run.current().memoryLimitBytes, ...metrics.peaks() },
      setupText: setupText.text(),
      requirements: work.requirements,
    })

  /** What was seen to be in the cache was taken from it meanwhile, by another process or by hand: the user's code has not begun. */
  const cacheFellShort = ({ exitCode, stopped }: RunnerExit): boolean => run.current().ranOffline === true && !codeStarted && (exitCode === 1 || exitCode === 2) && !stopped && !signal.aborted

  const perform = async (): Promise<RunnerExit | null> => {
    try {
      return await work.perform(hooks)
    } finally {
      await cacheWait?.over()
    }
  }

  let exit: RunnerExit | null = null
  let end: Verdict
  try {
    exit = await perform()
    if (exit !== null && warmKey !== null && deps.isWarm(warmKey) && cacheFellShort(exit)) {
      deps.forgetWarm(warmKey)
      run.notice('The cache does not hold any more what it held for this pipeline: Python and packages were asked of the index again.')
      setupText.clear()
      exit = await perform()
    }
    chain.end()
    end = exit === null ? { outcome: 'interrupted', setupFault: null, reason: 'The app ended while the pipeline ran, and its container is gone. The log is kept up to that point; run the pipeline again.' } : verdict(exit)
  } catch (error) {
    chain.end()
    end = signal.aborted ? { outcome: 'stopped', setupFault: null, reason: 'Stopped on request.' } : { outcome: 'engine-error', setupFault: null, reason: toWireError(error).message }
  }
  const endedMs = run.elapsedMs()
  timeout.dispose()
  const { notice: notebookNotice = null, ...cells } = notebook === null ? {} : await notebook.finish()
  const peaks = metrics.peaks()
  metrics.close()
  run.log.close()
  const loss = run.log.loss()
  if (loss) run.notice(`${loss.bytes} bytes of the log could not be kept (${loss.reason}). Free disk space, then run again.`)
  if (notebookNotice !== null) run.notice(notebookNotice)
  for (const message of (await work.leftBehind?.()) ?? []) run.notice(message)
  const memory = exit && memoryNotice(exit, run.current().memoryLimitBytes)
  if (memory !== null) run.notice(memory)
  const codeStartedAtMs = run.current().codeStartedAtMs
  run.change({
    ...(await work.git),
    ...peaks,
    ...cells,
    phase: 'finished',
    ...end,
    reason: end.reason === null ? null : maskText(maskValues, end.reason),
    exitCode: exit?.exitCode ?? null,
    route: exit?.route ?? null,
    logOmittedBytes: run.log.omittedBytes(),
    finishedAtMs: Date.now(),
    codeMs: codeStartedMs !== null ? endedMs - codeStartedMs : codeStartedAtMs === null ? null : Math.max(0, Date.now() - codeStartedAtMs),
  })
  run.flushLog()
}
