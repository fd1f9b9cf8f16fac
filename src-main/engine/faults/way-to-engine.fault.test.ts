/** What stands between the app and its engine: RELIABILITY.md D32. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNothingLeft } from '../testing/aftermath'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { startIdleCuttingProxy, type IdleCuttingProxy } from '../testing/idle-cutting-proxy'

describeWithEngine('a proxy that cuts idle connections after two seconds', ({ endpoint, image }) => {
  let proxy: IdleCuttingProxy
  let world: EngineWorld
  beforeAll(async () => {
    proxy = await startIdleCuttingProxy(endpoint, 2000)
    world = await openEngineWorld({ endpoint: proxy.endpoint, settings: { workerImage: image } })
    await world.run('first')
  })
  afterAll(async () => {
    await world.close()
    await proxy.close()
  })

  test('D32: does not end a run that is silent for long, and no line is lost or doubled', async () => {
    await world.write({ 'silent/main.py': 'import time\nprint("before", flush=True)\ntime.sleep(15)\nprint("after", flush=True)\ntime.sleep(5)\nprint("end")\nraise SystemExit(3)\n' })
    const before = proxy.cuts()
    const { run, text } = await world.run('silent')
    expect(proxy.cuts() - before).toBeGreaterThan(2)
    expect(text).toBe('before\nafter\nend\n')
    expect(run).toMatchObject({ outcome: 'failed', exitCode: 3 })
    await expectNothingLeft(world, endpoint)
  })

  test('D32: a stop that takes longer than the proxy waits still ends the run', async () => {
    await world.api('settings.update', { patch: { stopGraceSeconds: 5 } })
    await world.write({ 'stubborn/main.py': 'import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint("up", flush=True)\nwhile True: time.sleep(1)\n' })
    const { id } = await world.start('stubborn')
    await world.untilLog(id, 'up')
    await world.api('runs.stop', { runId: id })
    expect(await world.untilPhase(id, 'finished')).toMatchObject({ outcome: 'stopped' })
    await expectNothingLeft(world, endpoint)
  })
})
