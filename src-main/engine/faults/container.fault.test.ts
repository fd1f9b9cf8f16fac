/** Containers that are killed, paused, starved or flood: RELIABILITY.md D14, D16, D18, D55-D59, D61, D62. (D15, D17, D60, D63 are in runners/.) */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNothingLeft, ownContainers } from '../testing/aftermath'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

describeWithEngine('a container', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image, stopGraceSeconds: 1, maxLogMegabytes: 1000 } })
    await world.run('first')
  })
  afterAll(() => world.close())

  const script = (name: string, code: string, config: object = {}): Promise<void> => world.write({ [`${name}/main.py`]: code, [`${name}/pipeline.json`]: JSON.stringify(config) })
  const containerOf = async (): Promise<string> => (await ownContainers(endpoint, world.owner)).find(({ State }) => State === 'running')?.Id ?? 'none'
  const sleeper = 'import time\nprint("up", flush=True)\ntime.sleep(120)\n'

  test('D14: that is killed from outside was killed, and was not out of memory', async () => {
    await script('sleeper', sleeper)
    const { id } = await world.start('sleeper')
    await world.untilLog(id, 'up')
    await askEngine(endpoint, 'POST', `/containers/${await containerOf()}/kill`)
    expect(await world.untilPhase(id, 'finished')).toMatchObject({ outcome: 'killed', exitCode: 137, reason: expect.stringContaining('from outside') as string })
    await expectNothingLeft(world, endpoint)
  })

  test('D16: that is paused from outside can be stopped', async () => {
    await script('sleeper', sleeper)
    const { id } = await world.start('sleeper')
    await world.untilLog(id, 'up')
    await askEngine(endpoint, 'POST', `/containers/${await containerOf()}/pause`)
    await world.api('runs.stop', { runId: id })
    expect(await world.untilPhase(id, 'finished')).toMatchObject({ outcome: 'stopped' })
    await expectNothingLeft(world, endpoint)
  })

  test('D18: that lost a child for want of memory and ends with 0 has succeeded, with a warning', async () => {
    await script('parent', 'import subprocess, sys\nchild = subprocess.run([sys.executable, "-c", "x = []\\nwhile True: x.append(bytearray(5_000_000))"])\nprint("child", child.returncode)\n', { mem_hard_limit: '96m' })
    const { run, text } = await world.run('parent')
    expect(text).toBe('child -9\n')
    expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0, notices: [{ severity: 'warning', message: expect.stringContaining('memory ran out') as string }] })
    await expectNothingLeft(world, endpoint)
  })

  test('D55: that writes 300 MB loses no byte, and the process that drains it stays small', async () => {
    await script('flood', 'import os\nblock = bytes(range(256)) * 256\nfor _ in range(4800):\n    data = memoryview(block)\n    while data: data = data[os.write(1, data):]\n')
    const { id } = await world.start('flood')
    let mostBytes = 0
    const watch = setInterval(() => (mostBytes = Math.max(mostBytes, process.memoryUsage().rss)), 50)
    const before = process.memoryUsage().rss
    const run = await world.untilPhase(id, 'finished')
    clearInterval(watch)
    const expected = createHash('sha256')
    const block = Buffer.from(Array.from({ length: 65_536 }, (_, index) => index % 256))
    for (let count = 0; count < 4800; count += 1) expected.update(block)
    expect(run).toMatchObject({ outcome: 'succeeded', logBytes: 4800 * 65_536, notices: [] })
    expect(await sha256Of(run.logFile)).toBe(expected.digest('hex'))
    expect(mostBytes - before).toBeLessThan(250 * 1024 ** 2)
  })

  test('D56: is stopped in the middle of a flood', async () => {
    await script('endless', 'import os\nblock = b"x" * 65535 + b"\\n"\nwhile True: os.write(1, block)\n')
    const { id } = await world.start('endless')
    await expect.poll(async () => (await world.api('runs.readLog', { runId: id, fromByte: 0, maxBytes: 1 })).sizeBytes, { timeout: 60_000 }).toBeGreaterThan(20_000_000)
    await world.api('runs.stop', { runId: id })
    expect(await world.untilPhase(id, 'finished')).toMatchObject({ outcome: 'stopped' })
    await expectNothingLeft(world, endpoint)
  })

  test('D57: that makes 200,000 writes of one byte is byte-exact', async () => {
    await script('tiny', 'import os\nfor _ in range(200_000): os.write(1, b"\\n")\n')
    const { run, log } = await world.run('tiny')
    expect(run.outcome).toBe('succeeded')
    expect(log.equals(Buffer.alloc(200_000, '\n'))).toBe(true)
  })

  test('D58: a hundred runs at once all come to their end, in order, each with its own output', async () => {
    await script('one-of-many', 'import os\nprint(os.environ["N"])\n')
    const runs = await Promise.all(Array.from({ length: 100 }, (_, number) => world.start('one-of-many', { env: { N: String(number) }, whenRunning: 'parallel' })))
    const ended = await Promise.all(runs.map(({ id }) => world.untilPhase(id, 'finished')))
    expect(ended.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 100 }, () => 'succeeded'))
    const texts = await Promise.all(runs.map(async ({ id }) => Buffer.from((await world.api('runs.readLog', { runId: id, fromByte: 0 })).bytes).toString()))
    expect(texts).toEqual(runs.map((_, number) => `${number}\n`))
    await expectNothingLeft(world, endpoint)
  })

  test('D59: a fork bomb stays in its container and can be stopped', async () => {
    await script('bomb', 'import os, time\nprint("up", flush=True)\nwhile True:\n    try:\n        if os.fork() == 0: time.sleep(1000)\n    except OSError:\n        time.sleep(0.05)\n')
    const { id } = await world.start('bomb')
    await world.untilLog(id, 'up')
    expect((await askEngine(endpoint, 'GET', '/_ping')).status).toBe(200)
    await world.api('runs.stop', { runId: id })
    expect(await world.untilPhase(id, 'finished')).toMatchObject({ outcome: 'stopped' })
    await expectNothingLeft(world, endpoint)
  })

  test('D61: that is still there at its timeout has timed out, and was neither killed nor out of memory', async () => {
    await script('late', sleeper, { timeout: 2 })
    const { run } = await world.run('late')
    expect(run).toMatchObject({ outcome: 'timed-out', reason: expect.stringContaining('timeout of 2 s') as string })
    await expectNothingLeft(world, endpoint)
  })

  test('D62: that is gone within a moment has its whole log, 50 of 50', async () => {
    await script('quick', 'print("\\n".join(f"line {number}" for number in range(200)))\n')
    const expected = Array.from({ length: 200 }, (_, number) => `line ${number}\n`).join('')
    for (let turn = 0; turn < 50; turn += 1) expect((await world.run('quick', { whenRunning: 'parallel' })).text, `turn ${turn}`).toBe(expected)
    await expectNothingLeft(world, endpoint)
  })
})

function sha256Of(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256')
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')))
  })
}
