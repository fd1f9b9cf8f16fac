/** The clock is set, the computer sleeps, under a run: RELIABILITY.md D43, D44. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { expectNothingLeft, ownContainers } from '../testing/aftermath'
import { startCli } from '../testing/cli-process'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { startIdleCuttingProxy, type IdleCuttingProxy } from '../testing/idle-cutting-proxy'

const lines = Array.from({ length: 30 }, (_, number) => `line ${number}\n`).join('')
const counting = 'import time\nfor number in range(30):\n    print("line", number, flush=True)\n    time.sleep(0.1)\n'
const sleep = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms))

describeWithEngine('time', ({ endpoint, image }) => {
  let proxy: IdleCuttingProxy
  let world: EngineWorld
  beforeAll(async () => {
    proxy = await startIdleCuttingProxy(endpoint, 600_000)
    world = await openEngineWorld({ endpoint: proxy.endpoint, settings: { workerImage: image } })
    await world.write({ 'counting/main.py': counting, 'counting/pipeline.json': '{"timeout": 1800}', 'short/main.py': counting, 'short/pipeline.json': '{"timeout": 4}' })
    await world.run('first')
  })
  afterEach(() => void vi.useRealTimers())
  afterAll(async () => {
    await world.close()
    await proxy.close()
  })

  test.each([1, -1])('D43: a clock that is set by %i h under a run changes neither its timeout nor its duration nor its log', async (hours) => {
    const began = performance.now()
    const { id } = await world.start('counting')
    await world.untilLog(id, 'line 3')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + hours * 3_600_000 })
    const ticking = setInterval(() => vi.setSystemTime(Date.now() + 50), 50)
    const run = await world.untilPhase(id, 'finished')
    clearInterval(ticking)
    const tookMs = performance.now() - began
    expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
    expect(run.codeMs).toBeGreaterThan(2_900)
    expect(run.codeMs).toBeLessThan(tookMs)
    expect((run.prepareMs ?? Infinity) + (run.setupMs ?? Infinity)).toBeLessThan(tookMs)
    const { bytes } = await world.api('runs.readLog', { runId: id, fromByte: 0 })
    expect(Buffer.from(bytes).toString()).toBe(lines)
    vi.useRealTimers()
    const { runs } = await world.api('runs.list', { limit: 2 })
    expect(runs[0]?.id).toBe(id)
  })

  /** The app, its container and the sockets between them, as a computer that sleeps leaves them; what is done in between. */
  async function asleep(pipeline: string, sleeping: (container: string) => Promise<void>): Promise<{ state: string; log: string; wokenForMs: number }> {
    const known = (await world.api('runs.list', { pipeline, limit: 1 })).runs[0]?.id
    const cli = startCli(world, ['run', pipeline])
    await expect.poll(() => cli.output(), { timeout: 30_000 }).toContain('line 3\n')
    const [run] = (await world.api('runs.list', { pipeline, limit: 1 })).runs
    expect(run?.id).not.toBe(known)
    const [container] = await ownContainers(endpoint, world.owner)
    cli.child.kill('SIGSTOP')
    await sleeping(container?.Id ?? '')
    proxy.cutAll()
    cli.child.kill('SIGCONT')
    const woken = performance.now()
    await cli.exited
    const wokenForMs = performance.now() - woken
    const ended = await world.api('runs.get', { runId: run?.id ?? '' })
    return { state: ended.outcome ?? ended.phase, log: cli.output(), wokenForMs }
  }

  test('D44: a computer that slept finds the run where it was, and nothing of its log is lost or doubled', async () => {
    const { state, log, wokenForMs } = await asleep('counting', async (container) => {
      await askEngine(endpoint, 'POST', `/containers/${container}/pause`)
      await sleep(10_000)
      await askEngine(endpoint, 'POST', `/containers/${container}/unpause`)
    })
    expect({ state, log }).toEqual({ state: 'succeeded', log: lines })
    // What is left of the pipeline takes less than 3 s.
    expect(wokenForMs).toBeLessThan(8000)
    await expectNothingLeft(world, endpoint)
  })

  test('D44: a timeout that passed while only the app slept does not override how the run ended', async () => {
    const { state, log, wokenForMs } = await asleep('short', () => sleep(6_000))
    expect({ state, log }).toEqual({ state: 'succeeded', log: lines })
    expect(wokenForMs).toBeLessThan(5000)
    await expectNothingLeft(world, endpoint)
  })
})
