/** Bodies of containers at a running guard: properties, encodings, mounts, helpers. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeOwner, foreignVolumeName, ownVolume } from '../testing/fake-engine'
import {
  type GuardWorld,
  createAtGuard,
  goodRun,
  guardImage,
  guardRunner,
  helperCreateTarget,
  reachedEngine,
  runCreateTarget,
  sendToGuard,
  startGuardWorld,
} from '../testing/guard-world'
import { checkContainer } from './guard-create'
import { isDenial } from './guard-denial'
import { runnerFilesSpec, uvVersionSpec, volumeOwnerSpec } from './guard-helpers'

const runnerVolume = guardRunner.volume

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

const withMount = (mount: Record<string, unknown>): unknown => {
  const good = goodRun(world)
  return { ...good, HostConfig: { ...good.HostConfig, Mounts: [mount] } }
}

describe('the body that is forwarded', () => {
  it('is exactly JSON.stringify of what was checked (P1)', async () => {
    const scrambled = Object.fromEntries(Object.entries(goodRun(world)).reverse())
    expect((await createAtGuard(world, `  ${JSON.stringify(scrambled, null, 3)}  `)).status).toBe(201)
    expect(world.engine.recorded.at(-1)?.body).toBe(JSON.stringify(goodRun(world)))
  })

  it('never has a key that was put in somewhere (P2: 10,000 random insertions)', async () => {
    const names = [
      'Privileged',
      'privileged',
      'Binds',
      'PidMode',
      'VolumesFrom',
      'CapAdd',
      'Devices',
      'hostconfig',
      'Ho\u017ftConfig',
      '__proto__',
      'constructor',
      'toString',
      'BindOptions',
      'VolumeOptions',
      'Entrypoint',
      '',
      'a',
    ]
    const values = [true, false, null, 0, 'host', ['/:/host'], { Privileged: true }, {}]
    const runName = runCreateTarget.replace(/^.*=/, '')
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
      const error: unknown = await checkContainer(JSON.parse(JSON.stringify(body)), runName, fakeOwner, world.policy).then(
        () => null,
        (reason: unknown) => reason,
      )
      if (isDenial(error) && error.denialReason !== 'query') denied++
    }
    expect(denied).toBe(10_000)
  })

  it('keeps the last of two equal keys and nothing of the first', async () => {
    const good = JSON.stringify(goodRun(world))
    const doubled = `{"HostConfig":{"Privileged":true,"Binds":["/:/host"]},${good.slice(1)}`
    expect((await createAtGuard(world, doubled)).status).toBe(201)
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
    expect((await createAtGuard(world, changed)).json.reason).toBe(reason)
    expect(reachedEngine(world).filter((request) => request.startsWith('POST'))).toEqual([])
  })

  it('must be JSON in UTF-8 and say so', async () => {
    const good = JSON.stringify(goodRun(world))
    expect((await send('POST', runCreateTarget, good, { 'Content-Type': 'text/plain' })).json.reason).toBe('content-type')
    expect((await send('POST', runCreateTarget, Buffer.from(good.replace('HOME=/tmp', 'HOME=/\xff'), 'latin1'))).json.reason).toBe('utf8')
    expect((await send('POST', runCreateTarget)).json.reason).toBe('content-type')
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
    [
      'another file of the run directory as route file',
      () => ({ Type: 'bind', Source: join(world.runDir, 'ca.pem'), Target: '/tmp/.fastflow_route' }),
      'bind',
    ],
    [
      'certificates that can be written',
      () => ({ Type: 'bind', Source: join(world.runDir, 'ca.pem'), Target: '/run/fastflow/ca-certificates.pem' }),
      'bind',
    ],
    ['the run directory itself', () => ({ Type: 'bind', Source: world.runDir, Target: '/run/fastflow/ca-certificates.pem', ReadOnly: true }), 'bind'],
    ['an imported cache that can be written', () => ({ Type: 'bind', Source: join(world.runDir, 'i1.cache'), Target: '/run/fastflow/cache.tar' }), 'bind'],
    ['another file of the run directory as cache', () => ({ Type: 'bind', Source: join(world.runDir, 'r1.route'), Target: '/run/fastflow/cache.tar', ReadOnly: true }), 'bind'],
    ['an imported cache outside of the run directory', () => ({ Type: 'bind', Source: join(world.workspace, 'i1.cache'), Target: '/run/fastflow/cache.tar', ReadOnly: true }), 'bind'],
    ['a link as cache', () => ({ Type: 'bind', Source: join(world.runDir, 'link.cache'), Target: '/run/fastflow/cache.tar', ReadOnly: true }), 'bind'],
    ['an imported cache as the pipeline', () => ({ Type: 'bind', Source: join(world.runDir, 'i1.cache'), Target: '/app', ReadOnly: true }), 'bind'],
    ['an imported cache elsewhere', () => ({ Type: 'bind', Source: join(world.runDir, 'i1.cache'), Target: '/run/fastflow/other.tar', ReadOnly: true }), 'mount'],
    ['a volume as imported cache', () => ({ Type: 'volume', Source: ownVolume, Target: '/run/fastflow/cache.tar', ReadOnly: true }), 'volume'],
    ['a bind in place of the cache', () => ({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'demo'), Target: '/cache/uv' }), 'mount'],
    ['a volume in place of the pipeline', () => ({ Type: 'volume', Source: ownVolume, Target: '/app' }), 'volume'],
    ['the cache in place of the Pythons', () => ({ Type: 'volume', Source: ownVolume, Target: '/cache/uv_python' }), 'volume'],
    ['a volume with our name that is not ours', () => ({ Type: 'volume', Source: foreignVolumeName, Target: '/cache/uv' }), 'volume-foreign'],
    ['a volume that is not there', () => ({ Type: 'volume', Source: 'ffd-uvcache-missing00', Target: '/cache/uv' }), 'volume-missing'],
    ['another target', () => ({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'demo'), Target: '/etc' }), 'mount'],
  ])('are denied for %s', async (_name, mount, reason) => {
    expect((await createAtGuard(world, withMount(mount()))).json.reason).toBe(reason)
    expect(reachedEngine(world).filter((request) => request.startsWith('POST'))).toEqual([])
  })

  it('follow a link only to another pipeline, and mount what it leads to', async () => {
    expect(
      (await createAtGuard(world, withMount({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'alias'), Target: '/app', ReadOnly: false })))
        .status,
    ).toBe(201)
    expect(world.engine.recorded.at(-1)?.body).toContain(JSON.stringify(join(world.workspace, 'pipelines', 'demo')))
  })

  it('may be a file with a cache to import, read-only', async () => {
    const mount = { Type: 'bind', Source: join(world.runDir, 'i1.cache'), Target: '/run/fastflow/cache.tar', ReadOnly: true }
    expect((await createAtGuard(world, withMount(mount))).status).toBe(201)
    expect(JSON.parse(world.engine.recorded.at(-1)?.body ?? '')).toMatchObject({ HostConfig: { Mounts: [mount] } })
  })

  it('may be the volume with the runner of the app, read-only, and no other', async () => {
    answerVolume(runnerVolume)
    const create = (change: object) => createAtGuard(world, withMount({ Type: 'volume', Source: runnerVolume, Target: '/runner', ReadOnly: true, ...change }))
    expect((await create({})).status).toBe(201)
    expect((await create({ ReadOnly: false })).json.reason).toBe('volume')
    expect((await create({ Source: 'ffd-runner-fedcba9876543210' })).json.reason).toBe('volume')
    expect((await create({ Type: 'bind', Source: join(world.workspace, 'pipelines', 'demo') })).json.reason).toBe('bind')
  })
})

/** The engine knows these volumes, and they are ours. */
function answerVolume(...names: string[]): void {
  world.engine.override = (request, response) => {
    const name = names.find((known) => request.url.endsWith(known))
    if (name === undefined) return false
    response.end(JSON.stringify({ Name: name, Labels: { 'io.fastflow.desktop.owner': fakeOwner }, Options: null }))
    return true
  }
}

