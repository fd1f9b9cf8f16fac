/** Variables for uv that are secrets: preheating takes what the run takes, and tells none of it. */
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

describeWithEngine('secret variables for uv', ({ endpoint, image }) => {
  let world: EngineWorld
  beforeAll(async () => {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    await world.api('secrets.setEncryptionKey', { key: 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=' })
  })
  afterAll(() => world.close())

  const cacheOf = async (name: string) => (await world.api('pipelines.list', {})).pipelines.find((pipeline) => pipeline.name === name)?.cache
  const preheat = async (name: string): Promise<void> => {
    await world.api('cache.preheat', { pipelines: [name] })
    await world.engine.cache.preheat.idle()
  }

  test('what was preheated with them is what the run finds; another value is another set-up', async () => {
    const { token } = await world.api('secrets.encrypt', { value: 'unsafe-best-match' })
    await world.api('secrets.set', { name: 'UV_PRERELEASE', value: 'if-necessary' })
    await world.write({ 'demo/main.py': 'import six\n', 'demo/requirements.txt': 'six==1.17.0\n', 'demo/pipeline.json': JSON.stringify({ encrypted_env: { UV_INDEX_STRATEGY: token }, secrets: ['UV_PRERELEASE'] }) })
    await preheat('demo')
    expect(await cacheOf('demo')).toMatchObject({ state: 'warm' })
    expect((await world.run('demo')).run).toMatchObject({ outcome: 'succeeded', ranOffline: true })
    await world.api('secrets.set', { name: 'UV_PRERELEASE', value: 'allow' })
    expect(await cacheOf('demo')).toMatchObject({ state: 'stale', reason: 'index-changed' })
    await world.api('secrets.set', { name: 'UV_PRERELEASE', value: 'if-necessary' })
    expect(await cacheOf('demo')).toMatchObject({ state: 'warm' })
  })

  test('their values are in no log, no message and no file of the profile', async () => {
    const { token } = await world.api('secrets.encrypt', { value: 'http://127.0.0.1:9/hidden-word/simple' })
    await world.write({ 'masked/main.py': '', 'masked/requirements.txt': 'six==1.16.0\n', 'masked/pipeline.json': JSON.stringify({ encrypted_env: { UV_DEFAULT_INDEX: token } }) })
    await preheat('masked')
    const { message, state } = (await cacheOf('masked')) ?? {}
    const { text } = await world.api('cache.preheatLog', { pipeline: 'masked' })
    expect(state).toBe('failed')
    expect(message).toContain('***/six/')
    expect(message + text + JSON.stringify(await world.api('cache.preheatState', {}))).not.toContain('hidden-word')
    const files = [world.engine.layout.databaseFile, `${world.engine.layout.databaseFile}-wal`].filter((file) => existsSync(file))
    expect(files.map((file) => readFileSync(file).includes('hidden-word'))).not.toContain(true)
    expect(files.length).toBeGreaterThan(0)
  })
})
