/** The container engine is killed, restarted, hangs, loses its network: RELIABILITY.md D8-D11, D13, D34, D64. On an engine of the test's own. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectNothingLeft } from '../testing/aftermath'
import { askEngine } from '../testing/direct-engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { secondEnginePossible, startSecondEngine, type SecondEngine } from '../testing/second-engine'

const counting = (lines: number, everySeconds: number, end = ''): string => `import time\nfor number in range(${lines}):\n    print("line", number, flush=True)\n    time.sleep(${everySeconds})\n${end}`
const lines = (count: number): string => Array.from({ length: count }, (_, number) => `line ${number}\n`).join('')

let engine: SecondEngine
let world: EngineWorld

function describeEngine(name: string, options: { liveRestore: boolean }, define: () => void): void {
  describe.runIf(secondEnginePossible)(name, () => {
    beforeAll(async () => {
      engine = await startSecondEngine(options)
      world = await openEngineWorld({ endpoint: engine.endpoint, settings: { workerImage: engine.image } })
      await world.write({ 'counting/main.py': counting(40, 0.25), 'quick/main.py': 'print("quick")\n', 'ends/main.py': counting(8, 0.25, 'import sys; sys.exit(7)\n') })
      // Volumes and caches are ready: what follows is about running containers.
      expect((await world.run('quick')).run.outcome).toBe('succeeded')
    })
    afterAll(async () => {
      await world.close()
      await engine.stop()
    })
    define()
  })
}

describeEngine('an engine that takes its containers with it', { liveRestore: false }, () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)('D8, D9: %s ends the run with it; that is told as such, not as a lack of memory', async (signal) => {
    const { id } = await world.start('counting')
    await world.untilLog(id, 'line 3')
    await engine.end(signal)
    // A Python that is asked to end by a dying engine may have ended before the engine did.
    await world.until(id, ({ phase }) => phase === 'reconnecting' || phase === 'finished')
    await engine.restart()
    const run = await world.untilPhase(id, 'finished')
    expect(run).toMatchObject({ outcome: 'interrupted', reason: expect.stringContaining('engine was restarted') as string })
    const log = readFileSync(run.logFile, 'utf8')
    expect(lines(40).startsWith(log)).toBe(true)
    expect(log).toContain('line 3\n')
    await expectNothingLeft(world, engine.endpoint)
    expect((await world.run('quick')).run.outcome).toBe('succeeded')
  })

  test('D11: without an engine a run happens on this computer, and in a container again as soon as there is one', async () => {
    await engine.end('SIGTERM')
    await expect.poll(async () => (await world.api('tools.engine', {})).state, { timeout: 30_000 }).toBe('unavailable')
    expect(await world.api('pipelines.list', {})).toMatchObject({ pipelines: expect.arrayContaining([expect.objectContaining({ name: 'quick' })]) as unknown })
    expect((await world.run('quick')).run).toMatchObject({ outcome: 'succeeded', runner: 'host' })
    await engine.restart()
    await expect.poll(async () => (await world.api('tools.engine', {})).state, { timeout: 40_000 }).toBe('ready')
    expect((await world.run('quick')).run).toMatchObject({ outcome: 'succeeded', runner: 'docker' })
  })

  test('D13: an engine that accepts and never answers does not hold up the app, and the run ends right when it goes on', async () => {
    const { id } = await world.start('counting')
    await world.untilLog(id, 'line 1')
    engine.signal('SIGSTOP')
    try {
      const asked = performance.now()
      await world.api('pipelines.list', {})
      await world.api('runs.list', {})
      expect(performance.now() - asked).toBeLessThan(1000)
      await new Promise((resolve) => setTimeout(resolve, 6000))
    } finally {
      engine.signal('SIGCONT')
    }
    const run = await world.untilPhase(id, 'finished')
    expect(run).toMatchObject({ outcome: 'succeeded' })
    expect(readFileSync(run.logFile, 'utf8')).toBe(lines(40))
    await expectNothingLeft(world, engine.endpoint)
  })

  test('D34: a network that is missing is the engine’s fault, and said in its words', async () => {
    const { network } = JSON.parse(readFileSync(join(engine.folder, 'state.json'), 'utf8')) as { network: { bridge: string } }
    execFileSync('ip', ['link', 'set', network.bridge, 'down'])
    execFileSync('ip', ['link', 'set', network.bridge, 'name', 'ffdlost'])
    try {
      const { run } = await world.run('quick')
      expect(run).toMatchObject({ outcome: 'engine-error', exitCode: null })
      expect(run.reason).toMatch(/bridge|network|device/i)
    } finally {
      execFileSync('ip', ['link', 'set', 'ffdlost', 'name', network.bridge])
      execFileSync('ip', ['link', 'set', network.bridge, 'up'])
    }
    await expectNothingLeft(world, engine.endpoint)
    expect((await world.run('quick')).run.outcome).toBe('succeeded')
  })

  test('D64: a worker image that is gone is named, with what to do', async () => {
    const { json } = await askEngine(engine.endpoint, 'GET', `/images/${engine.image}/json`)
    const { Id } = json as { Id: string }
    await askEngine(engine.endpoint, 'POST', `/images/${Id}/tag?repo=kept&tag=here`)
    await askEngine(engine.endpoint, 'DELETE', `/images/${engine.image}?force=1`)
    try {
      const { run } = await world.run('quick', { runner: 'docker' })
      expect(run.outcome).toBe('engine-error')
      expect(run.reason).toContain(engine.image.split(':')[0])
    } finally {
      const [repo, tag] = engine.image.split(':')
      await askEngine(engine.endpoint, 'POST', `/images/kept:here/tag?repo=${repo ?? ''}&tag=${tag ?? 'latest'}`)
    }
    expect((await world.run('quick')).run.outcome).toBe('succeeded')
  })
})

describeEngine('an engine that its containers outlive', { liveRestore: true }, () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)('D10: after %s the run goes on, its log has every line once', async (signal) => {
    const { id } = await world.start('counting')
    await world.untilLog(id, 'line 3')
    await engine.end(signal)
    await world.untilPhase(id, 'reconnecting')
    await engine.restart()
    const run = await world.untilPhase(id, 'finished')
    expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
    expect(readFileSync(run.logFile, 'utf8')).toBe(lines(40))
    await expectNothingLeft(world, engine.endpoint)
  })

  test('D10: a run that ends while the engine is away keeps its exit code, and says that the engine may have lost the end of its log', async () => {
    const { id } = await world.start('ends')
    await world.untilLog(id, 'line 1')
    await engine.end('SIGKILL')
    await world.untilPhase(id, 'reconnecting')
    await new Promise((resolve) => setTimeout(resolve, 3000))
    await engine.restart()
    const run = await world.untilPhase(id, 'finished')
    expect(run).toMatchObject({ outcome: 'failed', exitCode: 7, notices: [{ severity: 'warning', message: expect.stringContaining('end of the log may be missing') as string }] })
    expect(lines(8).startsWith(readFileSync(run.logFile, 'utf8'))).toBe(true)
    await expectNothingLeft(world, engine.endpoint)
  })

  test('a run that is stopped while the engine is away is stopped when it is back', async () => {
    const { id } = await world.start('counting')
    await world.untilLog(id, 'line 1')
    await engine.end('SIGKILL')
    await world.untilPhase(id, 'reconnecting')
    await world.api('runs.stop', { runId: id })
    await engine.restart()
    expect(await world.untilPhase(id, 'finished')).toMatchObject({ outcome: 'stopped' })
    await expectNothingLeft(world, engine.endpoint)
  })
})
