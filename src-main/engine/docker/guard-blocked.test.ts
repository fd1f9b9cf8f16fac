/** What is said where a proxy before the engine forbids a call. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { madeContainerId, ownContainerId, ownVolume } from '../testing/fake-engine'
import { createAtGuard, goodRun, sendToGuard, startGuardWorld, type GuardWorld } from '../testing/guard-world'
import { exchangeRaw, rawRequest } from '../testing/raw-http'
import { blockedMessage, callName, proxySwitches } from './guard-blocked'

it.each([
  ['GET', '/_ping', 'GET /_ping', 'PING=1'],
  ['GET', '/v1.41/version', 'GET /version', 'VERSION=1'],
  ['GET', '/info', 'GET /info', 'INFO=1'],
  ['GET', '/containers/json?all=1', 'GET /containers/json', 'CONTAINERS=1'],
  ['POST', '/containers/create?name=x', 'POST /containers/create', 'CONTAINERS=1 POST=1'],
  ['POST', `/v1.41/containers/${ownContainerId}/start`, 'POST /containers/{id}/start', 'CONTAINERS=1 POST=1'],
  ['DELETE', `/containers/${ownContainerId}?force=1`, 'DELETE /containers/{id}', 'CONTAINERS=1 POST=1'],
  ['GET', `/volumes/${ownVolume}`, 'GET /volumes/{name}', 'VOLUMES=1'],
  ['POST', '/volumes/create', 'POST /volumes/create', 'VOLUMES=1 POST=1'],
  ['GET', '/images/ghcr.io/acme/worker:1/json', 'GET /images/{name}/json', 'IMAGES=1'],
  ['POST', '/images/create?fromImage=x', 'POST /images/create', 'IMAGES=1 POST=1'],
  ['GET', '/system/df?type=volume', 'GET /system/df', 'SYSTEM=1'],
])('%s %s is called %s and allowed by %s', (method, path, name, switches) => {
  expect([callName(method, path), proxySwitches(method, path)]).toEqual([name, switches])
  expect(blockedMessage(method, path, '')).toBe(`The proxy before the container engine forbids ${name}. Set ${switches} there, then try again.`)
})

describe('at the guard', () => {
  let world: GuardWorld
  let forbidden: RegExp
  beforeEach(async () => {
    world = await startGuardWorld()
    world.engine.override = ({ url }, response) => {
      if (!forbidden.test(url)) return false
      response.writeHead(403, { 'Content-Type': 'text/html' }).end('<html><body><h1>403 Forbidden</h1></body></html>')
      return true
    }
  })
  afterEach(() => world.close())

  it.each([
    ['a question about a volume is not taken for a missing one', /volumes/, () => createAtGuard(world, goodRun(world)), 'GET /volumes/{name}. Set VOLUMES=1 '],
    ['a create', /create/, () => createAtGuard(world, goodRun(world)), 'POST /containers/create. Set CONTAINERS=1 POST=1 '],
    ['a call that is passed on', /start/, () => sendToGuard(world, 'POST', `/containers/${ownContainerId}/start`), 'POST /containers/{id}/start. Set CONTAINERS=1 POST=1 '],
    ['whose a container is', /containers/, () => sendToGuard(world, 'POST', `/containers/${madeContainerId}/start`), 'GET /containers/{id}/json. Set CONTAINERS=1 '],
    ['what the engine can do', /info/, () => sendToGuard(world, 'GET', '/info'), 'GET /info. Set INFO=1 '],
  ])('%s', async (_name, pattern, send, message) => {
    forbidden = pattern
    const { status, json } = await send()
    expect([status, json.reason, json.message]).toEqual([403, 'blocked', expect.stringContaining(message)])
  })

  it('an attach', async () => {
    forbidden = /attach/
    const headers = { Connection: 'Upgrade', Upgrade: 'tcp' }
    // A proxy that forbids does not upgrade: the fake engine's own upgrade is taken away.
    world.engine.refusesUpgrades = true
    const [answer] = await exchangeRaw(world.guard.socketPath, rawRequest('POST', `/containers/${ownContainerId}/attach?stream=1`, headers), { count: 1 })
    expect([answer?.status, answer?.json.reason]).toEqual([403, 'blocked'])
  })

  it('a plug-in of the engine is quoted', async () => {
    world.engine.override = ({ url }, response) => {
      if (!url.includes('/start')) return false
      response.writeHead(403).end(JSON.stringify({ message: 'authorization denied by plugin x: not today.' }))
      return true
    }
    expect((await sendToGuard(world, 'POST', `/containers/${ownContainerId}/start`)).json.message).toContain('(authorization denied by plugin x: not today)')
  })
})
