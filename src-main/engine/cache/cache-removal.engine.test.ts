/** Removal from a real cache, on real packages: what is previewed goes, nothing else, and nothing that is called warm lies afterwards. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiInput, ApiOutput } from '@shared/contract'
import type { CacheRemoval } from '@shared/contract/cache'
import { expectNothingLeft } from '../testing/aftermath'
import { describeWithEngine, testEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

/** `endpoint` null: the cache of runs on this computer. */
function removalFrom(endpoint: string | null, image: string): void {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.write({
      'api/main.py': 'import requests\n', 'api/requirements.txt': 'requests==2.32.3\n',
      'six/main.py': 'import six\nprint("six", six.__version__)\n', 'six/requirements.txt': 'six==1.16.0\n',
      'old/main.py': 'import six\n', 'old/requirements.txt': 'six==1.15.0\ncolorama==0.4.6\n',
    })
    await world.api('cache.preheat', { pipelines: null })
    await world.engine.cache.preheat.idle()
  })
  afterAll(() => world.close())

  const stateOf = async (name: string): Promise<string | undefined> => (await world.api('pipelines.list', {})).pipelines.find((pipeline) => pipeline.name === name)?.cache.state
  const held = async (): Promise<string[]> => (await world.api('cache.content', {})).packages.map(({ name, version }) => `${name} ${version}`)
  const preview = (choice: Partial<ApiInput<'cache.previewRemoval'>>): Promise<CacheRemoval> => world.api('cache.previewRemoval', { packages: [], unused: false, leftovers: false, ...choice })
  const names = ({ items }: CacheRemoval, kind: CacheRemoval['items'][number]['kind']): string[] => items.flatMap((item) => (item.kind === kind ? [item.name] : []))
  const remove = ({ id }: CacheRemoval): Promise<ApiOutput<'cache.remove'>> => world.api('cache.remove', { id })

  test('a look names packages, their environments and bytes, says who is affected, and removes nothing', async () => {
    const before = await held()
    const look = await preview({ packages: [{ name: 'six', version: '1.16.0' }] })
    expect(names(look, 'package')).toEqual(['six 1.16.0'])
    expect(look.items.find(({ kind }) => kind === 'environment')?.packages).toEqual(['six 1.16.0'])
    expect(look).toMatchObject({ affected: ['six'], unknown: [], inUseBy: { runs: [], isPreheating: false } })
    expect(look.bytes).toBeGreaterThan(30_000)
    expect(look.bytes).toBe(look.items.reduce((sum, { bytes }) => sum + bytes, 0))
    expect(await held()).toEqual(before)
  })

  test('what was previewed goes; its pipeline is cold at once, the others stay warm, and as much is free as was promised', async () => {
    const bytesBefore = (await world.api('cache.content', {})).cacheBytes
    const look = await preview({ packages: [{ name: 'six', version: '1.16.0' }] })
    const removed = await remove(look)
    expect(removed).toEqual({ freedBytes: look.bytes, count: look.items.length, kept: [] })
    expect(await stateOf('six')).toBe('stale')
    expect([await stateOf('api'), await stateOf('old')]).toEqual(['warm', 'warm'])
    expect(await held()).not.toContain('six 1.16.0')
    expect(await held()).toContain('six 1.15.0')
    const bytesAfter = (await world.api('cache.content', {})).cacheBytes
    expect(bytesBefore - bytesAfter).toBe(removed.freedBytes)
    // A look must not have made it warm again.
    expect(await stateOf('six')).toBe('stale')
    expect((await world.run('old')).run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
    const { run, text } = await world.run('six')
    expect(run).toMatchObject({ outcome: 'succeeded', ranOffline: false })
    expect(text).toContain('six 1.16.0')
  })

  test('a look that another one has followed counts no more', async () => {
    const first = await preview({ unused: true })
    await preview({ unused: true })
    await expect(remove(first)).rejects.toMatchObject({ code: 'cache/preview-outdated' })
  })

  test('unused is what no pipeline takes; a set-up of before that needs it is not warm any more', async () => {
    await world.write({ 'old/requirements.txt': 'six==1.16.0\n' })
    await world.api('cache.preheat', { pipelines: ['old'] })
    await world.engine.cache.preheat.idle()
    const look = await preview({ unused: true })
    expect(names(look, 'package')).toEqual(['colorama 0.4.6', 'six 1.15.0'])
    expect(look.affected).toEqual([])
    await remove(look)
    expect(await held()).not.toContain('colorama 0.4.6')
    expect([await stateOf('api'), await stateOf('six'), await stateOf('old')]).toEqual(['warm', 'warm', 'warm'])
    await world.write({ 'old/requirements.txt': 'six==1.15.0\ncolorama==0.4.6\n' })
    expect(await stateOf('old')).toBe('stale')
    await world.write({ 'old/requirements.txt': 'six==1.16.0\n' })
    expect(await stateOf('old')).toBe('warm')
    expect(names(await preview({ unused: true, leftovers: true }), 'package')).toEqual([])
  })

  test('what is preheated while a removal waits for it is not called warm afterwards unless it is there', async () => {
    const look = await preview({ packages: [{ name: 'six', version: '1.16.0' }] })
    const removing = remove(look).catch((error: unknown) => error)
    await world.api('cache.preheat', { pipelines: ['six'] })
    await Promise.all([removing, world.engine.cache.preheat.idle()])
    const isThere = (await held()).includes('six 1.16.0')
    expect(await stateOf('six')).toBe(isThere ? 'warm' : 'stale')
    await world.api('cache.preheat', { pipelines: null })
    await world.engine.cache.preheat.idle()
  })

  test('while a run works in the cache nothing is removed, and the error names it; then it is', async () => {
    await world.write({ 'sleeper/main.py': 'import time\nprint("up", flush=True)\ntime.sleep(300)\n' })
    const look = await preview({ packages: [{ name: 'requests', version: '2.32.3' }] })
    expect(look.affected).toEqual(['api'])
    const { id } = await world.start('sleeper')
    await world.untilLog(id, 'up')
    expect((await preview({ unused: true })).inUseBy).toEqual({ runs: ['sleeper'], isPreheating: false })
    const again = await preview({ packages: [{ name: 'requests', version: '2.32.3' }] })
    await expect(remove(again)).rejects.toMatchObject({ code: 'cache/in-use', details: { users: 'the run of sleeper' } })
    expect(await stateOf('api')).toBe('warm')
    await world.api('runs.stop', { runId: id })
    await world.untilPhase(id, 'finished')
    expect((await remove(again)).count).toBe(again.items.length)
    expect(await stateOf('api')).toBe('stale')
    if (endpoint !== null) await expectNothingLeft(world, endpoint)
  })
}

