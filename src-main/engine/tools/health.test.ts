import { describe, expect, test } from 'vitest'
import type { EngineStatus, ToolHealth, WorkerImageStatus } from '@shared/contract/tools'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { checkHealth, isFixedGit, type HealthInput } from './health'

const ready: EngineStatus = { state: 'ready', endpoint: 'unix:///e.sock', version: '29', architecture: 'amd64', reason: null, probes: [], rev: 1 }
const unavailable: EngineStatus = { ...ready, state: 'unavailable', endpoint: null, reason: 'Start Docker.' }
const image: WorkerImageStatus = { reference: 'worker:1', state: 'present', digest: 'sha256:0123456789abcdef', receivedBytes: 0, totalBytes: 0, error: null, rev: 1 }
const network = { caBundleFile: null, caSource: null, proxyEnv: {}, pythonEnv: {}, problem: null }

async function healthOf(id: ToolHealth['id'], change: Partial<HealthInput> = {}): Promise<ToolHealth | undefined> {
  const all = await checkHealth({
    engine: async () => ready,
    refusedCalls: async () => null,
    workerImage: async () => image,
    uv: async () => null,
    network: async () => network,
    env: process.env,
    userDataDir: makeTemporaryWorkspace(),
    settingsProblems: () => [],
    damagedDatabase: null,
    databaseHasWal: true,
    ...change,
  })
  expect(all.map((health) => health.id).filter((found) => found !== 'engine-proxy')).toEqual(['engine', 'worker-image', 'uv', 'git', 'disk', 'certificates', 'proxy', 'user-data'])
  return all.find((health) => health.id === id)
}

