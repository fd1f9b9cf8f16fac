/** A run that writes 1 GB, in the real window: throughput against an attached `docker run`, memory of both processes, how the window answers meanwhile. */
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { createProfile, startApp } from '../e2e/app-fixture'
import { engineEndpoint } from './bench-world'
import { median, report } from './measure'

const megabytes = 1000
const script = `import os\nblock = (b"x" * 99 + b"\\n") * 10_000\nfor _ in range(${megabytes}):\n    data = memoryview(block)\n    while data: data = data[os.write(1, data):]\n`
const image = process.env.FFD_TEST_IMAGE ?? ''

describe.skipIf(engineEndpoint === undefined || process.env.FFD_TEST_ELECTRON === undefined)('Flood (needs FFD_TEST_ENGINE and FFD_TEST_ELECTRON)', () => {
  it('of 1 GB', async () => {
    const profile = createProfile()
    const app = await startApp(profile, { engine: engineEndpoint ?? null })
    const { window } = app.page
    try {
      await app.page.pipeline('hello').waitFor()
      const folder = join(profile.samplesDir, 'gigabyte')
      mkdirSync(folder)
      writeFileSync(join(folder, 'main.py'), script)
      if (process.getuid?.() === 0) chownSync(folder, 1001, 1001)
      await app.page.select('gigabyte')
      const startedAt = performance.now()
      await app.page.runButton().click()
      const answers: number[] = []
      const memory = { main: 0, window: 0 }
      let isOver = false
      const watching = (async () => {
        while (!isOver) {
          const asked = performance.now()
          await window.evaluate(() => new Promise((painted) => requestAnimationFrame(() => painted(null))))
          answers.push(performance.now() - asked)
          const metrics = await app.electron.evaluate(({ app: electron }) => electron.getAppMetrics().map(({ type, memory: { workingSetSize } }) => ({ type, kilobytes: workingSetSize })))
          for (const { type, kilobytes } of metrics) {
            if (type === 'Browser') memory.main = Math.max(memory.main, kilobytes / 1024)
            if (type === 'Tab') memory.window = Math.max(memory.window, kilobytes / 1024)
          }
          await new Promise((next) => setTimeout(next, 50))
        }
      })()
      await app.page.waitForOutcome('Succeeded')
      const oursMs = performance.now() - startedAt
      isOver = true
      await watching
      const peerMs = await dockerRun()
      report({ name: `${megabytes} MB of output, from click to end`, peer: 'docker run, attached, same log options', samples: 1, oursMs, peerMs, ratio: oursMs / peerMs })
      const sorted = [...answers].sort((a, b) => a - b)
      const slowest = sorted[Math.floor(sorted.length * 0.95)] ?? 0
      console.log(`memory at most: main ${memory.main.toFixed(0)} MB, window ${memory.window.toFixed(0)} MB; the window paints within ${median(answers).toFixed(0)} ms, 95 of 100 times within ${slowest.toFixed(0)} ms (${answers.length} looks)`)
    } finally {
      await app.close()
      profile.remove()
    }
  }, 600_000)
})

/** The same output, attached to by the docker CLI, with the log options of our runs: `docker logs` loses output when such a log rotates. */
async function dockerRun(): Promise<number> {
  const startedAt = performance.now()
  await new Promise<void>((resolve, reject) => {
    const line = `docker run --rm --init --log-driver json-file --log-opt max-size=50m --log-opt max-file=2 ${image} python3 -c "$SCRIPT" > /dev/null`
    execFile('sh', ['-c', line], { env: { ...process.env, DOCKER_HOST: engineEndpoint, SCRIPT: script } }, (error) => (error ? reject(new Error(line, { cause: error })) : resolve()))
  })
  return performance.now() - startedAt
}
