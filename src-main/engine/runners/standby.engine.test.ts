/** A container that is kept ready, with a real engine: it is the run's own, fresh, and gone when nothing needs it. */
import { mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ownContainers } from '../testing/aftermath'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

describeWithEngine('a container kept ready', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeEach(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image, standbyContainer: true } })
    await world.write({
      'look/main.py': 'import json, os\nprint(json.dumps({"env": dict(os.environ), "cmdline": open("/proc/self/cmdline").read(), "tmp": os.listdir("/tmp"), "parent": open(f"/proc/{os.getppid()}/cmdline").read().split(chr(0))[:2], "ignored": [line for line in open("/proc/self/status") if line.startswith("Sig")]}))\nopen("/tmp/left", "w")\n',
    })
    await world.run('look')
  })
  afterEach(() => world.close())

  /** Waits until one is there, and answers its id. */
  async function kept(): Promise<string> {
    await world.api('runs.prepare', { pipeline: 'look' })
    await expect.poll(async () => (await ownContainers(endpoint, world.owner)).map(({ State }) => State), { timeout: 20_000 }).toEqual(['running'])
    return (await ownContainers(endpoint, world.owner))[0]?.Id ?? ''
  }
  const without = (text: string): unknown => {
    const seen = JSON.parse(text) as { env: Record<string, string> }
    return { ...seen, env: { ...seen.env, HOSTNAME: '' } }
  }

  test('is taken by the next run, which finds what a run in a new container finds', async () => {
    const plain = (await world.run('look', { whenRunning: 'parallel' })).text
    const id = await kept()
    const { run, text } = await world.run('look')
    expect(JSON.parse(text)).toMatchObject({ env: { HOSTNAME: id.slice(0, 12) } })
    expect(without(text)).toEqual(without(plain))
    expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
    expect(run.commandLine).not.toContain('STOP')
  })

  test('serves one run only; the next gets another one', async () => {
    const first = await kept()
    await world.run('look')
    await expect.poll(async () => (await ownContainers(endpoint, world.owner)).map(({ Id }) => Id), { timeout: 20_000 }).toEqual([expect.not.stringMatching(first)])
    const second = await kept()
    const { text } = await world.run('look')
    expect(JSON.parse(text)).toMatchObject({ env: { HOSTNAME: second.slice(0, 12) }, tmp: expect.not.arrayContaining(['left']) as unknown })
  })

  test('sees the code as it is at the run, not as it was when it was made', async () => {
    await kept()
    await world.write({ 'look/main.py': 'print("edited")\n' })
    expect((await world.run('look')).text).toBe('edited\n')
  })

  test.each<[string, () => Promise<unknown>]>([
    ['other variables', async () => undefined],
    ['another limit', () => world.write({ 'look/pipeline.json': '{"mem_hard_limit": "300m"}' })],
    ['a folder that was made anew', async () => {
      renameSync(join(world.workspace, 'look'), join(world.workspace, 'was'))
      mkdirSync(join(world.workspace, 'look'))
      await world.write({ 'look/main.py': 'import os\nprint("new folder")\n' })
    }],
  ])('is not used for a run with %s', async (what, change) => {
    const id = await kept()
    await change()
    const { run } = await world.run('look', what === 'other variables' ? { env: { MORE: '1' } } : {})
    expect(run.outcome).toBe('succeeded')
    expect(run.memoryLimitBytes).toBe(what === 'another limit' ? 300 * 1024 ** 2 : run.memoryLimitBytes)
    await expect.poll(async () => (await askEngine(endpoint, 'GET', `/containers/${id}/json`)).status, { timeout: 20_000 }).toBe(what === 'other variables' ? 200 : 404)
  })

  test('is not missed by a run that begins while its shell still starts, with hardly any processor time', async () => {
    await world.write({ 'slow/pipeline.json': '{"cpu_hard_limit": 0.05}', 'slow/main.py': 'print("done")\n' })
    await world.run('slow')
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await world.api('runs.prepare', { pipeline: 'slow' })
      await expect.poll(async () => (await ownContainers(endpoint, world.owner)).map(({ State }) => State), { timeout: 20_000, interval: 5 }).toEqual(['running'])
      expect((await world.run('slow')).text).toBe('done\n')
    }
  })

  test('that was removed from outside is no hindrance', async () => {
    const id = await kept()
    await askEngine(endpoint, 'DELETE', `/containers/${id}?force=1`)
    await new Promise((next) => setTimeout(next, 300))
    expect((await world.run('look')).run.outcome).toBe('succeeded')
  })

  test('can be stopped and timed out like any other', async () => {
    await world.write({ 'look/main.py': 'import time\nprint("up", flush=True)\ntime.sleep(60)\n' })
    await kept()
    const { id } = await world.start('look')
    await world.untilLog(id, 'up')
    await world.api('runs.stop', { runId: id })
    expect(await world.untilPhase(id, 'finished')).toMatchObject({ outcome: 'stopped' })
  })

  test('is gone when nothing is selected, when the setting is off, and when the app ends', async () => {
    await kept()
    await world.api('runs.prepare', { pipeline: null })
    await expect.poll(() => ownContainers(endpoint, world.owner), { timeout: 20_000 }).toEqual([])
    await kept()
    await world.api('settings.update', { patch: { standbyContainer: false } })
    await expect.poll(() => ownContainers(endpoint, world.owner), { timeout: 20_000 }).toEqual([])
    await world.api('settings.update', { patch: { standbyContainer: true } })
    await kept()
    await world.engine.dispose()
    expect(await ownContainers(endpoint, world.owner)).toEqual([])
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
  })
})