describe('the doctor', () => {
  test('names the engine, or why none answers', async () => {
    expect(await healthOf('engine')).toMatchObject({ state: 'ok', detail: 'Engine 29 (amd64) at unix:///e.sock' })
    expect(await healthOf('engine', { engine: async () => unavailable })).toMatchObject({ state: 'warning', hint: 'Start Docker.', action: 'recheck' })
  })

  test.each([
    [{ state: 'present' }, { state: 'ok', detail: 'worker:1 sha256:0123456789ab', action: null }],
    [{ state: 'pulling' }, { state: 'warning', action: null }],
    [{ state: 'absent' }, { state: 'warning', action: 'pull-image' }],
    [{ state: 'failed', error: 'no network' }, { state: 'missing', detail: 'no network', action: 'pull-image' }],
  ] as const)('says of a worker image %j what to do', async (status, expected) => {
    expect(await healthOf('worker-image', { workerImage: async () => ({ ...image, ...status }) })).toMatchObject(expected)
  })

  test('lists what a proxy before the engine refuses, and what to set there', async () => {
    const start = { call: 'POST /containers/{id}/start', switches: 'CONTAINERS=1 POST=1', isNeeded: true }
    const volume = { call: 'GET /volumes/{name}', switches: 'VOLUMES=1', isNeeded: true }
    const info = { call: 'GET /info', switches: 'INFO=1', isNeeded: false }
    expect(await healthOf('engine-proxy')).toBeUndefined()
    expect(await healthOf('engine-proxy', { refusedCalls: async () => [] })).toMatchObject({ state: 'ok', hint: null })
    expect(await healthOf('engine-proxy', { refusedCalls: async () => [info] })).toMatchObject({ state: 'ok', detail: 'It refuses: GET /info.', hint: expect.stringContaining('INFO=1') as string })
    expect(await healthOf('engine-proxy', { refusedCalls: async () => [info, start, volume] })).toMatchObject({
      state: 'missing',
      detail: 'It refuses: GET /info, POST /containers/{id}/start, GET /volumes/{name}.',
      hint: expect.stringContaining('set CONTAINERS=1 POST=1 VOLUMES=1 at') as string,
    })
  })

  test('does not ask for the image while no engine answers', async () => {
    const workerImage = (): Promise<WorkerImageStatus> => Promise.reject(new Error('asked'))
    expect(await healthOf('worker-image', { engine: async () => unavailable, workerImage })).toMatchObject({ state: 'warning', action: null })
  })

  test('misses uv only where runs need it', async () => {
    expect(await healthOf('uv')).toMatchObject({ state: 'ok', hint: null })
    expect(await healthOf('uv', { engine: async () => unavailable })).toMatchObject({ state: 'missing', action: 'fetch-uv' })
    expect(await healthOf('uv', { uv: async () => ({ path: '/bin/uv', version: '0.9.9', source: 'path' }) })).toMatchObject({ state: 'ok', detail: 'uv 0.9.9 at /bin/uv' })
  })

  test.each([['2.39.5', false], ['2.43.6', false], ['2.43.7', true], ['2.44.3', false], ['2.45.4', true], ['2.46.4.windows.1', true], ['2.47.2', false], ['2.48.2', true], ['2.49.0', false], ['2.49.1', true], ['2.50.0', false], ['2.50.1', true], ['2.51.0', true], ['3.0.0', true], ['2.48.0-rc1', false], ['unknown', true]])('git %s has the corrections: %s', (version, isFixed) => expect(isFixedGit(version)).toBe(isFixed))

  test('finds git, and says when it is not there', async () => {
    const found = await healthOf('git')
    const version = /^git (\d\S+)/.exec(found?.detail ?? '')?.[1] ?? ''
    expect(found).toMatchObject(isFixedGit(version) ? { state: 'ok' } : { state: 'warning', hint: expect.stringContaining('Update git') as string })
    expect(await healthOf('git', { env: { PATH: makeTemporaryWorkspace() } })).toMatchObject({ state: 'warning', action: 'recheck' })
  })

  test('names a certificate file that cannot be used', async () => {
    expect(await healthOf('certificates', { network: async () => ({ ...network, problem: 'ca.pem holds no PEM certificate.' }) })).toMatchObject({ state: 'missing', detail: 'ca.pem holds no PEM certificate.' })
    expect(await healthOf('certificates', { network: async () => ({ ...network, caBundleFile: '/b', caSource: 'SSL_CERT_FILE' }) })).toMatchObject({ state: 'ok', detail: expect.stringContaining('SSL_CERT_FILE') as string })
  })

  test.each(['http://localhost:3128', 'http://me:hidden@127.0.0.1:3128', 'http://[::1]:3128'])('warns of the proxy %s, which a container does not reach', async (proxy) => {
    const health = await healthOf('proxy', { network: async () => ({ ...network, proxyEnv: { HTTPS_PROXY: proxy, https_proxy: proxy } }) })
    expect(health).toMatchObject({ state: 'warning', detail: 'HTTPS_PROXY names a proxy on this computer.', action: 'open-settings' })
  })

  test('names proxies, but never what they hold', async () => {
    const proxy = 'http://me:hidden@proxy:3128'
    expect(await healthOf('proxy', { network: async () => ({ ...network, proxyEnv: { HTTPS_PROXY: proxy, NO_PROXY: 'localhost' } }) })).toMatchObject({ state: 'ok', detail: 'Handed to every run: HTTPS_PROXY, NO_PROXY' })
  })

  test('tells of damaged settings and a damaged history', async () => {
    expect(await healthOf('user-data', { settingsProblems: () => ['bad line'] })).toMatchObject({ state: 'warning', detail: 'bad line', action: 'open-settings' })
    expect(await healthOf('user-data', { databaseHasWal: false })).toMatchObject({ state: 'warning', hint: expect.stringContaining('local disk') as string })
    expect(await healthOf('user-data', { damagedDatabase: 'history.bad' })).toMatchObject({ state: 'warning', detail: expect.stringContaining('history.bad') as string })
    expect(await healthOf('user-data')).toMatchObject({ state: 'ok' })
  })
})
