/**
 * Drives the runs that live: each waits for its time, then for its slot, is executed, and what follows from it is started.
 * A stop is final in every one of these (RELIABILITY.md §0.3): nothing follows from it.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { toWireError } from '@shared/app-error'
import type { Run, RunnerKind } from '@shared/contract/runs'
import type { Publish } from '../events'
import type { GitFacts } from '../git/git-facts'
import { findNestedRepositories, nestedRepositoryNotice } from '../git/nested-repositories'
import { callAt } from '../platform/long-timer'
import type { Runner } from '../runners/runner'
import type { RunHistory } from '../store/run-history'
import { createLiveRun, type LiveRun, type StopCause } from './live-run'
import { newRun } from './new-run'
import { createFollowers, type FollowerDeps } from './run-followers'
import { readRequirementsText } from './requirement-lines'
import { execute, type ExecutionDeps } from './run-execution'
import { logFile } from './log-files'
import { createRunLogWriter } from './run-log'
import type { RunOrder, RunOrderDeps, RunOrders, RunSource } from './run-order'
import { factsOfPlan, limitsOfRecord, type RunPlan } from './run-plan'
import { createRunQueue, type QueueTicket } from './run-queue'

export type RunDriveDeps = ExecutionDeps & RunOrderDeps & Omit<FollowerDeps, 'launch' | 'find' | 'closing'> & {
  history: RunHistory
  publish: Publish
  logsDir: string
  runner: (kind: RunnerKind) => Runner
  /** The runner that is used when none is asked for. */
  preferredRunner: () => Promise<RunnerKind>
  gitFacts: (folder: string) => Promise<GitFacts>
  /** Runs at the same time when the settings leave it open. */
  defaultSlots: () => number
}

export type RunDrive = {
  /** `plan` null: made when the wait is over. */
  launch(order: RunOrder, plan: RunPlan | null): Run
  adopt(run: Run): void
  /** Resolves when the run is final. */
  stop(runId: string, cause: StopCause): Promise<void>
  skipWait(runId: string): void
  /** Resolves when what follows from the run is decided. */
  settled(runId: string): Promise<void>
  find(runId: string): Run | null
  /** Oldest first. */
  alive(): Run[]
  settingsChanged(): void
  stopAll(): Promise<void>
}

type Entry = { run: LiveRun; finished: Promise<void>; skipWait: () => void }