describeWithEngine('removal from the volumes of a workspace', ({ endpoint, image }) => removalFrom(endpoint, image))

describe.skipIf(testEngine === null)('removal from the cache of this computer', () => removalFrom(null, testEngine?.image ?? ''))

describe.skipIf(testEngine === null)('what uv leaves behind', () => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint: null })
  })
  afterAll(() => world.close())

  test('is what `uv cache prune` throws away, but for the environments; and it goes', async () => {
    // From source: uv makes revisions of which it needs one.
    await world.write({ 'built/main.py': 'import docopt\n', 'built/requirements.txt': 'docopt==0.6.2\nsix==1.16.0\n' })
    await world.api('cache.preheat', { pipelines: ['built'] })
    await world.engine.cache.preheat.idle()
    const [cache] = (await world.api('cache.content', {})).where
    if (cache === undefined) throw new Error('no cache')
    for (const [path, text] of Object.entries({ 'wheels-v3/pypi/six/x': 'old', '.tmpABC/x': 'temporary', 'builds-v0/.tmpX/pyvenv.cfg': 'build', 'archive-v0/loose/x.py': 'loose', 'archive-v0/.tmpQ/x': 'half' })) {
      mkdirSync(dirname(join(cache, path)), { recursive: true })
      writeFileSync(join(cache, path), text)
    }
    const copy = `${cache}-copy`
    cpSync(cache, copy, { recursive: true, verbatimSymlinks: true })
    const uv = await world.engine.uv.require()
    const environments = new Set(readdirSync(join(copy, 'environments-v2'), { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isSymbolicLink() ? [basename(readlinkSync(join(entry.parentPath, entry.name)))] : [])))
    const { stderr } = spawnSync(uv.path, ['cache', 'prune', '-v', '--cache-dir', copy], { cwd: '/', encoding: 'utf8' })
    const thrown = [...stderr.matchAll(/Removing (?!cached environment).*: (.*)$/gm)].map(([, path]) => relative(copy, path ?? '')).filter((path) => !environments.has(basename(path)))

    const look = await world.api('cache.previewRemoval', { packages: [], unused: false, leftovers: true })
    expect(look.items.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual(thrown.map((path) => `leftover ${path}`).sort())
    expect(thrown).toContain('wheels-v3')
    expect(thrown.length).toBeGreaterThanOrEqual(5)
    const before = (await world.api('cache.content', {})).cacheBytes
    const { freedBytes } = await world.api('cache.remove', { id: look.id })
    expect(before - (await world.api('cache.content', {})).cacheBytes).toBe(freedBytes)
    expect((await world.api('pipelines.list', {})).pipelines.find(({ name }) => name === 'built')?.cache.state).toBe('warm')
    expect((await world.run('built', { env: { UV_OFFLINE: '1' } })).run.outcome).toBe('succeeded')
  })
})
