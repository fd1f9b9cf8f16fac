/** The app is killed in every phase of a run, is stopped, or is there twice: RELIABILITY.md D1-D6, D40-D42. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Run, RunPhase } from '@shared/contract/runs'
import { createEngine } from '../engine'
import { expectNothingLeft, ownContainers } from '../testing/aftermath'
import { startCli } from '../testing/cli-process'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

const numbers = Array.from({ length: 30 }, (_, number) => number)
const lines = numbers.map((number) => `line ${number}\n`).join('')

describeWithEngine('the app', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.write({ 'counting/main.py': 'import time\nfor number in range(30):\n    print("line", number, flush=True)\n    time.sleep(0.1)\n', 'sleeper/main.py': 'import time\nprint("up", flush=True)\ntime.sleep(120)\n' })
    await world.run('first')
  })
  afterAll(() => world.close())

  const newest = async (pipeline: string): Promise<Run | undefined> => (await world.api('runs.list', { pipeline, limit: 1 })).runs[0]

  async function untilRun(pipeline: string, isIt: (run: Run) => boolean): Promise<Run> {
    for (;;) {
      const run = await newest(pipeline)
      if (run && isIt(run)) return run
      await new Promise((next) => setTimeout(next, 5))
    }
  }

  /** A next start of the app, which puts right what is left. */
  async function recovered(runId: string): Promise<{ run: Run; text: string }> {
    const engine = createEngine({
      userDataDir: world.profile, samplesDir: world.workspace, userSamplesDir: join(world.profile, 'samples'), workerDir: resolve('resources', 'worker'), homeDir: homedir(), platform: process.platform,
      rememberWorkspaces: false, adoptsRuns: true, preheats: false, followUps: { restarts: false, chains: false },
    })
    try {
      await expect.poll(async () => (await world.api('runs.get', { runId })).phase, { timeout: 60_000 }).toBe('finished')
      await expectNothingLeft(world, endpoint)
    } finally {
      await engine.dispose()
    }
    const run = await world.api('runs.get', { runId })
    return { run, text: Buffer.from((await world.api('runs.readLog', { runId, fromByte: 0 })).bytes).toString() }
  }

  async function killedWhen(isTime: (run: Run) => boolean, afterMs = 0): Promise<Run> {
    const before = (await newest('counting'))?.id
    const cli = startCli(world, ['run', 'counting'])
    const run = await untilRun('counting', (found) => found.id !== before && isTime(found))
    if (afterMs > 0) await new Promise((next) => setTimeout(next, afterMs))
    cli.child.kill('SIGKILL')
    await cli.exited
    return run
  }

  test.each<RunPhase>(['preparing', 'starting', 'setting-up', 'running'])('D2-D5: killed while a run is %s leaves no container, no stuck run, and no half a log', async (phase) => {
    const { id } = await killedWhen((run) => run.phase === phase)
    const { run, text } = await recovered(id)
    expect(['interrupted', 'succeeded']).toContain(run.outcome)
    expect(run.outcome === 'succeeded' ? text : lines).toBe(lines)
  })

  test('D1: killed at twenty moments of a run: it ends as it would have, with every line once, 20 of 20', async () => {
    const results: { outcome: string | null; isWhole: boolean }[] = []
    for (let turn = 0; turn < 20; turn += 1) {
      const { id } = await killedWhen(({ phase }) => phase === 'running', turn * 137)
      const { run, text } = await recovered(id)
      results.push({ outcome: run.outcome, isWhole: text === lines })
    }
    expect(results).toEqual(Array.from({ length: 20 }, () => ({ outcome: 'succeeded', isWhole: true })))
  })

  test('D6: stopped for a while (a laptop that sleeps) loses no line and ends nothing', async () => {
    const before = (await newest('counting'))?.id
    const cli = startCli(world, ['run', 'counting'])
    await untilRun('counting', ({ id, phase }) => id !== before && phase === 'running')
    cli.child.kill('SIGSTOP')
    await new Promise((next) => setTimeout(next, 5000))
    cli.child.kill('SIGCONT')
    expect(await cli.exited).toBe(0)
    expect(cli.output()).toBe(lines)
    await expectNothingLeft(world, endpoint)
  })

  test('D40: a second process sees the runs of the first, leaves them alone, and can stop them', async () => {
    const before = (await newest('sleeper'))?.id
    const cli = startCli(world, ['run', 'sleeper'])
    const { id } = await untilRun('sleeper', (run) => run.id !== before && run.phase === 'running')
    await world.engine.connection.recheck()
    expect(await world.api('runs.get', { runId: id })).toMatchObject({ phase: 'running' })
    expect(await ownContainers(endpoint, world.owner)).toMatchObject([{ State: 'running' }])
    const stopping = startCli(world, ['stop', id])
    expect(await stopping.exited).toBe(0)
    expect(await cli.exited).toBe(130)
    expect(await world.api('runs.get', { runId: id })).toMatchObject({ phase: 'finished', outcome: 'stopped' })
    await expectNothingLeft(world, endpoint)
  })

  test('D41, D42: another profile and a Fast-Flow server on the same engine keep what is theirs', async () => {
    const other = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    const labels = { 'fastflow-run-id': '00000000-0000-4000-8000-000000000000' }
    const { json } = await askEngine(endpoint, 'POST', '/containers/create', { Image: image, Cmd: ['sleep', '60'], Labels: labels })
    const serverContainer = (json as { Id: string }).Id
    try {
      await other.write({ 'sleeper/main.py': 'import time\nprint("up", flush=True)\ntime.sleep(120)\n' })
      const { id } = await other.start('sleeper')
      await other.untilLog(id, 'up')
      await recovered((await world.run('first')).run.id)
      expect(await ownContainers(endpoint, other.owner)).toMatchObject([{ State: 'running' }])
      expect((await askEngine(endpoint, 'GET', `/containers/${serverContainer}/json`)).status).toBe(200)
      await other.api('runs.stop', { runId: id })
      await other.untilPhase(id, 'finished')
    } finally {
      await askEngine(endpoint, 'DELETE', `/containers/${serverContainer}?force=1`)
      await other.close()
    }
  })
})
