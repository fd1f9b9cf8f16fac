import { createServer, type AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createIndexReach } from './index-reach'

const servers: ReturnType<typeof createServer>[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close()))

async function listening(): Promise<number> {
  const server = createServer((connection) => connection.destroy())
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const closed = 'http://127.0.0.1:9'

test('the index of the run is tried, or the proxy before it', async () => {
  const port = await listening()
  const reach = createIndexReach(() => 0)
  expect(await reach.unreachable({ UV_DEFAULT_INDEX: `http://127.0.0.1:${port}/simple` })).toBeNull()
  expect(await reach.unreachable({ UV_DEFAULT_INDEX: `${closed}/simple` })).toBe('127.0.0.1:9')
  expect(await reach.unreachable({ UV_INDEX_URL: `${closed}/simple` })).toBe('127.0.0.1:9')
  expect(await reach.unreachable({ UV_DEFAULT_INDEX: 'https://index.example/simple', HTTPS_PROXY: closed })).toBe('127.0.0.1:9')
  expect(await reach.unreachable({ UV_DEFAULT_INDEX: 'http://index.example/simple', ALL_PROXY: `http://127.0.0.1:${port}` })).toBeNull()
})

test('what cannot be tried counts as reached: uv itself will say', async () => {
  const reach = createIndexReach(() => 0)
  expect(await reach.unreachable({ UV_DEFAULT_INDEX: 'no address' })).toBeNull()
  expect(await reach.unreachable({ UV_DEFAULT_INDEX: 'file:///wheels' })).toBeNull()
  expect(await reach.unreachable({ HTTPS_PROXY: closed, NO_PROXY: 'index.example' })).toBeNull()
})

test('what was reached is tried again after a while only', async () => {
  const port = await listening()
  let now = 0
  const reach = createIndexReach(() => now)
  const env = { UV_DEFAULT_INDEX: `http://127.0.0.1:${port}/simple` }
  expect(await reach.unreachable(env)).toBeNull()
  await new Promise((end) => servers.pop()?.close(end))
  now = 10_000
  expect(await reach.unreachable(env)).toBeNull()
  now = 20_000
  expect(await reach.unreachable(env)).toBe(`127.0.0.1:${port}`)
})
