/** Pythons of a workspace with the real engine and uv: seen, installed from a mirror on this computer, used without a network, removed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PythonsState } from '@shared/contract/pythons'
import { expectNothingLeft } from '../testing/aftermath'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { startPythonMirror, type PythonMirror } from '../testing/python-mirror'

const askPrefix = 'import sys\nprint("prefix", sys.base_prefix)\nprint("version", "%d.%d.%d" % sys.version_info[:3])\nimport six\n'

describeWithEngine('Pythons of a workspace', ({ endpoint, image }) => {
  let world: EngineWorld
  let mirror: PythonMirror
  beforeAll(async () => {
    mirror = await startPythonMirror(endpoint, image)
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
  })
  afterAll(async () => {
    await world.close()
    await mirror.close()
  })

  const state = (): Promise<PythonsState> => world.api('pythons.state', {})
  const cacheOf = async (name: string) => (await world.api('pipelines.list', {})).pipelines.find((pipeline) => pipeline.name === name)?.cache
  const install = async (version: string): Promise<PythonsState> => {
    await world.api('pythons.install', { version })
    await world.engine.cache.pythons.idle()
    return state()
  }
  const preheat = async (name: string): Promise<void> => {
    await world.api('cache.preheat', { pipelines: [name] })
    await world.engine.cache.preheat.idle()
  }

  test('before anything ran nobody looked; a look tells the image’s own, who uses it, and what is missing', async () => {
    await world.write({ 'demo/main.py': askPrefix, 'demo/requirements.txt': 'six==1.17.0\n', 'newer/main.py': '', 'newer/pipeline.json': '{"python_version":"3.99"}' })
    expect(await world.api('pythons.look', {})).toMatchObject({ lookedAtMs: null, installed: [], system: [], missing: [] })
    await preheat('demo')
    expect(await cacheOf('demo')).toMatchObject({ message: null, state: 'warm' })
    const looked = await world.api('pythons.look', {})
    expect(looked).toMatchObject({ installed: [], system: [{ version: mirror.version, usedBy: ['demo', 'first'] }], missing: [{ version: '3.99', usedBy: ['newer'] }], lookedAtMs: expect.any(Number) as number })
    await expectNothingLeft(world, endpoint)
  })

  test('one that cannot be had is told in words with the next step, and the log has uv’s', async () => {
    await world.api('settings.update', { patch: { pythonDownloadsUrl: mirror.listUrl } })
    expect((await install('3.99')).work).toMatchObject({ phase: 'failed', message: expect.stringMatching(/knows no Python 3\.99 .*settings/) as string })
    expect((await world.api('pythons.log', {})).text).toContain('No download found')
    await world.api('settings.update', { patch: { pythonDownloadsUrl: mirror.listUrl.replace('list.json', 'nothing.json') } })
    expect((await install('3.99')).work?.message).toMatch(/list of Python downloads could not be read from [\d.]+:\d+: it answers 404.*Correct/)
  })

  test('a mirror that is set, but empty, is named with its answer', async () => {
    await world.api('settings.update', { patch: { pythonDownloadsUrl: '', pythonMirror: mirror.listUrl.replace('/list.json', '/releases') } })
    expect((await install(mirror.version.replace(/\.\d+$/, ''))).work?.message).toMatch(/could not be fetched from [\d.]+:\d+: it answers 404.*set a mirror/)
    expect(mirror.asked.some((path) => path.startsWith('/releases/'))).toBe(true)
  })

  test('it is installed from the list of downloads, and a cancelled one leaves nothing and can be repeated', async () => {
    await world.api('settings.update', { patch: { pythonDownloadsUrl: mirror.listUrl, pythonMirror: '' } })
    mirror.hold()
    const before = mirror.asked.length
    await world.api('pythons.install', { version: mirror.version })
    await expect(world.api('pythons.install', { version: '3.12' })).rejects.toMatchObject({ code: 'cache/busy' })
    await expect.poll(() => mirror.asked.slice(before).some((path) => path.endsWith('.tar.gz')), { timeout: 30_000 }).toBe(true)
    expect((await world.api('pythons.cancelInstall', {})).work).toMatchObject({ phase: 'cancelled' })
    await world.engine.cache.pythons.idle()
    mirror.release()
    await expectNothingLeft(world, endpoint)
    const { work, installed, system } = await install(mirror.version)
    expect(work).toMatchObject({ phase: 'done', message: null })
    // uv takes an installed one before the image's.
    expect(installed).toMatchObject([{ version: mirror.version, usedBy: ['demo', 'first'] }])
    expect(installed[0]?.bytes).toBeGreaterThan(10_000_000)
    expect(system).toMatchObject([{ version: mirror.version, usedBy: [] }])
  })

  test('installing and preheating at once: one waits for the other', async () => {
    await world.write({ 'other/main.py': 'import colorama\n', 'other/requirements.txt': 'colorama==0.4.6\n' })
    await world.api('cache.preheat', { pipelines: ['other'] })
    expect((await world.api('pythons.install', { version: mirror.version })).work).toMatchObject({ phase: 'waiting' })
    await Promise.all([world.engine.cache.preheat.idle(), world.engine.cache.pythons.idle()])
    expect((await world.api('cache.preheatState', {})).jobs).toMatchObject([{ pipeline: 'other', phase: 'ready' }])
    expect((await state()).work).toMatchObject({ phase: 'done' })
    await expectNothingLeft(world, endpoint)
  })

  test('a pipeline runs with the installed one and no network, mirror or not', async () => {
    await world.write({ 'demo/requirements.txt': '# with the installed one\nsix==1.17.0\n' })
    await preheat('demo')
    const asked = mirror.asked.length
    const { run, text } = await world.run('demo')
    expect(run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
    expect(text).toContain('prefix /cache/uv_python/')
    expect(text).toContain(`version ${mirror.version}`)
    expect(mirror.asked.length).toBe(asked)
  })

  test('removing is refused while a run is under way; afterwards nothing is falsely warm, and a look finds what still starts', async () => {
    await world.write({ 'long/main.py': 'import time\ntime.sleep(600)\n' })
    const folder = (await state()).installed[0]?.folder ?? ''
    const { id } = await world.start('long')
    await expect(world.api('pythons.remove', { folder })).rejects.toMatchObject({ code: 'cache/busy' })
    await world.api('runs.stop', { runId: id })
    await world.untilPhase(id, 'finished')
    expect(await cacheOf('demo')).toMatchObject({ state: 'warm' })
    expect(await world.api('pythons.remove', { folder })).toMatchObject({ installed: [], system: [{ usedBy: expect.arrayContaining(['demo']) as string[] }] })
    expect(await cacheOf('demo')).toMatchObject({ state: 'stale', reason: 'python-removed' })
    await expect(world.api('pythons.remove', { folder })).rejects.toMatchObject({ code: 'cache/unreadable' })
    await world.api('cache.content', {})
    // What the image brings takes its place, and the packages are all there.
    expect(await cacheOf('demo')).toMatchObject({ state: 'warm' })
    const { run, text } = await world.run('demo')
    expect(run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
    expect(text).toContain('prefix /usr')
    await expectNothingLeft(world, endpoint)
  })
})
