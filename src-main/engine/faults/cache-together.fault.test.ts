/** Several at one cache, one that is killed while it fills it, and volumes that are gone (RELIABILITY.md D22, D27, D28). */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PipelineCache } from '@shared/contract/pipelines'
import { createEngine } from '../engine'
import { expectNothingLeft, ownContainers } from '../testing/aftermath'
import { startCli } from '../testing/cli-process'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { cacheVolumes } from '../testing/in-cache'

describeWithEngine('several at one cache', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.write({
      'numbers/main.py': 'import numpy\nprint("numpy", numpy.__version__)\n', 'numbers/requirements.txt': 'numpy==2.3.3\n',
      'api/main.py': 'import requests\nprint("requests", requests.__version__)\n', 'api/requirements.txt': 'requests==2.32.3\n',
      'words/main.py': 'import idna\nprint("idna", idna.__version__)\n', 'words/requirements.txt': 'idna==3.10\n',
    })
    await world.run('first')
  })
  afterAll(() => world.close())

  const cacheOf = async (name: string): Promise<PipelineCache | undefined> => (await world.api('pipelines.list', {})).pipelines.find((pipeline) => pipeline.name === name)?.cache

  test('the window preheats while commands of the same profile preheat and run: all succeed, in one pair of volumes', async () => {
    await world.api('cache.preheat', { pipelines: ['numbers', 'api', 'words'] })
    const commands = [startCli(world, ['preheat', 'numbers', 'api']), startCli(world, ['run', 'words']), startCli(world, ['cache', 'check', '--quick'])]
    const run = await world.run('numbers')
    expect(run.run.outcome).toBe('succeeded')
    await world.engine.cache.preheat.idle()
    expect(await Promise.all(commands.map(({ exited }) => exited))).toEqual([0, 0, 0])
    expect((await world.api('cache.preheatState', {})).jobs.map(({ phase, message }) => [phase, message])).toEqual([['ready', null], ['ready', null], ['ready', null]])
    expect(await cacheVolumes(endpoint, world.owner)).toHaveLength(2)
    await expectNothingLeft(world, endpoint)
    await world.api('cache.check', { isFull: true })
    await world.engine.cache.check.idle()
    expect(await world.api('cache.checkState', {})).toMatchObject({ phase: 'checked', damage: [], foreign: null })
  })

  test('another profile has volumes of its own, and neither minds the other', async () => {
    const other = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    try {
      await other.write({ 'words/main.py': 'import idna\nprint("idna", idna.__version__)\n', 'words/requirements.txt': 'idna==3.10\n' })
      const both = await Promise.all([world.run('words'), other.run('words')])
      expect(both.map(({ run }) => run.outcome)).toEqual(['succeeded', 'succeeded'])
      const [ours, theirs] = [await cacheVolumes(endpoint, world.owner), await cacheVolumes(endpoint, other.owner)]
      expect(ours.filter((name) => theirs.includes(name))).toEqual([])
      await expectNothingLeft(other, endpoint)
    } finally {
      await other.close()
    }
  })

  test('D27: a preheating that is killed leaves a container, which the next start removes, and a cache that works', async () => {
    await world.write({ 'table/main.py': 'import scipy\nprint("scipy", scipy.__version__)\n', 'table/requirements.txt': 'scipy==1.16.2\n' })
    const cli = startCli(world, ['preheat', 'table'])
    await expect.poll(async () => (await ownContainers(endpoint, world.owner)).length, { timeout: 60_000, interval: 20 }).toBe(1)
    cli.child.kill('SIGKILL')
    await cli.exited
    expect(await ownContainers(endpoint, world.owner)).toHaveLength(1)
    const next = createEngine({
      userDataDir: world.profile, samplesDir: world.workspace, userSamplesDir: join(world.profile, 'samples'), workerDir: resolve('resources', 'worker'), homeDir: homedir(), platform: process.platform,
      rememberWorkspaces: false, adoptsRuns: true, preheats: false, followUps: { restarts: false, chains: false },
    })
    try {
      await expect.poll(async () => (await ownContainers(endpoint, world.owner)).length, { timeout: 60_000 }).toBe(0)
    } finally {
      await next.dispose()
    }
    await world.api('cache.preheat', { pipelines: ['table'] })
    await world.engine.cache.preheat.idle()
    expect((await world.api('cache.preheatState', {})).jobs).toMatchObject([{ phase: 'ready' }])
    await world.api('cache.check', { isFull: false })
    await world.engine.cache.check.idle()
    expect((await world.api('cache.checkState', {})).damage).toEqual([])
    expect((await world.run('table')).run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
  })

  test('D22: volumes that are in use stay; when they are gone the next run makes them anew and is warm again afterwards', async () => {
    await world.write({ 'long/main.py': 'import idna, time\nprint("began", flush=True)\ntime.sleep(600)\n', 'long/requirements.txt': 'idna==3.10\n' })
    const { id } = await world.start('long')
    await world.untilLog(id, 'began')
    const names = await cacheVolumes(endpoint, world.owner)
    for (const name of names) expect((await askEngine(endpoint, 'DELETE', `/volumes/${name}?force=1`)).status).toBe(409)
    await world.api('runs.stop', { runId: id })
    await world.untilPhase(id, 'finished')
    expect(await cacheOf('words')).toMatchObject({ state: 'warm' })
    for (const name of names) expect((await askEngine(endpoint, 'DELETE', `/volumes/${name}`)).status).toBe(204)
    const { run, text } = await world.run('words')
    expect(run).toMatchObject({ outcome: 'succeeded', ranOffline: false, cacheWasWarm: false })
    expect(text).toContain('idna 3.10')
    await expect.poll(() => cacheOf('words')).toMatchObject({ state: 'warm' })
    expect(await cacheOf('numbers')).toMatchObject({ state: 'stale', reason: 'cache-replaced' })
    await expectNothingLeft(world, endpoint)
  })
})
