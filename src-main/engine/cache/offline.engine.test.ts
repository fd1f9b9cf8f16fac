/** Runs without a way to the index: what is in the cache starts, what is not is named at once (RELIABILITY.md D30). */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

const nowhere = JSON.stringify({ default_env: { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9' } })

describeWithEngine('without a way to the index', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.write({ 'there/main.py': 'import six\nprint("six", six.__version__)\n', 'there/requirements.txt': 'six==1.17.0\n' })
    expect((await world.run('there')).run.outcome).toBe('succeeded')
  })
  afterAll(() => world.close())

  test('the very first run shows what it made warm', async () => {
    // It made the cache, too, that it is warm in.
    await expect.poll(async () => (await world.api('pipelines.list', {})).pipelines.find(({ name }) => name === 'there')?.cache.state).toBe('warm')
  })

  test('D30: what was never run, but is all in the cache, runs within a second and says that it took the cache', async () => {
    await world.write({ 'also/main.py': 'import six\nprint("six", six.__version__)\n', 'also/requirements.txt': '# the same\nsix==1.17.0\n', 'also/pipeline.json': nowhere })
    const { run, text } = await world.run('also')
    expect(run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
    expect(text).toContain('six 1.17.0')
    expect(run.notices.map(({ message }) => message).join()).toContain('127.0.0.1:9 cannot be reached')
  })

  test('what is missing is named in less than two seconds', async () => {
    await world.write({ 'missing/main.py': 'import colorama\n', 'missing/requirements.txt': 'six==1.17.0\ncolorama==0.4.6\n', 'missing/pipeline.json': nowhere })
    const began = performance.now()
    const { run } = await world.run('missing')
    expect(performance.now() - began).toBeLessThan(2000)
    expect(run).toMatchObject({ outcome: 'setup-failed', setupFault: 'network' })
    expect(run.reason).toContain('colorama')
  })

  test('a Python that is missing is named, too', async () => {
    await world.write({ 'python/main.py': 'print(1)\n', 'python/pipeline.json': JSON.stringify({ python_version: '3.13', default_env: { HTTPS_PROXY: 'http://127.0.0.1:9' } }) })
    const { run } = await world.run('python')
    expect(run).toMatchObject({ outcome: 'setup-failed' })
    expect(run.reason).toContain('3.13')
  })
})
