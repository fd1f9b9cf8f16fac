import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ApiInput, ApiRequest } from '@shared/contract'
import type { Api } from './api'
import { openEngineWorld, type EngineWorld } from './engine/testing/engine-world'

let world: EngineWorld
beforeAll(async () => {
  world = await openEngineWorld({ endpoint: null })
})
afterAll(() => world.close())

/** What the page sends is not trusted: it need not be what the types say. */
const ask = (name: unknown, input: unknown): ReturnType<Api> => world.api(name as ApiRequest, input as ApiInput<ApiRequest>)

describe('refused as input/invalid', () => {
  test.each<[unknown, unknown]>([
    ['runs.explode', {}],
    ['runs', {}],
    ['', {}],
    ['constructor', {}],
    ['__proto__.toString', {}],
    ['runs.constructor', {}],
    ['runs.__proto__', {}],
    ['runs.changed', {}],
    ['toString.call', {}],
    [undefined, {}],
    [null, {}],
    [5, {}],
    [10n, {}],
    [{ name: 'runs.list' }, {}],
    [['runs.list'], {}],
  ])('the request %s', async (name, input) => {
    await expect(ask(name, input)).rejects.toMatchObject({ code: 'input/invalid' })
  })

  test.each<[string, unknown, string]>([
    ['runs.list', undefined, ''],
    ['runs.list', null, ''],
    ['runs.list', 'x', ''],
    ['runs.list', [], ''],
    ['runs.list', { limit: 0 }, 'limit'],
    ['runs.list', { limit: 1001 }, 'limit'],
    ['runs.list', { limit: '5' }, 'limit'],
    ['runs.list', { more: 1 }, ''],
    ['runs.list', JSON.parse('{"__proto__": {"limit": 1}}'), ''],
    ['runs.get', { runId: '../../etc/passwd' }, 'runId'],
    ['runs.readLog', { runId: '0b9f9a55-0000-4000-8000-000000000001', fromByte: -1 }, 'fromByte'],
    ['runs.readLog', { runId: '0b9f9a55-0000-4000-8000-000000000001', fromByte: 0, maxBytes: 5_000_000 }, 'maxBytes'],
    ['runs.start', { pipeline: '' }, 'pipeline'],
    ['runs.start', { pipeline: 'first', env: { 'A=B': '1' } }, 'env.A=B'],
    ['runs.start', { pipeline: 'first', env: { A: 'x\0y' } }, 'env.A'],
    ['runs.start', { pipeline: 'first', env: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`V${i}`, ''])) }, 'env'],
    ['runs.start', { pipeline: 'first', runner: 'ssh' }, 'runner'],
    ['settings.update', { patch: { theme: 'pink' } }, 'patch.theme'],
    ['settings.update', { patch: { unknown: 1 } }, 'patch'],
    ['files.write', { pipeline: 'first', path: 'main.py', text: 5, expectedVersion: null }, 'text'],
  ])('%s with %j', async (name, input, field) => {
    await expect(ask(name, input)).rejects.toMatchObject({ code: 'input/invalid', details: { field } })
  })
})

describe('answered', () => {
  test('with defaults filled in', async () => {
    expect(await ask('runs.list', {})).toEqual({ runs: [] })
  })

  test('an AppError of the engine keeps its code and details', async () => {
    await expect(ask('runs.start', { pipeline: 'frist' })).rejects.toMatchObject({ code: 'pipeline/not-found', details: { pipeline: 'frist' }, message: expect.stringContaining('first') as string })
  })

  test('a key without a value changes nothing', async () => {
    const before = (await world.api('settings.get', {})).settings
    await ask('settings.update', { patch: { theme: undefined, language: 'de' } })
    expect((await world.api('settings.get', {})).settings).toEqual({ ...before, language: 'de' })
  })

  test('opening a folder answers when its pipelines are known', async () => {
    await world.api('workspace.open', { path: world.workspace })
    expect((await world.api('pipelines.list', {})).pipelines.map(({ name }) => name)).toEqual(['first'])
  })

  test('tools.check looks at every tool', async () => {
    const { tools } = await world.api('tools.check', {})
    expect(tools.map(({ id }) => id)).toEqual(['engine', 'worker-image', 'uv', 'git', 'disk', 'certificates', 'proxy', 'user-data'])
    expect(tools.find(({ id }) => id === 'engine')).toMatchObject({ state: 'warning', action: 'recheck', hint: expect.any(String) as string })
  })
})
