/** Somebody holds uv's lock of the cache alone, as `uv cache clean` does: what waits for it says so, and goes on by itself. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectNothingLeft } from '../testing/aftermath'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine, testEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { cacheVolumes, inCache } from '../testing/in-cache'
import { cacheWaitWords } from './cache-wait'

type Hold = (world: EngineWorld) => Promise<() => Promise<void>>

/** `hold` takes the lock alone and answers what gives it back; `endpoint` null: the cache of runs on this computer. */
function waitingAt(endpoint: string | null, image: string, hold: Hold): void {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.write({ 'six/main.py': 'import six\nprint("six", six.__version__)\n', 'six/requirements.txt': 'six==1.16.0\n' })
  })
  afterAll(() => world.close())

  test('a run does not, where nobody does', async () => {
    const { run } = await world.run('six')
    expect(run.outcome).toBe('succeeded')
    expect(run.notices.map(({ message }) => message)).not.toContain(cacheWaitWords)
  })

  test('a run says what it waits for, and goes on', async () => {
    const release = await hold(world)
    const { id } = await world.start('six')
    await world.until(id, ({ notices }) => notices.some(({ message }) => message === cacheWaitWords))
    expect((await world.api('runs.get', { runId: id })).phase).toBe('setting-up')
    await release()
    expect((await world.untilPhase(id, 'finished')).outcome).toBe('succeeded')
    if (endpoint !== null) await expectNothingLeft(world, endpoint)
  })

  test('a preheating does, and goes on; one that waits can be cancelled', async () => {
    const release = await hold(world)
    const waits = (): Promise<void> => expect.poll(async () => (await world.api('cache.preheatState', {})).jobs, { timeout: 60_000 }).toMatchObject([{ pipeline: 'six', phase: 'locked' }])
    await world.api('cache.preheat', { pipelines: ['six'] })
    await waits()
    expect((await world.api('cache.preheatLog', { pipeline: 'six' })).text).toContain(cacheWaitWords)
    await world.api('cache.cancelPreheat', {})
    await world.engine.cache.preheat.idle()
    expect((await world.api('cache.preheatState', {})).jobs).toMatchObject([{ phase: 'cancelled' }])
    await world.api('cache.preheat', { pipelines: ['six'] })
    await waits()
    await release()
    await world.engine.cache.preheat.idle()
    expect((await world.api('cache.preheatState', {})).jobs).toMatchObject([{ phase: 'ready' }])
    if (endpoint !== null) await expectNothingLeft(world, endpoint)
  })
}

describeWithEngine('while something works alone in the cache of a workspace', ({ endpoint, image }) =>
  waitingAt(endpoint, image, async (world) => {
    const [cache] = await cacheVolumes(endpoint, world.owner)
    const made = await askEngine(endpoint, 'POST', '/containers/create', { Image: image, Cmd: ['flock', '-x', '/cache/.lock', 'sleep', '600'], User: '0:0', HostConfig: { Mounts: [{ Type: 'volume', Source: cache, Target: '/cache' }] } })
    const { Id } = made.json as { Id: string }
    await askEngine(endpoint, 'POST', `/containers/${Id}/start`)
    await expect.poll(() => inCache({ endpoint, image }, world.owner, '! flock -n -s .lock true').then(() => 'held', () => 'free'), { timeout: 60_000 }).toBe('held')
    return async () => void (await askEngine(endpoint, 'DELETE', `/containers/${Id}?force=1`))
  }))

describe.skipIf(testEngine === null || process.platform !== 'linux')('while something works alone in the cache of this computer', () =>
  waitingAt(null, testEngine?.image ?? '', async (world) => {
    const [cache = ''] = (await world.api('cache.content', {})).where
    const holder = spawn('flock', ['-x', join(cache, '.lock'), 'sh', '-c', 'echo held; exec sleep 600'], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((held) => holder.stdout.once('data', held))
    return async () => {
      const ended = new Promise((resolve) => holder.once('close', resolve))
      process.kill(-(holder.pid ?? 0))
      await ended
    }
  }))
