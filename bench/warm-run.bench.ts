/** A warm run in the app against `docker run --rm` with the same arguments: what do guard, log and history cost? */
import { execFile } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { createApi, type Api } from '../src-main/api'
import { createEngine, type Engine } from '../src-main/engine/engine'
import type { Run } from '@shared/contract/runs'
import { compare } from './measure'

const engineEndpoint = process.env.FFD_TEST_ENGINE
const samples = 20

describe.skipIf(engineEndpoint === undefined)('Warm runs (needs FFD_TEST_ENGINE)', () => {
  let folder: string
  let engine: Engine
  let api: Api

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ffd-bench-'))
    for (const [name, main, requirements] of [
      ['hello', 'print("hello")\n', null],
      ['requests', 'import requests\nprint(requests.__version__)\n', 'requests==2.34.2\n'],
    ] as const) {
      const pipeline = join(folder, 'pipelines', name)
      mkdirSync(pipeline, { recursive: true })
      if (process.getuid?.() === 0) chownSync(pipeline, 1001, 1001)
      writeFileSync(join(pipeline, 'main.py'), main)
      if (requirements !== null) writeFileSync(join(pipeline, 'requirements.txt'), requirements)
    }
    process.env.DOCKER_HOST = engineEndpoint
    engine = createEngine({ userDataDir: join(folder, 'profile'), samplesDir: folder, userSamplesDir: join(folder, 'samples'), homeDir: homedir(), platform: process.platform, rememberWorkspaces: false, workerDir: resolve('resources', 'worker'), followUps: { restarts: false, chains: false }, adoptsRuns: false })
    api = createApi(engine, { pickFolder: () => Promise.resolve(null), reveal: () => undefined, runtime: 'bench', notices: [] }, '0')
    await api('workspace.open', { path: join(folder, 'pipelines') })
  })
  afterAll(async () => {
    await engine.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  const runOurs = (pipeline: string): Promise<Run> =>
    new Promise((resolve, reject) => {
      const end = engine.events.on('runs.changed', (run) => {
        if (run.pipeline !== pipeline || run.phase !== 'finished') return
        end()
        if (run.outcome === 'succeeded') resolve(run)
        else reject(new Error(`${pipeline}: ${run.outcome ?? ''} ${run.reason ?? ''}`))
      })
      // In parallel: the one before is final when it says so, but leaves the list of live runs a moment later.
      api('runs.start', { pipeline, runner: 'docker', whenRunning: 'parallel' }).catch(reject)
    })

  it.each(['hello', 'requests'])('%s', async (pipeline) => {
    const first = await runOurs(pipeline)
    // The run's own route file is gone with it.
    const routeFile = join(folder, 'bench.route')
    writeFileSync(routeFile, '')
    chmodSync(routeFile, 0o666)
    const commandLine = (first.commandLine ?? '').replace(/source=[^,]+\.route/, `source=${routeFile}`)
    await compare(`warm run of ${pipeline}`, 'docker run --rm', samples, async () => void (await runOurs(pipeline)), () => shell(commandLine))
  }, 300_000)
})

function shell(commandLine: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', commandLine], { env: { ...process.env, DOCKER_HOST: engineEndpoint } }, (error, _stdout, stderr) => (error ? reject(new Error(`${commandLine}\n${stderr}`)) : resolve()))
  })
}
