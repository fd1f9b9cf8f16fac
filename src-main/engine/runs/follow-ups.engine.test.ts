/** What runs wait for and what follows from them, with a real engine. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

describeWithEngine('runs that follow and wait', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image, maxConcurrentRuns: 2 } })
  })
  afterAll(() => world.close())

  const ofPipeline = async (pipeline: string) => (await world.api('runs.list', { pipeline })).runs
  const untilOne = async (pipeline: string, count = 1) => {
    for (;;) {
      const runs = await ofPipeline(pipeline)
      if (runs.length >= count && runs.every(({ phase }) => phase === 'finished')) return runs
      await new Promise((next) => setTimeout(next, 50))
    }
  }

  test('a retry is a run of its own, linked, told which attempt it is, and its wait can be skipped', async () => {
    await world.write({
      'flaky/main.py': 'import os, sys\nprint(os.environ.get("_fastflow_retry_count"))\nsys.exit(0 if "_fastflow_retry_count" in os.environ else 3)\n',
      'flaky/pipeline.json': '{"retry_attempts": 2, "retry_strategy": {"type": "fixed_delay", "delay": 3600}}',
    })
    const { run: first } = await world.run('flaky')
    expect(first).toMatchObject({ outcome: 'failed', exitCode: 3, attempt: 0, retryAttempts: 2 })
    const retry = (await ofPipeline('flaky'))[0]!
    expect(retry).toMatchObject({ phase: 'waiting', trigger: 'retry', attempt: 1, parentRunId: first.id })
    expect(retry.waitUntilAtMs! - Date.now()).toBeGreaterThan(3_500_000)
    await world.api('runs.skipWait', { runId: retry.id })
    const second = await world.until(retry.id, ({ phase }) => phase === 'finished')
    expect(second.outcome).toBe('succeeded')
    expect(await ofPipeline('flaky')).toHaveLength(2)
  })

  test('a waiting retry holds no slot, and a stop of it is final', async () => {
    await world.write({ 'waits/main.py': 'raise SystemExit(1)\n', 'waits/pipeline.json': '{"retry_attempts": 5, "restart_on_crash": true}' })
    const runs = await Promise.all([world.run('waits'), world.start('waits', { whenRunning: 'parallel' }).then(({ id }) => world.until(id, ({ phase }) => phase === 'finished'))])
    expect(runs).toHaveLength(2)
    expect((await world.run('first')).run.outcome).toBe('succeeded')
    const waiting = (await ofPipeline('waits')).filter(({ phase }) => phase === 'waiting')
    expect(waiting).toHaveLength(2)
    for (const { id } of waiting) await world.api('runs.stop', { runId: id })
    const ended = await untilOne('waits', 4)
    expect(ended.filter(({ outcome }) => outcome === 'stopped')).toHaveLength(2)
    expect(ended).toHaveLength(4)
  })

  test('more than the slots wait in order, and say why', async () => {
    await world.write({ 'slow/main.py': 'import time\ntime.sleep(0.5)\n' })
    const started = []
    for (let count = 0; count < 5; count += 1) started.push(await world.start('slow', { whenRunning: 'parallel' }))
    const third = await world.until(started[2]!.id, ({ phase }) => phase === 'queued')
    expect(third.queue).toEqual({ position: 1, reason: 'slots' })
    const ended = await Promise.all(started.map(({ id }) => world.until(id, ({ phase }) => phase === 'finished')))
    expect(ended.map(({ outcome }) => outcome)).toEqual(Array(5).fill('succeeded'))
    const begun = ended.map(({ begunAtMs }) => begunAtMs ?? 0)
    expect(begun).toEqual([...begun].sort((a, b) => a - b))
  })

  test('a chain follows the route, and a circle of triggers is cut and said', async () => {
    await world.write({
      'head/main.py': 'import os\nopen(os.environ["FASTFLOW_ROUTE_FILE"], "w").write("left\\n")\n',
      'head/pipeline.json': '{"downstream_triggers": [{"pipeline": "left", "on_route": "left"}, {"pipeline": "right", "on_route": "right"}]}',
      'left/main.py': 'print("left")\n',
      'left/pipeline.json': '{"downstream_triggers": [{"pipeline": "head"}]}',
      'right/main.py': 'print("right")\n',
    })
    const { run: head } = await world.run('head', { ignoreProblems: true })
    expect(head.route).toBe('left')
    const [left] = await untilOne('left')
    expect(left).toMatchObject({ trigger: 'chain', parentRunId: head.id, outcome: 'succeeded' })
    const told = await world.until(left!.id, ({ notices }) => notices.length > 0)
    expect(told.notices.map(({ message }) => message).join()).toContain('head is not triggered')
    expect(await ofPipeline('right')).toEqual([])
    expect(await ofPipeline('head')).toHaveLength(1)
  })

  test('a timeout is told from a stop and from a kill', async () => {
    await world.write({ 'long/main.py': 'import time\ntime.sleep(60)\n', 'long/pipeline.json': '{"timeout": 1}' })
    expect((await world.run('long')).run).toMatchObject({ outcome: 'timed-out', timeoutSeconds: 1 })
  })
})
