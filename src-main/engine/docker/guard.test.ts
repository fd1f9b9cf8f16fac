/** What is ours, connections and answers at a running guard before a fake engine. */
import { stat } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeOwner, foreignContainerId, foreignVolumeName, madeContainerId, ownContainerId, ownVolume } from '../testing/fake-engine'
import {
  type GuardWorld,
  createAtGuard,
  goodRun,
  guardImage,
  reachedEngine,
  runCreateTarget,
  sendToGuard,
  startGuardWorld,
} from '../testing/guard-world'
import { exchangeRaw, rawRequest } from '../testing/raw-http'

let world: GuardWorld
beforeEach(async () => {
  world = await startGuardWorld()
})
afterEach(() => world.close())

const send = (
  method: string,
  target: string,
  body: Buffer | string | null = null,
  headers: Record<string, string | number> = {},
): ReturnType<typeof sendToGuard> => sendToGuard(world, method, target, body, headers)

describe('what is ours', () => {
  it('is what was made through this guard, without asking again', async () => {
    await createAtGuard(world, goodRun(world))
    world.engine.recorded.length = 0
    expect((await send('POST', `/containers/${madeContainerId}/start`)).status).toBe(204)
    expect(reachedEngine(world)).toEqual([`POST /v1.41/containers/${madeContainerId}/start`])
  })

  it('is a name only as long as the container behind it is ours, and goes to the engine as its id', async () => {
    const name = 'ffd-run-0b9f9a55-0000-4000-8000-000000000001'
    let id = ownContainerId
    let owner = fakeOwner
    world.engine.override = (request, response) => {
      if (!request.url.endsWith(`/containers/${name}/json`)) return false
      response.end(JSON.stringify({ Id: id, Config: { Labels: { 'io.fastflow.desktop.owner': owner } } }))
      return true
    }
    expect((await send('POST', `/containers/${name}/stop?t=1`)).status).toBe(204)
    expect(reachedEngine(world).at(-1)).toBe(`POST /v1.41/containers/${ownContainerId}/stop?t=1`)
    id = foreignContainerId
    owner = 'somebody-else'
    expect((await send('POST', `/containers/${name}/stop?t=1`)).json.reason).toBe('not-ours')
  })

  it('answers for what is not ours as the engine does for what does not exist', async () => {
    expect((await send('GET', `/containers/${foreignContainerId}/json`)).json.message).toBe(`No such container: ${foreignContainerId}`)
    expect((await send('GET', `/volumes/${foreignVolumeName}`)).json.message).toBe(`get ${foreignVolumeName}: no such volume`)
    expect((await send('DELETE', '/volumes/postgres_data')).status).toBe(404)
  })

  it('is made with our labels only', async () => {
    const own = { 'io.fastflow.desktop.owner': fakeOwner, 'io.fastflow.desktop.generation': '0123456789abcdef' }
    expect((await send('POST', '/volumes/create', JSON.stringify({ Name: ownVolume, Labels: own }))).status).toBe(201)
    for (const labels of [{ ...own, other: 'x' }, { 'io.fastflow.desktop.owner': 'x' }, {}, null]) {
      expect((await send('POST', '/volumes/create', JSON.stringify({ Name: ownVolume, Labels: labels }))).status).toBe(403)
    }
  })

  it('replaces filters of lists, events and prune by the owner label', async () => {
    await send('GET', '/v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%5D%7D')
    await send('GET', '/events?since=1&filters={}')
    await send('POST', '/volumes/prune')
    const filters = world.engine.recorded
      .filter((request) => request.url !== '/_ping')
      .map((request) => JSON.parse(new URL(request.url, 'http://x').searchParams.get('filters') ?? '') as unknown)
    const label = [`io.fastflow.desktop.owner=${fakeOwner}`]
    expect(filters).toEqual([{ label }, { type: ['container'], label }, { label }])
  })

  it('reduces answers about the machine and everybody’s objects', async () => {
    expect(JSON.parse((await send('GET', '/info')).body)).toEqual({
      NCPU: 2,
      MemTotal: 8_000_000_000,
      OSType: 'linux',
      SecurityOptions: ['name=seccomp'],
    })
    expect(JSON.parse((await send('GET', '/system/df?type=volume')).body)).toEqual({
      Volumes: [{ Name: ownVolume, Labels: { 'io.fastflow.desktop.owner': fakeOwner }, Options: null }],
    })
  })

  it('does not include a volume with driver options, whatever label it has', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.endsWith(ownVolume)) return false
      response.end(
        JSON.stringify({
          Name: ownVolume,
          Labels: { 'io.fastflow.desktop.owner': fakeOwner },
          Options: { type: 'overlay', o: 'lowerdir=/etc:/opt' },
        }),
      )
      return true
    }
    const body = JSON.stringify({ Name: ownVolume, Labels: { 'io.fastflow.desktop.owner': fakeOwner } })
    expect((await send('POST', '/volumes/create', body)).json.reason).toBe('volume-foreign')
    expect((await createAtGuard(world, goodRun(world))).json.reason).toBe('volume-foreign')
  })

  it('may be looked at and pulled as image by its whole reference only', async () => {
    expect((await send('GET', `/v1.41/images/${guardImage}/json`)).status).toBe(200)
    expect((await send('GET', `/images/ghcr.io/acme/ff-worker@sha256:${'d'.repeat(64)}/json`)).status).toBe(200)
    expect((await send('GET', '/images/alpine/json')).json.reason).toBe('image')
    expect((await send('POST', `/images/create?fromImage=ghcr.io/acme/ff-worker&tag=sha256:${'e'.repeat(64)}`)).json.reason).toBe('query')
    expect((await send('POST', '/images/create?fromSrc=http://169.254.169.254/')).json.reason).toBe('query')
  })
})

