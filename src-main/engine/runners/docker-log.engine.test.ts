/** The log of runs in real containers, against what the script wrote: every byte, both streams. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

describeWithEngine('the log of a container', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
  })
  afterAll(() => world.close())

  const script = (name: string, code: string): Promise<void> => world.write({ [`${name}/main.py`]: code })

  test.each<[string, string, Buffer]>([
    ['half a character at every border', 'print("€" * 20000)', Buffer.from(`${'€'.repeat(20_000)}\n`)],
    ['no newline at the end', 'import sys; sys.stdout.write("a\\n\\n\\nb")', Buffer.from('a\n\n\nb')],
    ['progress bars', 'import sys\nfor i in range(50): sys.stdout.write(f"\\r{i} %")', Buffer.from(Array.from({ length: 50 }, (_, i) => `\r${i} %`).join(''))],
    ['colours', 'print("\\x1b[31mrot\\x1b[0m")', Buffer.from('\x1b[31mrot\x1b[0m\n')],
    ['bytes that are no text', 'import sys; sys.stdout.buffer.write(bytes([255, 0, 195, 10, 254]))', Buffer.from([255, 0, 195, 10, 254])],
    ['the marker’s words from the script', 'print("FASTFLOW_SETUP_READY")', Buffer.from('FASTFLOW_SETUP_READY\n')],
    ['nothing at all', 'pass', Buffer.alloc(0)],
  ])('is exact: %s', async (_name, code, expected) => {
    await script('bytes', code)
    const { log, run } = await world.run('bytes')
    expect(run.outcome).toBe('succeeded')
    expect(log.equals(expected), JSON.stringify(log.toString('latin1').slice(0, 300))).toBe(true)
    expect(run.logBytes).toBe(expected.length)
  })

  test('keeps both streams apart', async () => {
    await script('both', 'import sys\nprint("to out", flush=True)\nprint("to err", file=sys.stderr, flush=True)\n')
    const { run } = await world.run('both')
    const { segments } = await world.api('runs.readLog', { runId: run.id, fromByte: 0, maxBytes: 1000 })
    expect(new Set(segments.map(({ stream }) => stream))).toEqual(new Set(['stdout', 'stderr']))
  })

  test('of 200 quick lines is complete, 20 times of 20', async () => {
    await script('quick', 'for i in range(200): print("line", i)\n')
    const expected = Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join('')
    for (let turn = 0; turn < 20; turn += 1) expect((await world.run('quick')).text, `turn ${turn}`).toBe(expected)
  })

  test('of 100,000 quick lines is byte-identical', async () => {
    await script('lines', 'for i in range(100_000): print(f"line {i} äöü")\n')
    const expected = createHash('sha256')
    for (let i = 0; i < 100_000; i += 1) expected.update(`line ${i} äöü\n`)
    const { run, log } = await world.run('lines')
    expect(run.outcome).toBe('succeeded')
    expect(createHash('sha256').update(log).digest('hex')).toBe(expected.digest('hex'))
  })

  test('of 200 MB is byte-identical', async () => {
    await script('megabytes', 'import os\nblock = bytes(range(256)) * 4096\nfor i in range(200):\n    data = memoryview(b"%08d" % i + block[8:])\n    while data: data = data[os.write(1, data):]\n')
    const block = Buffer.from(Array.from({ length: 1_048_576 }, (_, i) => i % 256))
    const expected = createHash('sha256')
    for (let i = 0; i < 200; i += 1) {
      block.write(String(i).padStart(8, '0'))
      expected.update(block)
    }
    const { run } = await world.run('megabytes')
    expect(run).toMatchObject({ outcome: 'succeeded', logBytes: 200 * 1_048_576, notices: [] })
    expect(createHash('sha256').update(readFileSync(run.logFile)).digest('hex')).toBe(expected.digest('hex'))
  })
})
