/** The cache of runs without a container: damaged, found by the run and by the check, repaired (RELIABILITY.md D26). */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

let world: EngineWorld
beforeAll(async () => {
  world = await openEngineWorld({ endpoint: null })
  await world.write({ 'recipes/main.py': 'import cachetools\nprint(cachetools.__version__)\n', 'recipes/requirements.txt': 'cachetools==5.5.2\n' })
  expect((await world.run('recipes')).run).toMatchObject({ outcome: 'succeeded', runner: 'host' })
})
afterAll(() => world.close())

/** Removes a file of cachetools, each that uv keeps: unpacked, and in environments. */
function spoil(): void {
  const folder = join(world.profile, 'host-cache')
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.isDirectory()) walk(join(path, entry.name))
      else if (entry.name === 'keys.py') rmSync(join(path, entry.name))
    }
  }
  walk(folder)
}

test('a run that fails for it is told so, and tried again with success', async () => {
  spoil()
  const { run } = await world.run('recipes')
  expect(run.outcome).toBe('failed')
  const { run: again } = await world.api('runs.again', { runId: run.id })
  const { notices } = await world.api('runs.get', { runId: run.id })
  expect(notices.map(({ message }) => message).join()).toMatch(/host-cache.*not your code: cachetools\/keys\.py of cachetools 5\.5\.2 is missing/)
  expect(await world.untilPhase(again?.id ?? '', 'finished')).toMatchObject({ outcome: 'succeeded', trigger: 'repair', runner: 'host' })
})

test('the check finds it, and repairs it', async () => {
  spoil()
  const ended = async (): Promise<unknown> => {
    await world.engine.cache.check.idle()
    return world.api('cache.checkState', {})
  }
  await world.api('cache.check', { isFull: true })
  expect(await ended()).toMatchObject({ phase: 'checked', foreign: null, damage: [{ name: 'cachetools', files: [['cachetools/keys.py', 'missing']] }, { name: 'cachetools' }] })
  await world.api('cache.repair', {})
  expect(await ended()).toMatchObject({ phase: 'repaired', repaired: { isBusy: false } })
  expect((await world.run('recipes')).run.outcome).toBe('succeeded')
  await world.api('cache.check', { isFull: true })
  expect(await ended()).toMatchObject({ phase: 'checked', damage: [] })
})
