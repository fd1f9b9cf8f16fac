import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { userCacheFolder } from './cache-folder.mjs'
import { callEngine, connectionOf, usualEndpoints, whyEngineIsSilent } from './engine-api.mjs'
import { planNetwork } from './engine-network.mjs'

test('an endpoint is a socket, a pipe or an address', () => {
  expect(connectionOf('unix:///run/docker.sock')).toEqual({ socketPath: '/run/docker.sock' })
  expect(connectionOf('npipe:////./pipe/docker_engine')).toEqual({ socketPath: '\\\\.\\pipe\\docker_engine' })
  expect(connectionOf('tcp://127.0.0.1:2376')).toEqual({ host: '127.0.0.1', port: '2376' })
  expect(connectionOf('http://engine')).toEqual({ host: 'engine', port: '2375' })
  expect(() => connectionOf('ssh://me@host')).toThrow('ssh://me@host')
})

test('a configured engine is the only one that is asked', () => {
  expect(usualEndpoints('linux', { DOCKER_HOST: 'unix:///mine' }, '/home/me')).toEqual(['unix:///mine'])
  expect(usualEndpoints('linux', { XDG_RUNTIME_DIR: '/run/user/7' }, '/home/me')).toContain('unix:///run/user/7/docker.sock')
  expect(usualEndpoints('darwin', {}, '/Users/me')).toContain('unix:///Users/me/.docker/run/docker.sock')
  expect(usualEndpoints('win32', {}, 'C:\\me')).toEqual(['npipe:////./pipe/docker_engine'])
})

test('an engine is asked over its socket, and why none answers is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ffd-api-'))
  const socketPath = join(folder, 'sock')
  const server = createServer((incoming, answer) => {
    incoming.resume().on('end', () => answer.writeHead(incoming.url === '/_ping' ? 200 : 404).end(`${incoming.method} ${incoming.url}`))
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  onTestFinished(() => {
    server.close()
    rmSync(folder, { recursive: true })
  })
  const endpoint = `unix://${socketPath}`
  expect(await whyEngineIsSilent(endpoint)).toBeNull()
  expect(await callEngine(endpoint, { method: 'POST', path: '/x', json: {} })).toEqual({ status: 404, body: 'POST /x' })
  expect(await whyEngineIsSilent(`unix://${folder}/nobody`)).toContain('ENOENT')
})

test('the test engine takes a network that no route knows, and a bridge name that the kernel takes', () => {
  const plan = planNetwork('0af1b2c3', 'default via 192.0.2.1 dev eth0\n10.197.10.0/24 dev ffd-x\n')
  expect(plan).toEqual({ bridge: 'ffd-0af1b2c3', subnet: '10.197.11.0/24', gateway: '10.197.11.1' })
  expect(plan.bridge.length).toBeLessThanOrEqual(15)
  const all = Array.from({ length: 256 }, (_, index) => `10.197.${index}.0/24`).join('\n')
  expect(() => planNetwork('0af1b2c3', all)).toThrow('No free network')
})

test('caches are where the platform keeps them', () => {
  expect(userCacheFolder('linux', {}, '/home/me')).toBe('/home/me/.cache')
  expect(userCacheFolder('linux', { XDG_CACHE_HOME: '/cache' }, '/home/me')).toBe('/cache')
  expect(userCacheFolder('linux', { XDG_CACHE_HOME: '' }, '/home/me')).toBe('/home/me/.cache')
  expect(userCacheFolder('darwin', {}, '/Users/me')).toBe('/Users/me/Library/Caches')
})
