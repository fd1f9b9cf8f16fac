/** Disks that are full, caches that are damaged, foreign or offline: RELIABILITY.md D20, D23, D25, D27-D29, D66. (D22, D24 are in runners/, D35-D38 in store/.) */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectNothingLeft, ownContainers } from '../testing/aftermath'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { cacheVolumes, inCache } from '../testing/in-cache'

describeWithEngine('disks and caches', (engine) => {
  const { endpoint, image } = engine
  describe.runIf(process.platform === 'linux' && process.getuid?.() === 0)('a profile on a disk of 24 MB', () => {
    let folder: string
    let world: EngineWorld
    const usualFolder = process.env.TMPDIR
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'ffd-small-'))
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=755', 'tmpfs', folder])
      process.env.TMPDIR = folder
      world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
      await world.run('first')
    })
    afterAll(async () => {
      await world.close()
      if (usualFolder === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = usualFolder
      // The last files are closed a moment after the engine is.
      execFileSync('umount', ['--lazy', folder])
      rmSync(folder, { recursive: true })
    })

    test('D20: a run goes on when it is full, says what of its log is lost, and the next one is kept again', async () => {
      await world.write({ 'loud/main.py': 'import os\nblock = b"x" * 1023 + b"\\n"\nfor _ in range(40_000): os.write(1, block)\n' })
      const { id } = await world.start('loud')
      const run = await world.untilPhase(id, 'finished')
      expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0 })
      expect(run.notices.map(({ message }) => message).join('\n')).toMatch(/could not be kept/)
      await expectNothingLeft(world, endpoint)
      await world.api('runs.remove', { runIds: [id] })
      const next = await world.run('first')
      expect(next.run.outcome).toBe('succeeded')
      expect(next.text).toBe('first\n')
      expect((await world.api('runs.get', { runId: next.run.id })).phase).toBe('finished')
    })
  })

  describe('caches', () => {
    let world: EngineWorld
    beforeAll(async () => {
      world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
      await world.run('first')
    })
    afterAll(() => world.close())

    const cacheVolume = async (): Promise<string> => (await cacheVolumes(endpoint, world.owner))[0] ?? 'none'

    test('D25: a damaged index of the cache is repaired by uv; the run succeeds', async () => {
      await world.write({ 'packages/main.py': 'import six\nprint(six.__version__)\n', 'packages/requirements.txt': 'six==1.17.0\n' })
      expect((await world.run('packages')).text).toContain('1.17.0')
      await inCache(engine, world.owner, 'find /cache -name "*.rkyv" -o -name "*.msgpack" -o -name "*.http" | while read file; do echo broken > "$file"; done')
      expect((await world.run('packages')).run.outcome).toBe('succeeded')
    })

    test('D27: a run that is stopped while it fetches packages leaves a cache that works', async () => {
      await world.write({ 'fetch/main.py': 'import numpy\nprint(numpy.__version__)\n', 'fetch/requirements.txt': 'numpy==2.3.4\n' })
      for (const afterMs of [100, 400, 800]) {
        const { id } = await world.start('fetch')
        await world.until(id, ({ phase }) => phase === 'setting-up' || phase === 'finished')
        await new Promise((next) => setTimeout(next, afterMs))
        await world.api('runs.stop', { runId: id })
        await world.untilPhase(id, 'finished')
      }
      const { run, text } = await world.run('fetch')
      expect(run.outcome).toBe('succeeded')
      expect(text).toContain('2.3.4')
      await expectNothingLeft(world, endpoint)
    })

    test('D28: eight cold runs at once on one cache all succeed', async () => {
      await world.write(Object.fromEntries(Array.from({ length: 8 }, (_, number) => [`cold${number}/main.py`, 'import idna, certifi\nprint("ok")\n'])))
      await world.write(Object.fromEntries(Array.from({ length: 8 }, (_, number) => [`cold${number}/requirements.txt`, 'idna==3.10\ncertifi==2025.1.31\n'])))
      const results = await Promise.all(Array.from({ length: 8 }, (_, number) => world.run(`cold${number}`)))
      expect(results.map(({ run }) => run.outcome)).toEqual(Array.from({ length: 8 }, () => 'succeeded'))
    })

    test('D29: a network that is lost while packages are fetched is named as the cause, and the next run with a network succeeds', async () => {
      await world.write({ 'large/main.py': 'import pyarrow\nprint(pyarrow.__version__)\n', 'large/requirements.txt': 'pyarrow==21.0.0\n' })
      const { id } = await world.start('large')
      await world.until(id, ({ phase }) => phase === 'setting-up')
      const [container] = await ownContainers(endpoint, world.owner)
      expect((await askEngine(endpoint, 'POST', '/networks/bridge/disconnect', { Container: container?.Id, Force: true })).status).toBe(200)
      const run = await world.untilPhase(id, 'finished')
      expect(run).toMatchObject({ outcome: 'setup-failed', setupFault: 'network' })
      await expectNothingLeft(world, endpoint)
      const again = await world.run('large')
      expect(again.text.trim().endsWith('21.0.0')).toBe(true)
    })

    test('D66: a Python that is nowhere is named as the cause', async () => {
      await world.write({ 'future/main.py': 'print("never")\n', 'future/pipeline.json': '{"python_version": "3.99"}' })
      const { run } = await world.run('future')
      expect(run).toMatchObject({ outcome: 'setup-failed', setupFault: 'python' })
      expect(run.reason).toContain('3.99')
    })

    test('D23: a cache volume that is not ours is refused, with the way out', async () => {
      const name = await cacheVolume()
      await askEngine(endpoint, 'DELETE', `/volumes/${name}`)
      await askEngine(endpoint, 'POST', '/volumes/create', { Name: name, Labels: { somebody: 'else' } })
      try {
        const { run } = await world.run('first')
        expect(run).toMatchObject({ outcome: 'engine-error', exitCode: null })
        expect(run.reason).toContain(`docker volume rm ${name}`)
      } finally {
        await askEngine(endpoint, 'DELETE', `/volumes/${name}`)
      }
      expect((await world.run('first')).run.outcome).toBe('succeeded')
      await expectNothingLeft(world, endpoint)
    })
  })
})
