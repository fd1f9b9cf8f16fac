/** Twenty pipelines with overlapping requirements from a cold cache, ours against the server's order; and how long the look at 200 takes. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWarmState } from '../src-main/engine/cache/warm-state'
import { openDatabase } from '../src-main/engine/store/database'
import { createFacts } from '../src-main/engine/store/facts'
import { openBenchWorld, engineEndpoint, type BenchWorld } from './bench-world'
import { median, report } from './measure'

const image = process.env.FFD_TEST_IMAGE ?? ''
const shared = ['requests==2.32.3', 'pydantic==2.11.7', 'numpy==2.3.3', 'python-dateutil==2.9.0.post0', 'rich==14.1.0', 'jinja2==3.1.6', 'pandas==2.3.3', 'httpx==0.28.1', 'pyyaml==6.0.2', 'sqlalchemy==2.0.43']
/** Every pipeline takes three of them. */
const requirementsOf = (number: number): string[] => [0, 3, 7].map((step) => shared[(number + step) % shared.length] ?? '')
const pipelines = Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`pipeline-${String(number).padStart(2, '0')}`, { 'main.py': 'pass\n', 'requirements.txt': requirementsOf(number).join('\n') + '\n' }]))

describe.skipIf(engineEndpoint === undefined)('Preheating (needs FFD_TEST_ENGINE)', () => {
  let world: BenchWorld
  beforeAll(async () => {
    world = await openBenchWorld(pipelines)
  })
  afterAll(() => world.close())

  it('twenty pipelines from cold', async () => {
    // Volumes, image and runner are there; the caches of both are empty.
    await world.api('cache.content', {})
    const startedAt = performance.now()
    await world.api('cache.preheat', { pipelines: null })
    for (;;) {
      const { isRunning, jobs } = await world.api('cache.preheatState', {})
      if (!isRunning) {
        expect(jobs.map(({ phase }) => phase)).toEqual(jobs.map(() => 'ready'))
        break
      }
      await new Promise((next) => setTimeout(next, 20))
    }
    const oursMs = performance.now() - startedAt
    const peerMs = await serverOrder()
    report({ name: 'preheating 20 pipelines from cold', peer: 'same uv, one after the other: compile, then run', samples: 1, oursMs, peerMs, ratio: oursMs / peerMs })
  }, 900_000)

  it('warm set-up, from the start of the container to the marker', async () => {
    await world.api('settings.update', { patch: { standbyContainer: false } })
    const [name = ''] = Object.keys(pipelines)
    const ours: number[] = []
    for (let turn = 0; turn < 13; turn += 1) ours.push((await world.run(name)).setupMs ?? NaN)
    const line = world.sameCommand(await world.run(name))
    const cut = line.indexOf(' uv run ')
    // The same container, kept running; the same uv in it, again and again.
    const asked = 'uv run --python 3.11 --with-requirements /app/requirements.txt python -u -c "import time; print(time.time_ns())"'
    const loop = `for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13; do began=$(date +%s%N); ended=$(${asked}); echo $(( (ended - began) / 1000 )); done`
    const peer = (await world.shell(`${line.slice(0, cut)} sh -c '${loop}'`)).trim().split('\n').map((text) => Number(text) / 1000)
    const [oursMs, peerMs] = [median(ours.slice(1)), median(peer.slice(1))]
    report({ name: 'warm set-up with three packages', peer: 'uv run alone in a running container', samples: 12, oursMs, peerMs, ratio: oursMs / peerMs })
  }, 300_000)

  it('the state of 200 pipelines', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ffd-bench-'))
    const { database } = openDatabase(join(folder, 'history.db'))
    const state = createWarmState(createFacts(database), () => undefined)
    const place = { installer: 'sha256:image', cache: 'volume' }
    const looked = Array.from({ length: 200 }, (_, number) => {
      const realPath = join(folder, String(number))
      mkdirSync(realPath)
      writeFileSync(join(realPath, 'requirements.txt'), requirementsOf(number).join('\n'))
      const pipeline = { name: String(number), realPath, hasRequirements: true, pythonVersion: '3.11', env: {} }
      if (number % 2 === 0) state.remember(state.keyOf({ ...place, pythonVersion: '3.11', pipelineDir: realPath, env: {} }))
      return pipeline
    })
    const times = Array.from({ length: 15 }, () => {
      const startedAt = performance.now()
      const states = looked.map((pipeline) => state.stateOf(pipeline, place).state)
      expect(states.filter((found) => found === 'warm')).toHaveLength(100)
      return performance.now() - startedAt
    })
    database.close()
    rmSync(folder, { recursive: true })
    report({ name: 'the state of 200 pipelines', peer: 'promised: 300 ms', samples: times.length, oursMs: median(times), peerMs: 300, ratio: median(times) / 300 })
  })
})

/** As the server does it, in one container from the same image: no container is started for any of them. */
async function serverOrder(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ffd-bench-'))
  for (const [name, files] of Object.entries(pipelines)) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'requirements.txt'), files['requirements.txt'])
  }
  writeFileSync(join(folder, 'serial.sh'), 'set -e\ncd /work\nfor name in pipeline-*; do\n  cd /work/$name\n  uv pip compile --quiet --python 3.11 requirements.txt -o requirements.txt.lock > /dev/null\n  cd /\n  uv run --quiet --python 3.11 --with-requirements /work/$name/requirements.txt.lock python -c pass\ndone\n')
  const certificates = process.env.SSL_CERT_FILE === undefined ? [] : ['-v', `${resolve(process.env.SSL_CERT_FILE)}:/certificates.pem:ro`, '-e', 'SSL_CERT_FILE=/certificates.pem', '-e', 'UV_SYSTEM_CERTS=1']
  const startedAt = performance.now()
  execFileSync('docker', ['run', '--rm', '-v', `${folder}:/work`, '-v', '/cache', '-e', 'UV_CACHE_DIR=/cache/uv', '-e', 'UV_PYTHON_INSTALL_DIR=/cache/uv_python', '-e', 'UV_LINK_MODE=copy', '-e', 'HOME=/tmp', ...certificates, image, 'sh', '/work/serial.sh'], { env: { ...process.env, DOCKER_HOST: engineEndpoint }, stdio: ['ignore', 'ignore', 'inherit'] })
  const peerMs = performance.now() - startedAt
  rmSync(folder, { recursive: true, force: true })
  return peerMs
}
