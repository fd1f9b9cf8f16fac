/** A run service with a fake runner over a real database and real log files; remembers every event in order. */
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiParsedInput } from '@shared/contract'
import type { Run, RunPhase } from '@shared/contract/runs'
import { defaultSettings } from '@shared/contract/settings'
import { createEvents, type Events } from '../events'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import { createRunService, type RunService, type RunServiceDeps } from '../runs/run-service'
import { openDatabase, type Database } from '../store/database'
import { createRunHistory, type RunHistory } from '../store/run-history'
import { discoveredPipeline } from './discovered-pipeline'
import { createFakeRunner, type FakeRunner } from './fake-runner'
import { makeTemporaryWorkspace } from './temporary-workspace'

export type RunWorld = {
  root: string
  logsDir: string
  database: Database
  history: RunHistory
  events: Events
  service: RunService
  runner: FakeRunner
  /** Every state of the run that was announced, in order. */
  states(runId: string): Run[]
  /** Resolves when a state fulfils the condition, also one of the past. */
  until(runId: string, condition: (run: Run) => boolean): Promise<Run>
  untilFinished(runId: string): Promise<Run>
  untilPhase(runId: string, phase: RunPhase): Promise<Run>
  start(change?: Partial<ApiParsedInput<'runs.start'>>): Promise<Run>
  log(runId: string): Promise<string>
}

export function createRunWorld(change: Partial<RunServiceDeps> = {}, pipelines: DiscoveredPipeline[] = []): RunWorld {
  const root = makeTemporaryWorkspace({ 'work/demo/main.py': 'print(1)', 'work/other/main.py': 'print(2)' })
  const workspaceRoot = join(root, 'work')
  const logsDir = join(root, 'logs')
  if (!existsSync(logsDir)) mkdirSync(logsDir)
  const { database } = openDatabase(join(root, 'history.db'))
  const history = createRunHistory(database, 'this-instance')
  const events = createEvents((error) => {
    throw error
  })
  const runner = createFakeRunner()
  const announced: Run[] = []
  events.on('runs.changed', (run) => announced.push(run))
  const known = [...pipelines, discoveredPipeline(join(workspaceRoot, 'demo')), discoveredPipeline(join(workspaceRoot, 'other'))]
  const service = createRunService({
    history,
    publish: events.publish,
    logsDir,
    findPipeline(name) {
      const found = known.find((pipeline) => pipeline.name === name)
      if (!found) throw new Error(`the test knows no pipeline ${name}`)
      return found
    },
    pipelinesKnown: Promise.resolve(),
    preparedRunId: () => null,
    keepReady: () => Promise.resolve(),
    keepNothing: () => Promise.resolve(),
    canKeepReady: () => false,
    workspaceRoot: () => workspaceRoot,
    requireTrust: () => undefined,
    runner: () => runner,
    preferredRunner: () => Promise.resolve('docker'),
    gitFacts: () => Promise.resolve({ gitCommit: null, gitBranch: null, gitDirty: null, gitTree: null }),
    isWarm: () => false,
    rememberWarm: () => undefined,
    forgetWarm: () => undefined,
    watchCacheWait: () => ({ heard: () => undefined, over: () => Promise.resolve() }),
    settings: () => defaultSettings,
    secrets: { valuesFor: () => ({ values: new Map(), unreadable: [] }), decryptToken: (_root, token) => token },
    defaultSlots: () => 10,
    followUps: { restarts: true, chains: true },
    cacheDamage: () => Promise.resolve(null),
    stopElsewhere: () => Promise.resolve(false),
    ...change,
  })
  const until = (runId: string, condition: (run: Run) => boolean): Promise<Run> =>
    new Promise((resolve) => {
      const past = announced.find((run) => run.id === runId && condition(run))
      if (past) return resolve(past)
      const end = events.on('runs.changed', (run) => {
        if (run.id !== runId || !condition(run)) return
        end()
        resolve(run)
      })
    })
  return {
    root,
    logsDir,
    database,
    history,
    events,
    service,
    runner,
    states: (runId) => announced.filter((run) => run.id === runId),
    until,
    untilFinished: (runId) => until(runId, (run) => run.phase === 'finished'),
    untilPhase: (runId, phase) => until(runId, (run) => run.phase === phase),
    start: (input) => service.start({ pipeline: 'demo', runner: null, runConfigId: null, env: {}, whenRunning: 'refuse', ignoreProblems: false, ...input }),
    log: async (runId) => Buffer.from((await service.readLog({ runId, fromByte: 0, maxBytes: 4_000_000 })).bytes).toString(),
  }
}
