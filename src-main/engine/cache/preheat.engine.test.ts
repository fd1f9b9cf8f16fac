/** Preheating with the real engine, uv and index: what is called warm starts without a network. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PreheatState } from '@shared/contract/cache'
import type { PipelineCache } from '@shared/contract/pipelines'
import { expectNothingLeft } from '../testing/aftermath'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

const requests = 'import requests\nprint("requests", requests.__version__)\n'

describeWithEngine('preheating', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
  })
  afterAll(() => world.close())

  const cacheOf = async (name: string): Promise<PipelineCache | undefined> => (await world.api('pipelines.list', {})).pipelines.find((pipeline) => pipeline.name === name)?.cache

  async function preheat(pipelines: string[] | null): Promise<{ end: PreheatState; phases: string[] }> {
    const phases: string[] = []
    const over = world.engine.events.on('cache.preheatChanged', ({ jobs }) => {
      for (const { pipeline, phase } of jobs) if (phases.at(-1) !== `${pipeline} ${phase}`) phases.push(`${pipeline} ${phase}`)
    })
    await world.api('cache.preheat', { pipelines })
    await world.engine.cache.preheat.idle()
    over()
    return { end: await world.api('cache.preheatState', {}), phases }
  }

  /** Its image and volumes, and no network at all. */
  async function runsWithoutNetwork(pipeline: string): Promise<{ outcome: string | null; text: string; ranOffline: boolean | null }> {
    const { id } = await world.start(pipeline)
    const cut = (async () => {
      for (;;) {
        const filters = encodeURIComponent(JSON.stringify({ label: [`io.fastflow.desktop.run-id=${id}`] }))
        const [container] = (await askEngine(endpoint, 'GET', `/containers/json?all=1&filters=${filters}`)).json as { Id: string }[]
        if (container && (await askEngine(endpoint, 'POST', '/networks/bridge/disconnect', { Container: container.Id, Force: true })).status === 200) return
        await new Promise((next) => setTimeout(next, 2))
      }
    })()
    const run = await world.untilPhase(id, 'finished')
    await Promise.race([cut, new Promise((next) => setTimeout(next, 1000))])
    const { bytes } = await world.api('runs.readLog', { runId: id, fromByte: 0 })
    return { outcome: run.outcome, text: Buffer.from(bytes).toString(), ranOffline: run.ranOffline }
  }

  test('makes cold pipelines warm, several at a time, and one that fails stops no other', async () => {
    await world.write({
      'api/main.py': requests, 'api/requirements.txt': 'requests==2.32.3\n',
      'same/main.py': requests, 'same/requirements.txt': 'requests==2.32.3\n',
      'included/main.py': 'import six\nprint("six", six.__version__)\n', 'included/requirements.txt': '-r pins/base.txt\n', 'included/pins/base.txt': 'six==1.16.0\n',
      'own/main.py': 'import own_code\nprint(own_code.word)\n', // uv takes a relative path from its working directory, which is not the pipeline's folder: neither here nor on the server.
      'own/requirements.txt': '-e /app/lib\n',
      'own/lib/pyproject.toml': '[project]\nname = "own-code"\nversion = "1.0"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\npy-modules = ["own_code"]\n', 'own/lib/own_code.py': 'word = "own"\n',
      'wrong/main.py': 'print(1)\n', 'wrong/requirements.txt': 'no-such-package-xyz-123456\n',
    })
    expect(await cacheOf('api')).toMatchObject({ state: 'cold' })
    const { end, phases } = await preheat(null)
    expect(Object.fromEntries(end.jobs.map(({ pipeline, phase }) => [pipeline, phase]))).toEqual({ api: 'ready', same: 'ready', included: 'ready', first: 'ready', wrong: 'failed', own: 'ready' })
    expect(end.isRunning).toBe(false)
    expect(phases).toContain('api resolving')
    const api = end.jobs.find(({ pipeline }) => pipeline === 'api')
    expect(api).toMatchObject({ done: 5, total: 5 })
    expect(await cacheOf('api')).toMatchObject({ state: 'warm', startsOffline: true })
    expect(await cacheOf('wrong')).toMatchObject({ state: 'failed', message: expect.stringContaining('no-such-package-xyz-123456') as string })
    expect((await world.api('cache.preheatLog', { pipeline: 'wrong' })).text).toContain('uv pip compile')
    await expectNothingLeft(world, endpoint)
  })

  describe.each(['api', 'same', 'included', 'own'])('%s, which is warm,', (name) => {
    test('runs with the network cut off, at the first try', async () => {
      expect(await runsWithoutNetwork(name)).toMatchObject({ outcome: 'succeeded', ranOffline: true })
    })
  })

  test('the content names packages with size and users, and Pythons', async () => {
    const content = await world.api('cache.content', {})
    expect(content.packages.find((found) => found.name === 'requests')).toMatchObject({ version: '2.32.3', usedBy: ['api', 'same'] })
    expect(content.packages.find((found) => found.name === 'six')).toMatchObject({ usedBy: ['included'] })
    expect(content.cacheBytes).toBeGreaterThan(100_000)
    await expectNothingLeft(world, endpoint)
  })

  test('an edit makes it stale with the reason and what is missing; changed back it is warm at once', async () => {
    await world.write({ 'api/requirements.txt': 'requests==2.32.3\ncolorama==0.4.6\n' })
    expect(await cacheOf('api')).toMatchObject({ state: 'stale', reason: 'requirements-changed', missing: ['colorama'] })
    await world.write({ 'api/requirements.txt': 'requests==2.32.3\n' })
    expect(await cacheOf('api')).toMatchObject({ state: 'warm' })
  })

  test('a look finds that an edit needs nothing new', async () => {
    await world.write({ 'api/requirements.txt': '# the same\nrequests==2.32.3\n' })
    expect(await cacheOf('api')).toMatchObject({ state: 'stale' })
    await world.api('cache.content', {})
    expect(await cacheOf('api')).toMatchObject({ state: 'warm' })
  })

  test('a cancelled one says so, and what was fetched helps the next', async () => {
    await world.write({ 'big/main.py': 'import numpy\n', 'big/requirements.txt': 'numpy==2.3.3\nscipy==1.16.2\n' })
    await world.api('cache.preheat', { pipelines: ['big'] })
    await expect(world.api('cache.preheat', { pipelines: null })).rejects.toMatchObject({ code: 'cache/busy' })
    expect(await cacheOf('big')).toMatchObject({ state: 'warming' })
    await world.api('cache.cancelPreheat', {})
    await world.engine.cache.preheat.idle()
    expect((await world.api('cache.preheatState', {})).jobs).toMatchObject([{ pipeline: 'big', phase: 'cancelled' }])
    await expectNothingLeft(world, endpoint)
    const { end } = await preheat(['big'])
    expect(end.jobs).toMatchObject([{ phase: 'ready', done: 2, total: 2 }])
  })

  test('a cache that lost what it held is found out by the run, which fetches it again', async () => {
    await world.write({ 'lost/main.py': 'import six\nprint("six", six.__version__)\n', 'lost/requirements.txt': 'six==1.15.0\n' })
    await preheat(['lost'])
    const { json } = await askEngine(endpoint, 'GET', `/volumes?filters=${encodeURIComponent(JSON.stringify({ label: [`io.fastflow.desktop.owner=${world.owner}`] }))}`)
    const cache = (json as { Volumes: { Name: string }[] }).Volumes.find(({ Name }) => Name.startsWith('ffd-uvcache-'))?.Name
    const made = await askEngine(endpoint, 'POST', '/containers/create', { Image: image, Cmd: ['sh', '-c', 'rm -rf /cache/wheels-* /cache/archive-* /cache/environments-* /cache/simple-*'], User: '0:0', HostConfig: { Mounts: [{ Type: 'volume', Source: cache, Target: '/cache' }] } })
    const { Id } = made.json as { Id: string }
    await askEngine(endpoint, 'POST', `/containers/${Id}/start`)
    await askEngine(endpoint, 'POST', `/containers/${Id}/wait`)
    await askEngine(endpoint, 'DELETE', `/containers/${Id}?force=1`)
    const { run, text } = await world.run('lost')
    expect(run).toMatchObject({ outcome: 'succeeded', ranOffline: false })
    expect(text).toContain('six 1.15.0')
    expect(run.notices.map(({ message }) => message).join()).toContain('asked of the index again')
    await expectNothingLeft(world, endpoint)
  })

  test('with the setting every run asks the index', async () => {
    await world.api('settings.update', { patch: { askIndexEveryRun: true } })
    expect((await world.run('included')).run).toMatchObject({ outcome: 'succeeded', ranOffline: false })
    await world.api('settings.update', { patch: { askIndexEveryRun: false } })
    expect((await world.run('included')).run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
  })
})
