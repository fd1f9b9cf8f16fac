/** The disk of the container engine fills under a run: RELIABILITY.md D19. On an engine of the test's own. */
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectNothingLeft } from '../testing/aftermath'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { secondEnginePossible, startSecondEngine, type SecondEngine } from '../testing/second-engine'

describe.runIf(secondEnginePossible)('an engine with a small disk', () => {
  let engine: SecondEngine
  let world: EngineWorld
  beforeAll(async () => {
    engine = await startSecondEngine({ diskMegabytes: 700 })
    world = await openEngineWorld({ endpoint: engine.endpoint, settings: { workerImage: engine.image } })
    await world.run('first')
  })
  afterAll(async () => {
    await world.close()
    await engine.stop()
  })

  const ballasts: string[] = []
  /** To the last block. */
  function fill(): void {
    const path = join(engine.folder, 'data', `ballast-${ballasts.length}`)
    ballasts.push(path)
    const file = openSync(path, 'w')
    const block = Buffer.alloc(1 << 20)
    try {
      for (let size = block.length; size >= 1; size >>= 1) {
        try {
          for (;;) writeSync(file, block, 0, size)
        } catch {
          // Full for this size.
        }
      }
    } finally {
      closeSync(file)
    }
    expect(statfsSync(join(engine.folder, 'data')).bavail).toBe(0)
  }

  test('D19: a run that is under way when it fills keeps its whole output; the next one names the disk; with space there is a next one', async () => {
    await world.write({ 'talker/main.py': 'import time\nprint("up", flush=True)\nfor number in range(60):\n    print("line", number, "x" * 5000, flush=True)\n    time.sleep(0.05)\n' })
    const { id } = await world.start('talker')
    await world.untilLog(id, 'up')
    fill()
    const run = await world.untilPhase(id, 'finished')
    const { bytes } = await world.api('runs.readLog', { runId: id, fromByte: 0, maxBytes: 4_000_000 })
    const expected = Array.from({ length: 60 }, (_, number) => `line ${number} ${'x'.repeat(5000)}\n`).join('')
    expect(Buffer.from(bytes).toString()).toBe(`up\n${expected}`)
    expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0 })

    // What the first run had taken was given back.
    fill()
    const next = (await world.run('first')).run
    expect(next.outcome).not.toBe('succeeded')
    expect(next.reason).toMatch(/disk .*full/)

    for (const file of ballasts) rmSync(file)
    await expectNothingLeft(world, engine.endpoint)
    expect((await world.run('first')).run.outcome).toBe('succeeded')
  })
})

describe.runIf(secondEnginePossible)('a profile that cannot be written', () => {
  test('D21: on a read-only file system is refused in one sentence, with the way out', async () => {
    const world = await openEngineWorld({ endpoint: null })
    execFileSync('mount', ['--bind', world.profile, world.profile])
    try {
      execFileSync('mount', ['-o', 'remount,bind,ro', world.profile])
      const answer = execFileSync('sh', ['-c', `"$0" out/main/cli.js list --workspace "$1" --user-data-dir "$2" 2>&1; echo "exit $?"`, process.execPath, world.workspace, world.profile], { encoding: 'utf8' })
      expect(answer.trim().split('\n')).toHaveLength(2)
      expect(answer).toContain('cannot be written')
      expect(answer).toContain('--user-data-dir')
      expect(answer).not.toContain('exit 0')
    } finally {
      execFileSync('umount', [world.profile])
      await world.close()
    }
  })
})
