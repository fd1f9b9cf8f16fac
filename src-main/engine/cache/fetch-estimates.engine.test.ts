/** What a run would fetch, told before it by the real index: true to the cache, to edits and to the network. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PipelineCache } from '@shared/contract/pipelines'
import { expectNothingLeft } from '../testing/aftermath'
import { containersMadeBy } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

describeWithEngine('what a run would fetch', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.write({
      'tables/main.py': 'import numpy\n', 'tables/requirements.txt': 'numpy==2.3.4\nsix==1.17.0\n',
      'own/main.py': '', 'own/requirements.txt': '-e /app/lib\nsix==1.17.0\n', 'own/lib/pyproject.toml': '[project]\nname = "own-code"\nversion = "1.0"\n',
      'built/main.py': '', 'built/requirements.txt': 'docopt==0.6.2\nsix==1.17.0\n',
      'wrong/main.py': '', 'wrong/requirements.txt': 'no-such-package-xyz-123456\n',
      'newer/main.py': '', 'newer/requirements.txt': 'six==1.17.0\n', 'newer/pipeline.json': '{"python_version":"3.12"}',
    })
  })
  afterAll(() => world.close())

  const cacheOf = async (name: string): Promise<PipelineCache> => {
    const found = (await world.api('pipelines.list', {})).pipelines.find((pipeline) => pipeline.name === name)
    if (!found) throw new Error(`no ${name}`)
    return found.cache
  }
  const ask = (pipelines: string[] | null, again = false): Promise<object> => world.api('cache.estimate', { pipelines, again })

  /** Containers with a program that were made meanwhile. */
  const countWork = async (action: () => Promise<unknown>): Promise<number> => (await containersMadeBy(endpoint, world.owner, action)).filter((name) => name.startsWith('ffd-run-')).length

  test('packages with versions and bytes, what cannot be told, and a Python that is missing', async () => {
    expect(await cacheOf('tables')).toMatchObject({ state: 'cold', fetch: null, imageMissing: false })
    await ask(null)
    const { fetch } = await cacheOf('tables')
    expect(fetch).toMatchObject({ count: 2, unknown: [], problem: null, packages: [{ name: 'numpy', version: '2.3.4' }, { name: 'six', version: '1.17.0' }] })
    expect(fetch?.bytes).toBeGreaterThan(10_000_000)
    expect(fetch?.bytes).toBeLessThan(30_000_000)
    expect((await cacheOf('built')).fetch).toMatchObject({ count: 1, unknown: ['docopt'] })
    expect((await cacheOf('own')).fetch).toMatchObject({ count: 1, unknown: ['-e /app/lib'] })
    expect((await cacheOf('wrong')).fetch).toMatchObject({ problem: expect.stringContaining('no-such-package-xyz-123456') as string })
    expect(await cacheOf('newer')).toMatchObject({ pythonMissing: true, fetch: { count: 1 } })
    expect((await cacheOf('tables')).pythonMissing).toBe(false)
    // Nothing of a package or of the folder was executed or written.
    expect(existsSync(join(world.workspace, 'own/lib/own_code.egg-info'))).toBe(false)
    await expectNothingLeft(world, endpoint)
  })

  test('what is known costs no container; an edit has another answer; all of a workspace cost one', async () => {
    expect(await countWork(() => ask(null))).toBe(0)
    await world.write({ 'tables/requirements.txt': 'numpy==2.3.4\ncolorama==0.4.6\n' })
    expect((await cacheOf('tables')).fetch).toBeNull()
    expect(await countWork(() => ask(['tables']))).toBe(1)
    expect((await cacheOf('tables')).fetch?.packages.map(({ name }) => name)).toEqual(['numpy', 'colorama'])
    await world.write({ 'tables/requirements.txt': 'numpy==2.3.4\nsix==1.17.0\n' })
    expect((await cacheOf('tables')).fetch?.packages.map(({ name }) => name)).toEqual(['numpy', 'six'])
    expect(await countWork(() => ask(null, true))).toBe(1)
  })

  test('what another pipeline brought into the cache is not counted, and a warm one has nothing to fetch', async () => {
    await world.write({ 'six/main.py': '', 'six/requirements.txt': 'six==1.17.0\n' })
    await world.api('cache.preheat', { pipelines: ['six'] })
    await world.engine.cache.preheat.idle()
    expect(await cacheOf('six')).toMatchObject({ state: 'warm', fetch: null })
    expect((await cacheOf('tables')).fetch).toBeNull()
    await ask(['tables'])
    expect((await cacheOf('tables')).fetch).toMatchObject({ count: 1, packages: [{ name: 'numpy' }] })
  })

  test('while something is preheated it waits, and then there is nothing to ask', async () => {
    await world.api('cache.preheat', { pipelines: ['tables'] })
    await ask(['tables'], true)
    expect((await world.api('cache.preheatState', {})).jobs).toMatchObject([{ phase: 'ready' }])
    expect(await cacheOf('tables')).toMatchObject({ state: 'warm', fetch: null })
    await expectNothingLeft(world, endpoint)
  })

  test('without a way to the index it says so, at once and without a container, and asks again later', async () => {
    await world.write({ 'far/main.py': '', 'far/requirements.txt': 'idna==3.10\n', 'far/pipeline.json': JSON.stringify({ default_env: { UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple' } }) })
    expect(await countWork(() => ask(['far']))).toBe(0)
    expect((await cacheOf('far')).fetch).toMatchObject({ count: 0, problem: expect.stringContaining('127.0.0.1:9 cannot be reached') as string })
  })
})
