/** How long after uv's own end a set-up failure is told. The peer is the promise: 300 ms; a Fast-Flow server needs 60 s. */
import { spawn } from 'node:child_process'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { engineEndpoint, openBenchWorld, type BenchWorld } from './bench-world'
import { median, report } from './measure'

const samples = 20
const promisedMs = 300

describe.skipIf(engineEndpoint === undefined)('Set-up failure (needs FFD_TEST_ENGINE)', () => {
  let world: BenchWorld
  beforeAll(async () => {
    world = await openBenchWorld({ broken: { 'main.py': 'print("never")\n', 'requirements.txt': 'this is == no requirement\n' } })
  })
  afterAll(() => world.close())

  it('is told', async () => {
    const deaths: number[] = []
    const events = spawn('docker', ['events', '--filter', 'event=die', '--format', '{{.TimeNano}}'], { env: { ...process.env, DOCKER_HOST: engineEndpoint }, stdio: ['ignore', 'pipe', 'inherit'] })
    events.stdout.setEncoding('utf8').on('data', (text: string) => deaths.push(...text.trim().split('\n').map((line) => Number(line) / 1e6)))
    try {
      await world.run('broken', true)
      const delays: number[] = []
      for (let sample = 0; sample < samples; sample += 1) {
        const run = await world.run('broken', true)
        if (run.outcome !== 'setup-failed') throw new Error(`${run.outcome ?? ''}: ${run.reason ?? ''}`)
        await new Promise((next) => setTimeout(next, 100))
        delays.push((run.finishedAtMs ?? 0) - (deaths.at(-1) ?? 0))
      }
      report({ name: 'set-up failure told after uv has ended', peer: 'the promise', samples, oursMs: median(delays), peerMs: promisedMs, ratio: median(delays) / promisedMs })
    } finally {
      events.kill()
    }
  }, 300_000)
})
