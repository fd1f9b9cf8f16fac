/** What the table of guard-requests.json cannot say: properties, encodings, connections, answers. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakeOwner, foreignContainerId, foreignVolumeName, madeContainerId, ownContainerId, ownVolume } from '../testing/fake-engine'
import { goodRun, guardImage, startGuardWorld, type GuardWorld } from '../testing/guard-world'
import { exchangeRaw, rawRequest, type RawAnswer } from '../testing/raw-http'
import { checkContainer } from './guard-create'
import { isDenial } from './guard-denial'
import { uvVersionSpec, volumeOwnerSpec } from './guard-helpers'

const createTarget = '/containers/create?name=ffd-run-0b9f9a55-0000-4000-8000-000000000001'
const helperTarget = '/containers/create?name=ffd-help-0b9f9a55-0000-4000-8000-000000000001'

let world: GuardWorld
beforeEach(async () => {
  world = await startGuardWorld()
})
afterEach(() => world.close())

async function send(method: string, target: string, body: Buffer | string | null = null, headers: Record<string, string | number> = {}): Promise<RawAnswer> {
  const type = body === null ? {} : { 'Content-Type': 'application/json' }
  const [answer] = await exchangeRaw(world.guard.socketPath, rawRequest(method, target, { ...type, ...headers }, body), { count: 1 })
  if (answer === undefined) throw new Error('no answer')
  return answer
}

const create = (body: unknown, target = createTarget): Promise<RawAnswer> => send('POST', target, typeof body === 'string' ? body : JSON.stringify(body))
const reachedEngine = (): string[] => world.engine.recorded.map((request) => `${request.method} ${request.url}`)
const withMount = (mount: Record<string, unknown>): unknown => {
  const good = goodRun(world)
  return { ...good, HostConfig: { ...good.HostConfig, Mounts: [mount] } }
}

describe('the body that is forwarded', () => {
  it('is exactly JSON.stringify of what was checked (P1)', async () => {
    const scrambled = Object.fromEntries(Object.entries(goodRun(world)).reverse())
    expect((await create(`  ${JSON.stringify(scrambled, null, 3)}  `)).status).toBe(201)
    expect(world.engine.recorded.at(-1)?.body).toBe(JSON.stringify(goodRun(world)))
  })

  it('never has a key that was put in somewhere (P2: 10,000 random insertions)', async () => {
    const names = ['Privileged', 'privileged', 'Binds', 'PidMode', 'VolumesFrom', 'CapAdd', 'Devices', 'hostconfig', 'Ho\u017ftConfig', '__proto__', 'constructor', 'toString', 'BindOptions', 'VolumeOptions', 'Entrypoint', '', 'a']
    const values = [true, false, null, 0, 'host', ['/:/host'], { Privileged: true }, {}]
    const runName = createTarget.replace(/^.*=/, '')
    expect((await checkContainer(goodRun(world), runName, fakeOwner, world.policy)).spec).toEqual(goodRun(world))
    let denied = 0
    for (let round = 0; round < 10_000; round++) {
      const body = goodRun(world)
      const places: Record<string, unknown>[] = []
      const collect = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return
        if (!Array.isArray(value)) places.push(value as Record<string, unknown>)
        Object.values(value).forEach(collect)
      }
      collect(body)
      const place = places[Math.floor(Math.random() * places.length)] ?? body
      const name = Math.random() < 0.5 ? names[round % names.length] : randomBytes(4).toString('base64')
      Object.defineProperty(place, name ?? 'x', { value: values[round % values.length], enumerable: true, configurable: true })
      const error: unknown = await checkContainer(JSON.parse(JSON.stringify(body)), runName, fakeOwner, world.policy).then(() => null, (reason: unknown) => reason)
      if (isDenial(error) && error.denialReason !== 'query') denied++
    }
    expect(denied).toBe(10_000)
  })

  it('keeps the last of two equal keys and nothing of the first', async () => {
    const good = JSON.stringify(goodRun(world))
    const doubled = `{"HostConfig":{"Privileged":true,"Binds":["/:/host"]},${good.slice(1)}`
    expect((await create(doubled)).status).toBe(201)
    expect(world.engine.recorded.at(-1)?.body).toBe(good)
  })

  it.each([
    ['a long s in a key, raw', (good: string) => good.replace('"HostConfig"', '"Ho\u017ftConfig":{"Privileged":true},"HostConfig"'), 'key'],
    ['a long s in a key, escaped', (good: string) => good.replace('"HostConfig"', '"Ho\\u017ftConfig":{"Privileged":true},"HostConfig"'), 'key'],
    ['a long s in Binds', (good: string) => good.replace('"Init"', '"Bind\\u017f":["/:/h"],"Init"'), 'key'],
    ['__proto__ as a key', (good: string) => good.replace('"Init"', '"__proto__":{"Privileged":true},"Init"'), 'key'],
    ['two documents', (good: string) => `${good}${good}`, 'json'],
    ['a number beyond the integers', (good: string) => good.replace('"PidsLimit":512', '"PidsLimit":1e30'), 'range'],
    ['a fraction', (good: string) => good.replace('"PidsLimit":512', '"PidsLimit":512.5'), 'range'],
    ['a number as text', (good: string) => good.replace('"Memory":536870912', '"Memory":"64m"'), 'range'],
    ['NUL in a variable', (good: string) => good.replace('HOME=/tmp', 'HOME=/t\\u0000mp'), 'env'],
    ['LD_PRELOAD', (good: string) => good.replace('HOME=/tmp', 'LD_PRELOAD=/app/x.so'), 'env'],
    ['DOCKER_HOST', (good: string) => good.replace('HOME=/tmp', 'DOCKER_HOST=tcp://x'), 'env'],
    ['a variable without a name', (good: string) => good.replace('HOME=/tmp', '=x'), 'env'],
    ['another working directory', (good: string) => good.replace('"User"', '"WorkingDir":"/","User"'), 'workdir'],
    ['CapAdd', (good: string) => good.replace('"Init"', '"CapAdd":["CHOWN"],"Init"'), 'key'],
  ])('is denied with %s', async (_name, change, reason) => {
    const changed = change(JSON.stringify(goodRun(world)))
    expect((await create(changed)).json.reason).toBe(reason)
    expect(reachedEngine().filter((request) => request.startsWith('POST'))).toEqual([])
  })

  it('must be JSON in UTF-8 and say so', async () => {
    const good = JSON.stringify(goodRun(world))
    expect((await send('POST', createTarget, good, { 'Content-Type': 'text/plain' })).json.reason).toBe('content-type')
    expect((await send('POST', createTarget, Buffer.from(good.replace('HOME=/tmp', 'HOME=/\xff'), 'latin1'))).json.reason).toBe('utf8')
    expect((await send('POST', createTarget)).json.reason).toBe('content-type')
  })
})

describe('mounts', () => {
  it.each([
    ['a root that is a link', () => ({ Type: 'bind', Source: join(world.workspace, 'linked-root', 'ssh'), Target: '/app' }), 'bind'],
    ['a folder with .git', () => ({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'with-git'), Target: '/app' }), 'bind'],
    ['a hidden folder', () => ({ Type: 'bind', Source: join(world.workspace, 'pipelines', '.hidden'), Target: '/app' }), 'bind'],
    ['a folder below a pipeline', () => ({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'demo', 'nested'), Target: '/app' }), 'bind'],
    ['a trailing slash', () => ({ Type: 'bind', Source: `${join(world.workspace, 'pipelines', 'demo')}/`, Target: '/app' }), 'bind'],
    ['a relative path', () => ({ Type: 'bind', Source: 'pipelines/demo', Target: '/app' }), 'bind'],
    ['the root of the file system', () => ({ Type: 'bind', Source: '/', Target: '/app' }), 'bind'],
    ['the socket of the engine', () => ({ Type: 'bind', Source: world.engine.socketPath, Target: '/tmp/.fastflow_route' }), 'bind'],
    ['a link as route file', () => ({ Type: 'bind', Source: join(world.runDir, 'link.route'), Target: '/tmp/.fastflow_route' }), 'bind'],
    ['another file of the run directory as route file', () => ({ Type: 'bind', Source: join(world.runDir, 'ca.pem'), Target: '/tmp/.fastflow_route' }), 'bind'],
    ['certificates that can be written', () => ({ Type: 'bind', Source: join(world.runDir, 'ca.pem'), Target: '/run/fastflow/ca-certificates.pem' }), 'bind'],
    ['the run directory itself', () => ({ Type: 'bind', Source: world.runDir, Target: '/run/fastflow/ca-certificates.pem', ReadOnly: true }), 'bind'],
    ['a bind in place of the cache', () => ({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'demo'), Target: '/cache/uv' }), 'mount'],
    ['a volume in place of the pipeline', () => ({ Type: 'volume', Source: ownVolume, Target: '/app' }), 'volume'],
    ['the cache in place of the Pythons', () => ({ Type: 'volume', Source: ownVolume, Target: '/cache/uv_python' }), 'volume'],
    ['a volume with our name that is not ours', () => ({ Type: 'volume', Source: foreignVolumeName, Target: '/cache/uv' }), 'volume-foreign'],
    ['a volume that is not there', () => ({ Type: 'volume', Source: 'ffd-uvcache-missing00', Target: '/cache/uv' }), 'volume-missing'],
    ['another target', () => ({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'demo'), Target: '/etc' }), 'mount'],
  ])('are denied for %s', async (_name, mount, reason) => {
    expect((await create(withMount(mount()))).json.reason).toBe(reason)
    expect(reachedEngine().filter((request) => request.startsWith('POST'))).toEqual([])
  })

  it('follow a link only to another pipeline, and mount what it leads to', async () => {
    expect((await create(withMount({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'alias'), Target: '/app', ReadOnly: false }))).status).toBe(201)
    expect(world.engine.recorded.at(-1)?.body).toContain(JSON.stringify(join(world.workspace, 'pipelines', 'demo')))
  })

  it('may be the runner of the app, read-only', async () => {
    expect((await create(withMount({ Type: 'bind', Source: world.runners, Target: '/runner', ReadOnly: true }))).status).toBe(201)
  })
})

describe('helpers', () => {
  const python = 'ffd-uvpython-abcdef0123'
  const owned = (): ReturnType<typeof volumeOwnerSpec> => volumeOwnerSpec({ image: guardImage, owner: fakeOwner, uid: 1000, gid: 100, cacheVolume: ownVolume, pythonVolume: python })

  it('run as they are built', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.endsWith(python)) return false
      response.end(JSON.stringify({ Name: python, Labels: { 'io.fastflow.desktop.owner': fakeOwner }, Options: null }))
      return true
    }
    for (const spec of [owned(), uvVersionSpec({ image: guardImage, owner: fakeOwner })]) {
      expect((await create(spec, helperTarget)).status).toBe(201)
      expect(world.engine.recorded.at(-1)?.body).toBe(JSON.stringify(spec))
    }
  })

  it.each<[string, (spec: ReturnType<typeof volumeOwnerSpec>) => unknown, string]>([
    ['another command', (spec) => ({ ...spec, Cmd: ['sh', '-c', 'id'] }), 'helper'],
    ['a recursive one', (spec) => ({ ...spec, Cmd: ['chown', '-R', '1000:100', '/cache/uv'] }), 'user'],
    ['root as new owner', (spec) => ({ ...spec, Cmd: ['chown', '0:0', '/cache/uv', '/cache/uv_python'] }), 'user'],
    ['a variable', (spec) => ({ ...spec, Env: ['A=1'] }), 'helper'],
    ['a network', (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, NetworkMode: 'bridge' } }), 'helper'],
    ['another capability', (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, CapAdd: ['SYS_ADMIN'] } }), 'helper'],
    ['another key', (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, Privileged: false } }), 'helper'],
    ['a third mount', (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, Mounts: [...spec.HostConfig.Mounts, { Type: 'bind', Source: '/', Target: '/x', ReadOnly: false }] } }), 'helper'],
    ['a bind in place of a volume', (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, Mounts: [{ Type: 'bind', Source: '/', Target: '/cache/uv', ReadOnly: false }] } }), 'volume'],
    ['another image', (spec) => ({ ...spec, Image: 'alpine:3' }), 'image'],
    ['another owner', (spec) => ({ ...spec, Labels: { ...spec.Labels, 'io.fastflow.desktop.owner': 'x' } }), 'helper'],
  ])('are denied with %s', async (_name, change, reason) => {
    expect((await create(change(owned()), helperTarget)).json.reason).toBe(reason)
  })

  it('do not go by the name of a run, nor a run by theirs', async () => {
    expect((await create(owned())).json.reason).toBe('query')
    expect((await create(goodRun(world), helperTarget)).json.reason).toBe('query')
  })
})

describe('what is ours', () => {
  it('is what was made through this guard, without asking again', async () => {
    await create(goodRun(world))
    world.engine.recorded.length = 0
    expect((await send('POST', `/containers/${madeContainerId}/start`)).status).toBe(204)
    expect(reachedEngine()).toEqual([`POST /v1.41/containers/${madeContainerId}/start`])
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
    expect(reachedEngine().at(-1)).toBe(`POST /v1.41/containers/${ownContainerId}/stop?t=1`)
    id = foreignContainerId
    owner = 'somebody-else'
    expect((await send('POST', `/containers/${name}/stop?t=1`)).json.reason).toBe('not-ours')
  })

  it('answers for what is not ours as the engine does for what does not exist', async () => {
    expect((await send('GET', `/containers/${foreignContainerId}/json`)).json.message).toBe(`No such container: ${foreignContainerId}`)
    expect((await send('GET', `/volumes/${foreignVolumeName}`)).json.message).toBe(`get ${foreignVolumeName}: no such volume`)
    expect((await send('DELETE', '/volumes/postgres_data')).status).toBe(404)
  })

  it('replaces filters of lists, events and prune by the owner label', async () => {
    await send('GET', '/v1.41/containers/json?all=1&filters=%7B%22label%22%3A%5B%5D%7D')
    await send('GET', '/events?since=1&filters={}')
    await send('POST', '/volumes/prune')
    const filters = world.engine.recorded.filter((request) => request.url !== '/_ping').map((request) => JSON.parse(new URL(request.url, 'http://x').searchParams.get('filters') ?? '') as unknown)
    const label = [`io.fastflow.desktop.owner=${fakeOwner}`]
    expect(filters).toEqual([{ label }, { type: ['container'], label }, { label }])
  })

  it('reduces answers about the machine and everybody’s objects', async () => {
    expect(JSON.parse((await send('GET', '/info')).body)).toEqual({ NCPU: 2, MemTotal: 8_000_000_000, OSType: 'linux', SecurityOptions: ['name=seccomp'] })
    expect(JSON.parse((await send('GET', '/system/df?type=volume')).body)).toEqual({ Volumes: [{ Name: ownVolume, Labels: { 'io.fastflow.desktop.owner': fakeOwner }, Options: null }] })
  })

  it('does not include a volume with driver options, whatever label it has', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.endsWith(ownVolume)) return false
      response.end(JSON.stringify({ Name: ownVolume, Labels: { 'io.fastflow.desktop.owner': fakeOwner }, Options: { type: 'overlay', o: 'lowerdir=/etc:/opt' } }))
      return true
    }
    const body = JSON.stringify({ Name: ownVolume, Labels: { 'io.fastflow.desktop.owner': fakeOwner } })
    expect((await send('POST', '/volumes/create', body)).json.reason).toBe('volume-foreign')
    expect((await create(goodRun(world))).json.reason).toBe('volume-foreign')
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
    expect(answers.map((answer) => [answer.status, answer.json.reason])).toEqual([[200, undefined], [403, 'route']])
    expect(reachedEngine()).toEqual(['GET /_ping', 'GET /v1.41/info'])
  })

  it('take nothing hidden behind a body for a request of its own', async () => {
    const hidden = rawRequest('POST', '/containers/prune').toString()
    for (const smuggling of [
      `POST ${createTarget} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
      `POST ${createTarget} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${hidden}`,
      `POST ${createTarget} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST ${createTarget} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: +4\r\n\r\n${hidden}`,
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
    await once(dribbling, 'close')
    clearInterval(timer)
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*"reason":"timeout"/s)
    await vi.waitFor(() => expect(silent.every((socket) => socket.destroyed)).toBe(true), { timeout: 5_000 })
    expect((await send('GET', '/_ping')).status).toBe(200)
  })
})

describe('answers of the engine', () => {
  it('have a closed set of headers', async () => {
    world.engine.override = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain', 'Api-Version': '1.41', 'Set-Cookie': 'a=b', Location: 'http://evil/', Server: 'Docker' })
      response.end('OK')
      return true
    }
    const answer = await new Promise<http.IncomingMessage>((resolve) => http.get({ socketPath: world.guard.socketPath, path: '/_ping', agent: false }, resolve))
    answer.resume()
    expect(Object.keys(answer.headers).sort()).toEqual(['api-version', 'connection', 'content-type', 'date', 'transfer-encoding'])
  })

  it('speak the newest version that both sides know', async () => {
    for (const [offered, spoken] of [['1.44', '/v1.44/version'], ['1.99', '/v1.47/version']] as const) {
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

  it('are cut where the engine cuts them', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.includes('/logs')) return false
      response.writeHead(200).write('half')
      setTimeout(() => response.destroy(), 20)
      return true
    }
    const answer = await new Promise<http.IncomingMessage>((resolve) => http.get({ socketPath: world.guard.socketPath, path: `/containers/${ownContainerId}/logs?stdout=1`, agent: false }, resolve))
    await new Promise((resolve) => answer.on('error', () => undefined).on('close', resolve).resume())
    expect(answer.complete).toBe(false)
  })
})

describe('attach', () => {
  const attachTarget = `/containers/${ownContainerId}/attach?stream=1&stdout=1`

  async function attach(): Promise<{ client: net.Socket; engine: NodeJS.WritableStream & { destroyed?: boolean } }> {
    const client = net.connect(world.guard.socketPath)
    client.write(rawRequest('POST', attachTarget, { Connection: 'Upgrade', Upgrade: 'tcp' }))
    const [head] = (await once(client, 'data')) as [Buffer]
    expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /)
    const engine = world.engine.attached.at(-1)
    if (engine === undefined) throw new Error('not attached')
    return { client, engine }
  }

  it('passes 50 MB exactly to a reader that pauses, without buffering them', async () => {
    const { client, engine } = await attach()
    const payload = randomBytes(1_000_000)
    const sent = createHash('sha256')
    const received = createHash('sha256')
    client.pause()
    let written = 0
    const write = (): void => {
      while (written < 50) {
        written++
        sent.update(payload)
        if (!engine.write(payload)) return void engine.once('drain', write)
      }
      engine.end()
    }
    write()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(written).toBeLessThan(10)
    client.on('data', (chunk: Buffer) => received.update(chunk)).resume()
    await once(client, 'close')
    expect(received.digest('hex')).toBe(sent.digest('hex'))
  })

  it('discards what the client sends', async () => {
    const { client, engine } = await attach()
    let fromClient = 0
    ;(engine as unknown as net.Socket).on('data', () => fromClient++)
    client.write('rm -rf /\n')
    engine.write('still here')
    await once(client, 'data')
    expect(fromClient).toBe(0)
    client.destroy()
  })

  it('ends the engine’s side when the client goes, and the client’s when the engine goes', async () => {
    const first = await attach()
    first.client.destroy()
    await vi.waitFor(() => expect((first.engine as unknown as net.Socket).readableEnded || first.engine.destroyed).toBe(true))
    const second = await attach()
    ;(second.engine as unknown as net.Socket).destroy()
    await once(second.client, 'close')
    expect(second.client.destroyed).toBe(true)
  })

  it('ends with the guard', async () => {
    const { client } = await attach()
    client.on('error', () => undefined)
    await Promise.all([once(client, 'close'), world.guard.close()])
    expect(client.destroyed).toBe(true)
  })

  it('is for our containers only', async () => {
    const answer = await send('POST', attachTarget.replace(ownContainerId, foreignContainerId), null, { Connection: 'Upgrade', Upgrade: 'tcp' })
    expect([answer.status, answer.json.reason]).toEqual([404, 'not-ours'])
    expect(world.engine.attached).toEqual([])
  })
})