describe('helpers', () => {
  const python = 'ffd-uvpython-abcdef0123'
  const owned = (): ReturnType<typeof volumeOwnerSpec> =>
    volumeOwnerSpec({ image: guardImage, owner: fakeOwner, uid: 1000, gid: 100, cacheVolume: ownVolume, pythonVolume: python })

  it('run as they are built', async () => {
    answerVolume(python, runnerVolume)
    for (const spec of [owned(), volumeOwnerSpec({ image: guardImage, owner: fakeOwner, uid: 1000, gid: 100, cacheVolume: ownVolume, pythonVolume: python, isWhole: true }), uvVersionSpec({ image: guardImage, owner: fakeOwner }), runnerFilesSpec({ image: guardImage, owner: fakeOwner, ...guardRunner })]) {
      expect((await createAtGuard(world, spec, helperCreateTarget)).status).toBe(201)
      expect(world.engine.recorded.at(-1)?.body).toBe(JSON.stringify(spec))
    }
  })

  it.each<[string, (spec: ReturnType<typeof volumeOwnerSpec>) => unknown, string]>([
    ['another command', (spec) => ({ ...spec, Cmd: ['sh', '-c', 'id'] }), 'helper'],
    ['other files for the runner', () => runnerFilesSpec({ image: guardImage, owner: fakeOwner, volume: runnerVolume, files: 'nb_runner.py:ZXZpbA==' }), 'helper'],
    ['a recursive one', (spec) => ({ ...spec, Cmd: ['chown', '-R', '1000:100', '/cache/uv'] }), 'user'],
    ['a recursive one that follows links', (spec) => ({ ...spec, Cmd: ['chown', '-RhL', '1000:100', '/cache/uv', '/cache/uv_python'] }), 'user'],
    ['a recursive one of all that is mounted', (spec) => ({ ...spec, Cmd: ['chown', '-Rh', '1000:100', '/'] }), 'helper'],
    ['root as new owner of all', (spec) => ({ ...spec, Cmd: ['chown', '-Rh', '0:0', '/cache/uv', '/cache/uv_python'] }), 'user'],
    ['root as new owner', (spec) => ({ ...spec, Cmd: ['chown', '0:0', '/cache/uv', '/cache/uv_python'] }), 'user'],
    ['a variable', (spec) => ({ ...spec, Env: ['A=1'] }), 'helper'],
    ['a network', (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, NetworkMode: 'bridge' } }), 'helper'],
    ['another capability', (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, CapAdd: ['SYS_ADMIN'] } }), 'helper'],
    ['another key', (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, Privileged: false } }), 'helper'],
    [
      'a third mount',
      (spec) => ({
        ...spec,
        HostConfig: { ...spec.HostConfig, Mounts: [...spec.HostConfig.Mounts, { Type: 'bind', Source: '/', Target: '/x', ReadOnly: false }] },
      }),
      'helper',
    ],
    [
      'a bind in place of a volume',
      (spec) => ({ ...spec, HostConfig: { ...spec.HostConfig, Mounts: [{ Type: 'bind', Source: '/', Target: '/cache/uv', ReadOnly: false }] } }),
      'volume',
    ],
    ['another image', (spec) => ({ ...spec, Image: 'alpine:3' }), 'image'],
    ['another owner', (spec) => ({ ...spec, Labels: { ...spec.Labels, 'io.fastflow.desktop.owner': 'x' } }), 'helper'],
  ])('are denied with %s', async (_name, change, reason) => {
    expect((await createAtGuard(world, change(owned()), helperCreateTarget)).json.reason).toBe(reason)
  })

  it('do not go by the name of a run, nor a run by theirs', async () => {
    expect((await createAtGuard(world, owned())).json.reason).toBe('query')
    expect((await createAtGuard(world, goodRun(world), helperCreateTarget)).json.reason).toBe('query')
  })
})