describe('connections', () => {
  it('decide each of two pipelined requests by itself', async () => {
    const both = Buffer.concat([rawRequest('GET', '/info'), rawRequest('GET', '/networks')])
    const answers = await exchangeRaw(world.guard.socketPath, both, { count: 2 })
    expect(answers.map((answer) => [answer.status, answer.json.reason])).toEqual([
      [200, undefined],
      [403, 'route'],
    ])
    expect(reachedEngine(world)).toEqual(['GET /_ping', 'GET /v1.41/info'])
  })

  it('take nothing hidden behind a body for a request of its own', async () => {
    const hidden = rawRequest('POST', '/containers/prune').toString()
    for (const smuggling of [
      `POST ${runCreateTarget} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      `POST ${runCreateTarget} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
      `POST ${runCreateTarget} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST ${runCreateTarget} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: +4\r\n\r\n${hidden}`,
      `GET /_ping HTTP/1.1\r\nHost: x\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      `GET /_ping HTTP/1.1\r\nHost: x\r\n X-Folded: y\r\n\r\n`,
    ]) {
      const [answer] = await exchangeRaw(world.guard.socketPath, smuggling, { count: 1, timeoutMs: 2_000 })
      expect(answer?.status).toBeGreaterThanOrEqual(400)
    }
    expect(world.engine.recorded).toEqual([])
  })

  it.each([
    ['a header twice', { 'content-type': 'application/json', 'Content-Type': 'application/json' }, 'header'],
    ['Expect', { Expect: '100-continue' }, 'header'],
    ['credentials for a registry', { 'X-Registry-Auth': 'e30=' }, 'header'],
    ['an upgrade to h2c', { Upgrade: 'h2c', Connection: 'Upgrade' }, 'upgrade'],
    ['an upgrade without Connection', { Upgrade: 'tcp' }, 'upgrade'],
  ])('deny %s', async (_name, headers, reason) => {
    expect((await send('GET', '/info', null, headers)).json.reason).toBe(reason)
    expect(world.engine.recorded).toEqual([])
  })

  it('are private: socket 0600 in a directory 0700, and gone after the end', async () => {
    expect((await stat(world.guard.socketPath)).mode & 0o777).toBe(0o600)
    expect((await stat(dirname(world.guard.socketPath))).mode & 0o777).toBe(0o700)
    expect(world.guard.socketPath.length).toBeLessThan(100)
    await world.guard.close()
    await expect(stat(dirname(world.guard.socketPath))).rejects.toThrow('ENOENT')
  })

  it('survive a hundred that say nothing and one that dribbles, which gets 408 (P5)', async () => {
    await world.close()
    world = await startGuardWorld({ requestTimeoutMs: 700 })
    const silent = Array.from({ length: 100 }, (_, index) => {
      const socket = net.connect(world.guard.socketPath)
      if (index % 2 === 0) socket.write('GET /_ping HT')
      socket.on('error', () => undefined).resume()
      return socket
    })
    const dribbling = net.connect(world.guard.socketPath)
    let answer = ''
    dribbling.on('data', (chunk: Buffer) => (answer += chunk.toString())).on('error', () => undefined)
    const timer = setInterval(() => dribbling.writable && dribbling.write('x'), 50)
    dribbling.write('GET /_ping HTTP/1.1\r\nX: ')
    expect((await send('GET', '/_ping')).status).toBe(200)
    await new Promise((resolve) => dribbling.on('end', resolve))
    clearInterval(timer)
    dribbling.destroy()
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"reason":"timeout"/s)
    await vi.waitFor(() => expect(silent.every((socket) => socket.destroyed)).toBe(true), { timeout: 5_000 })
    expect((await send('GET', '/_ping')).status).toBe(200)
  })
})

describe('answers of the engine', () => {
  it('have a closed set of headers', async () => {
    world.engine.override = (_request, response) => {
      response.writeHead(200, {
        'Content-Type': 'text/plain',
        'Api-Version': '1.41',
        'Set-Cookie': 'a=b',
        Location: 'http://evil/',
        Server: 'Docker',
      })
      response.end('OK')
      return true
    }
    const answer = await new Promise<http.IncomingMessage>((resolve) =>
      http.get({ socketPath: world.guard.socketPath, path: '/_ping', agent: false }, resolve),
    )
    answer.resume()
    expect(Object.keys(answer.headers).sort()).toEqual(['api-version', 'connection', 'content-type', 'date', 'transfer-encoding'])
  })

  it('speak the newest version that both sides know', async () => {
    for (const [offered, spoken] of [
      ['1.44', '/v1.44/version'],
      ['1.99', '/v1.47/version'],
    ] as const) {
      const other = await startGuardWorld({ apiVersion: offered })
      await exchangeRaw(other.guard.socketPath, rawRequest('GET', '/v1.40/version'), { count: 1 })
      expect(other.engine.recorded.at(-1)?.url).toBe(spoken)
      await other.close()
    }
  })

  it('tell of an engine that is too old, and of one that is gone', async () => {
    const old = await startGuardWorld({ apiVersion: '1.24' })
    const [answer] = await exchangeRaw(old.guard.socketPath, rawRequest('GET', '/version'), { count: 1 })
    expect([answer?.status, answer?.json.reason]).toEqual([501, 'too-old'])
    await old.close()
    await world.engine.close()
    const gone = await send('GET', '/version')
    expect([gone.status, gone.json.reason]).toEqual([502, 'unavailable'])
  })

  it('tell of an engine that begins an answer and hangs', async () => {
    world.engine.override = (_request, response) => {
      response.writeHead(200, { 'Content-Length': 2 }).flushHeaders()
      return true
    }
    const answer = await send('GET', '/version')
    expect([answer.status, answer.json.reason]).toEqual([504, 'timeout'])
  })

  it('are cut where the engine cuts them', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.includes('/logs')) return false
      response.writeHead(200).write('half')
      setTimeout(() => response.destroy(), 20)
      return true
    }
    const answer = await new Promise<http.IncomingMessage>((resolve) =>
      http.get({ socketPath: world.guard.socketPath, path: `/containers/${ownContainerId}/logs?stdout=1`, agent: false }, resolve),
    )
    await new Promise((resolve) =>
      answer
        .on('error', () => undefined)
        .on('close', resolve)
        .resume(),
    )
    expect(answer.complete).toBe(false)
  })
})
