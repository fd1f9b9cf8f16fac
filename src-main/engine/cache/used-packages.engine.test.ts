/** What a pipeline uses is known also where nothing was preheated, and what is not known is called unused by nobody. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CacheRemoval } from '@shared/contract/cache'
import { expectNothingLeft } from '../testing/aftermath'
import { describeWithEngine, testEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

/** `endpoint` null: the cache of runs on this computer. */
function usedIn(endpoint: string | null, image: string): void {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
  })
  afterAll(() => world.close())

  const users = async (name: string): Promise<Record<string, string[]>> =>
    Object.fromEntries((await world.api('cache.content', {})).packages.flatMap((found) => (found.name === name ? [[found.version, found.usedBy]] : [])))
  const preview = (): Promise<CacheRemoval> => world.api('cache.previewRemoval', { packages: [], unused: true, leftovers: false })
  const unused = async (): Promise<string[]> => (await preview()).items.flatMap(({ kind, name }) => (kind === 'package' ? [name] : []))
  async function preheat(name: string): Promise<void> {
    await world.api('cache.preheat', { pipelines: [name] })
    await world.engine.cache.preheat.idle()
    expect((await world.api('cache.preheatState', {})).jobs).toMatchObject([{ phase: 'ready' }])
  }

  test('what a run fetched is used by its pipeline, and is not unused, with and without a look before', async () => {
    await world.write({ 'six/main.py': 'import six\nprint("six", six.__version__)\n', 'six/requirements.txt': 'six==1.16.0\n' })
    expect((await world.run('six')).run.outcome).toBe('succeeded')
    expect(await unused()).toEqual([])
    expect(await users('six')).toEqual({ '1.16.0': ['six'] })
    expect((await world.api('cache.content', {})).unknown).toEqual([])
  })

  test('a run after an edit uses the new version at the next look; the old one is unused', async () => {
    await world.write({ 'six/requirements.txt': 'six==1.14.0\n' })
    expect((await world.run('six')).run.outcome).toBe('succeeded')
    expect(await users('six')).toEqual({ '1.14.0': ['six'], '1.16.0': [] })
    expect(await unused()).toEqual(['six 1.16.0'])
  })

  test('so it is after an edit and a preheating; until then the old one is used still', async () => {
    await world.write({ 'six/requirements.txt': 'six==1.15.0\n' })
    expect((await users('six'))['1.14.0']).toEqual(['six'])
    await preheat('six')
    expect(await users('six')).toEqual({ '1.14.0': [], '1.15.0': ['six'], '1.16.0': [] })
    expect(await unused()).toEqual(['six 1.14.0', 'six 1.16.0'])
  })

  test('while it is not known what a warm pipeline takes from its own folder nothing is unused; a preheating finds it out', async () => {
    const pins = endpoint === null ? `${world.workspace}/own/lib` : '/app/lib'
    await world.write({
      'own/main.py': 'import own_code, idna\nprint(own_code.word)\n', 'own/requirements.txt': `-e ${pins}\n`,
      'own/lib/pyproject.toml': '[project]\nname = "own-code"\nversion = "1.0"\ndependencies = ["idna==3.10"]\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\npy-modules = ["own_code"]\n', 'own/lib/own_code.py': 'word = "own"\n',
    })
    expect((await world.run('own')).run.outcome).toBe('succeeded')
    expect((await world.api('cache.content', {})).unknown).toEqual(['own'])
    expect(await preview()).toMatchObject({ items: [], unknown: ['own'] })
    await preheat('own')
    expect((await world.api('cache.content', {})).unknown).toEqual([])
    expect(await users('idna')).toEqual({ '3.10': ['own'] })
    const known = await preview()
    expect(known.unknown).toEqual([])
    expect(known.items.map(({ name }) => name)).toContain('six 1.16.0')
    expect(known.items.map(({ name }) => name)).not.toContain('idna 3.10')
    if (endpoint !== null) await expectNothingLeft(world, endpoint)
  })

  test('a run that asks the index may take something newer than was known', async () => {
    await world.write({ 'words/main.py': 'import idna\nprint("idna", idna.__version__)\n', 'words/requirements.txt': 'idna==3.10\n' })
    await preheat('words')
    await world.api('settings.update', { patch: { askIndexEveryRun: true } })
    expect((await world.run('words')).run).toMatchObject({ outcome: 'succeeded', ranOffline: false })
    expect(await users('idna')).toEqual({ '3.10': ['own', 'words'] })
  })
}

describeWithEngine('what is used in the volumes of a workspace', ({ endpoint, image }) => usedIn(endpoint, image))

describe.skipIf(testEngine === null)('what is used in the cache of this computer', () => usedIn(null, testEngine?.image ?? ''))
