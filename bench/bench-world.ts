/** The engine of the app on pipelines of a benchmark, and the docker CLI on the same engine. */
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createApi, type Api } from '../src-main/api'
import { createEngine } from '../src-main/engine/engine'
import type { Run } from '@shared/contract/runs'

export const engineEndpoint = process.env.FFD_TEST_ENGINE

export type BenchWorld = {
  api: Api
  /** To the end; throws when it did not succeed, unless `mayFail`. */
  run(pipeline: string, mayFail?: boolean): Promise<Run>
  /** Starts and answers at once. */
  start(pipeline: string): Promise<Run>
  untilFinished(runId: string): Promise<Run>
  /** The docker command line of a run, with a route file of its own: the run's is gone with it. */
  sameCommand(run: Run): string
  shell(commandLine: string): Promise<string>
  /** Whether a container of ours is there. */
  hasContainer(): Promise<boolean>
  close(): Promise<void>
}

export async function openBenchWorld(pipelines: Record<string, Record<string, string>>): Promise<BenchWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'ffd-bench-'))
  for (const [name, files] of Object.entries(pipelines)) {
    const pipeline = join(folder, 'pipelines', name)
    mkdirSync(pipeline, { recursive: true })
    if (process.getuid?.() === 0) chownSync(pipeline, 1001, 1001)
    for (const [file, text] of Object.entries(files)) writeFileSync(join(pipeline, file), text)
  }
  process.env.DOCKER_HOST = engineEndpoint
  const engine = createEngine({ userDataDir: join(folder, 'profile'), samplesDir: folder, userSamplesDir: join(folder, 'samples'), homeDir: homedir(), platform: process.platform, rememberWorkspaces: false, workerDir: resolve('resources', 'worker'), followUps: { restarts: false, chains: false }, adoptsRuns: false, preheats: false })
  const api = createApi(engine, { pickFolder: () => Promise.resolve(null), pickCacheFile: () => Promise.resolve(null), reveal: () => undefined, runtime: 'bench', notices: [] }, '0')
  await api('workspace.open', { path: join(folder, 'pipelines') })
  await api('workspace.trust', {})
  const routeFile = join(folder, 'bench.route')
  writeFileSync(routeFile, '')
  chmodSync(routeFile, 0o666)

  const shell = (commandLine: string): Promise<string> =>
    new Promise((resolve, reject) => {
      execFile('sh', ['-c', commandLine], { env: { ...process.env, DOCKER_HOST: engineEndpoint }, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => (error ? reject(new Error(`${commandLine}\n${stderr}`)) : resolve(stdout)))
    })
  const untilFinished = (runId: string): Promise<Run> =>
    new Promise((resolve, reject) => {
      const end = engine.events.on('runs.changed', (run) => {
        if (run.id !== runId || run.phase !== 'finished') return
        end()
        resolve(run)
      })
      api('runs.get', { runId }).then((run) => run.phase === 'finished' && resolve(run), reject)
    })
  // In parallel: the one before is final when it says so, but leaves the list of live runs a moment later.
  const start = (pipeline: string): Promise<Run> => api('runs.start', { pipeline, runner: 'docker', whenRunning: 'parallel' })
  return {
    api,
    start,
    untilFinished,
    shell,
    async run(pipeline, mayFail = false) {
      const run = await untilFinished((await start(pipeline)).id)
      if (run.outcome !== 'succeeded' && !mayFail) throw new Error(`${pipeline}: ${run.outcome ?? ''} ${run.reason ?? ''}`)
      return run
    },
    sameCommand: (run) => (run.commandLine ?? '').replace(/source=[^,]+\.route/, `source=${routeFile}`),
    hasContainer: async () => (await shell('docker ps --quiet --filter name=ffd-run-')).trim() !== '',
    async close() {
      await engine.dispose()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