export function createRunDrive(deps: RunDriveDeps, { order, plan }: RunOrders, onFinished: () => void): RunDrive {
  const live = new Map<string, Entry>()
  /** Aborted when the app ends. */
  const closing = new AbortController()
  const queue = createRunQueue({
    limit: () => deps.settings().maxConcurrentRuns || deps.defaultSlots(),
    onPlace(runId, place) {
      const run = live.get(runId)?.run
      if (run && !run.stop.signal.aborted) run.show({ phase: 'queued', queue: place })
    },
  })
  /** A run that is final stays in `live` for the moment until its promise has settled. */
  const alive = (): Run[] => [...live.values()].map(({ run }) => run.current()).filter(({ phase }) => phase !== 'finished')

  const track = (run: LiveRun, source: RunSource | null, work: (entry: Entry) => Promise<void>): void => {
    source?.hold()
    const entry: Entry = { run, skipWait: () => undefined, finished: Promise.resolve() }
    live.set(run.current().id, entry)
    entry.finished = work(entry).finally(() => {
      // Until then nobody else knows how it ended.
      run.whenStored(() => live.delete(run.current().id))
      source?.release()
      onFinished()
    })
  }

  const launch = (asked: RunOrder, planned: RunPlan | null): Run => {
    const { runId, parent, kind, waitUntilAtMs } = asked
    const record = newRun({
      id: runId,
      pipeline: asked.pipeline,
      workspaceRoot: asked.workspaceRoot,
      runner: kind,
      trigger: asked.trigger,
      runConfigId: asked.runConfigId,
      parentRunId: parent?.id ?? null,
      ofCommit: asked.source?.commit ?? null,
      attempt: asked.attempt,
      retryAttempts: asked.trigger === 'retry' ? (parent?.retryAttempts ?? 0) : 0,
      pythonVersion: parent?.pythonVersion ?? deps.settings().defaultPythonVersion,
      logFile: logFile(deps.logsDir, runId),
      ...(planned === null ? {} : factsOfPlan(planned)),
      ...(waitUntilAtMs === null ? {} : { phase: 'waiting', waitUntilAtMs }),
    })
    deps.history.insert(record)
    const run = openLive(record, false)
    deps.publish('runs.changed', record)
    track(run, asked.source, (entry) => drive(entry, asked, planned))
    return run.current()
  }

  const openLive = (record: Run, continues: boolean): LiveRun => {
    try {
      return createLiveRun(record, { history: deps.history, publish: deps.publish, openLog: (runId, onAppended) => createRunLogWriter(deps.logsDir, runId, { maxBytes: deps.settings().maxLogMegabytes * 1024 ** 2, continues, onAppended }) })
    } catch (error) {
      // A run without a log is none; one that is continued stays on record.
      if (!continues) deps.history.discard(record.id)
      throw error
    }
  }

  const drive = async (entry: Entry, asked: RunOrder, planned: RunPlan | null): Promise<void> => {
    const { run } = entry
    const { signal } = run.stop
    let ready = planned
    try {
      if (asked.waitUntilAtMs !== null) await waitUntil(entry, asked.waitUntilAtMs)
      if (!signal.aborted && ready === null) {
        ready = plan(asked)
        run.change({ ...factsOfPlan(ready), phase: 'preparing', waitUntilAtMs: null })
      }
      if (signal.aborted || ready === null || !(await queue.enter(ticketOf(asked, ready.config.maxInstances)))) return conclude(run, null)
    } catch (error) {
      return conclude(run, error)
    }
    const { spec, timeoutSeconds, environment } = ready
    try {
      run.begin()
      run.change({ phase: 'preparing', queue: null, begunAtMs: Date.now() })
      await execute(
        run,
        {
          entryPoint: spec.entryPoint,
          limits: spec.limits,
          timeoutSeconds,
          requirements: readRequirementsText(spec.pipelineDir, spec.requirements),
          maskValues: environment.maskValues,
          notebookSource: spec.entryPoint === 'main.ipynb' ? readFileSync(join(spec.pipelineDir, spec.entryPoint), 'utf8') : null,
          git: deps.gitFacts(spec.pipelineDir),
          leftBehind: newRepositories(spec.pipelineDir),
          perform: (hooks) => deps.runner(asked.kind).run(spec, hooks, signal),
        },
        deps,
      )
    } catch (error) {
      return conclude(run, error)
    } finally {
      queue.leave(asked.runId)
    }
    await followers.follow(run, asked, ready)
  }

  const waitUntil = (entry: Entry, atMs: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = callAt(atMs, resolve)
      entry.skipWait = () => {
        cancel()
        resolve()
      }
      entry.run.stop.signal.addEventListener('abort', entry.skipWait, { once: true })
    })

  const find = (runId: string): Run | null => live.get(runId)?.run.current() ?? null
  const followers = createFollowers({ ...deps, launch, find, closing: closing.signal }, { order, plan })

  const adopt = (record: Run): void => {
    if (live.has(record.id)) return
    let startedWith: Record<string, string> | null = null
    const run = openLive(record, true)
    run.change({ phase: 'reconnecting' })
    queue.occupy({ runId: record.id, pipelineKey: keyOf(record), maxInstances: null, alone: false })
    track(run, null, async () => {
      try {
        await execute(
          run,
          {
            entryPoint: record.cells === null ? 'main.py' : 'main.ipynb',
            limits: limitsOfRecord(record),
            timeoutSeconds: record.timeoutSeconds,
            requirements: null,
            maskValues: [],
            notebookSource: null,
            git: null,
            leftBehind: null,
            onAdopted: (env) => (startedWith = env),
            perform: (hooks) => deps.runner('docker').adopt({ runId: record.id, envNames: record.envNames, stopGraceSeconds: deps.settings().stopGraceSeconds }, hooks, run.stop.signal),
          },
          deps,
        )
      } catch (error) {
        conclude(run, error)
      } finally {
        queue.leave(record.id)
      }
      if (startedWith !== null) void followers.followAdopted(run, startedWith)
    })
  }

  const stop = async (runId: string, cause: StopCause): Promise<void> => {
    const entry = live.get(runId)
    if (!entry) return
    const { run } = entry
    if (!run.stop.signal.aborted && run.current().phase !== 'finished') {
      run.change({ phase: 'stopping', queue: null, waitUntilAtMs: null })
      run.stop.abort(cause)
      queue.withdraw(runId)
    }
    await entry.finished
  }

  return {
    launch,
    adopt,
    stop,
    skipWait: (runId) => live.get(runId)?.skipWait(),
    settled: async (runId) => live.get(runId)?.finished,
    find,
    alive,
    settingsChanged: () => queue.recheck(),
    async stopAll() {
      closing.abort()
      await Promise.all([...live.keys()].map((runId) => stop(runId, 'user')))
    },
  }
}

/** Makes a run final that did not get as far as a runner. */
function conclude(run: LiveRun, error: unknown): void {
  run.log.close()
  const refused = error === null ? null : toWireError(error)
  const stopped = refused === null || /^(pipeline|run)\//.test(refused.code)
  run.change({
    phase: 'finished',
    outcome: stopped ? 'stopped' : 'engine-error',
    reason: refused === null ? 'Stopped before it began.' : `It did not begin: ${refused.message}`,
    queue: null,
    waitUntilAtMs: null,
    finishedAtMs: Date.now(),
  })
  run.flushLog()
}

/** Looks before the run and after it: what was there is its user's. */
function newRepositories(folder: string): () => Promise<string[]> {
  const before = findNestedRepositories(folder)
  return async () => {
    const known = new Set(await before)
    return (await findNestedRepositories(folder)).filter((path) => !known.has(path)).map(nestedRepositoryNotice)
  }
}

function ticketOf(asked: RunOrder, maxInstances: number | null): QueueTicket {
  return { runId: asked.runId, pipelineKey: keyOf(asked), maxInstances, alone: asked.alone }
}

function keyOf({ workspaceRoot, pipeline }: { workspaceRoot: string; pipeline: string }): string {
  return JSON.stringify([workspaceRoot, pipeline])
}
