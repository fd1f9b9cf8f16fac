/** A whole engine, entered through the contract as the window and the CLI do, on a profile and a workspace of its own. */
import { chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { ApiInput } from '@shared/contract'
import type { Run, RunPhase } from '@shared/contract/runs'
import type { Settings } from '@shared/contract/settings'
import { createApi, type Api } from '../../api'
import { createEngine, type Engine } from '../engine'
import { openDatabase } from '../store/database'
import { createFacts } from '../store/facts'
import { removeAllOf } from './direct-engine'
import { addFiles } from './temporary-workspace'

export type EngineWorld = {
  workspace: string
  profile: string
  /** The profile's id, which labels all it makes in the container engine. */
  owner: string
  engine: Engine
  api: Api
  /** Adds or replaces pipelines: keys are paths like `demo/main.py`. The files belong to the worker's user, as a user's would. */
  write(files: Record<string, string | Uint8Array>): Promise<void>
  start(pipeline: string, input?: Partial<ApiInput<'runs.start'>>): Promise<Run>
  until(runId: string, condition: (run: Run) => boolean): Promise<Run>
  untilPhase(runId: string, phase: RunPhase): Promise<Run>
  /** Resolves when the log holds the text. */
  untilLog(runId: string, text: string): Promise<void>
  /** Starts, waits for the end, answers the final run and its whole log. */
  run(pipeline: string, input?: Partial<ApiInput<'runs.start'>>): Promise<{ run: Run; log: Buffer; text: string }>
  close(): Promise<void>
}

export type EngineWorldOptions = {
  /** Where the container engine is; null: nowhere, so that runs happen on this computer. */
  endpoint: string | null
  settings?: Partial<Settings>
  /** Whether its user has said that the workspace may be executed; default: yes. */
  trusts?: boolean
}

const workerUserId = 1001

export async function openEngineWorld({ endpoint, settings = {}, trusts = true }: EngineWorldOptions): Promise<EngineWorld> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-world-')))
  const [workspace, profile, samplesDir] = [join(root, 'workspace'), join(root, 'profile'), join(root, 'samples')]
  for (const folder of [workspace, profile, samplesDir]) mkdirSync(folder)
  addFiles(workspace, { 'first/main.py': 'print("first")\n' })
  giveToWorker(workspace)
  const engineEndpoint = endpoint ?? 'unix:///nowhere/engine.sock'
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ engineEndpoint, ...settings }))
  const engine = createEngine({ userDataDir: profile, samplesDir, userSamplesDir: join(root, 'user-samples'), homeDir: homedir(), platform: process.platform, rememberWorkspaces: true, workerDir: resolve('resources', 'worker'), followUps: { restarts: true, chains: true }, adoptsRuns: true, preheats: false })
  const owner = readOwner(engine.layout.databaseFile)
  const api = createApi(engine, { pickFolder: () => Promise.resolve(null), pickCacheFile: () => Promise.resolve(null), reveal: () => undefined, runtime: 'test', notices: [] }, '0.0.0')
  await api('workspace.open', { path: workspace })
  if (trusts) await api('workspace.trust', {})

  const until = async (runId: string, condition: (run: Run) => boolean): Promise<Run> => {
    let end = (): void => undefined
    const awaited = new Promise<Run>((resolve) => {
      end = engine.events.on('runs.changed', (run) => void (run.id === runId && condition(run) && resolve(run)))
    })
    const now = await api('runs.get', { runId })
    const found = condition(now) ? now : await awaited
    end()
    return found
  }
  const start: EngineWorld['start'] = (pipeline, input = {}) => api('runs.start', { pipeline, ...input })

  return {
    workspace,
    profile,
    owner,
    engine,
    api,
    async write(files) {
      addFiles(workspace, files)
      giveToWorker(workspace)
      await engine.catalog.refresh()
    },
    start,
    until,
    untilPhase: (runId, phase) => until(runId, (run) => run.phase === phase),
    async untilLog(runId, text) {
      const holds = async (): Promise<boolean> => Buffer.from((await api('runs.readLog', { runId, fromByte: 0, maxBytes: 4_000_000 })).bytes).includes(text)
      await new Promise<void>((resolve, reject) => {
        const look = (): void => void holds().then((found) => found && finish(resolve), (error: unknown) => finish(() => reject(error instanceof Error ? error : new Error(String(error)))))
        const ends = [engine.events.on('runs.logAppended', look), engine.events.on('runs.changed', ({ id, phase }) => void (id === runId && phase === 'finished' && finish(() => reject(new Error(`the run ended without ${text}`)))))]
        const finish = (action: () => void): void => {
          for (const end of ends) end()
          action()
        }
        look()
      })
    },
    async run(pipeline, input) {
      const { id } = await start(pipeline, input)
      const run = await until(id, ({ phase }) => phase === 'finished')
      const log = readFileSync(run.logFile)
      return { run, log, text: log.toString('utf8') }
    },
    async close() {
      await engine.dispose()
      if (endpoint !== null) await removeAllOf(endpoint, owner)
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function readOwner(databaseFile: string): string {
  const { database } = openDatabase(databaseFile)
  const owner = createFacts(database).ownerId()
  database.close()
  return owner
}

/** As root the files belong to a user, as they do on a user's computer. */
function giveToWorker(folder: string): void {
  if (process.getuid?.() !== 0) return
  chownSync(folder, workerUserId, workerUserId)
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    const stats = lstatSync(path)
    if (stats.isDirectory()) giveToWorker(path)
    else if (stats.isFile()) chownSync(path, workerUserId, workerUserId)
  }
}
