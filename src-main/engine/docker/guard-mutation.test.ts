/**
 * Random changes of requests that are allowed: whatever the guard lets through of them has, in the bytes that reach the engine,
 * nothing but what RELIABILITY.md C4 and C5 list and no more than the request had before. What is right is written here once
 * more, on purpose: the guard's own rules are not asked.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fakeOwner, ownVolume } from '../testing/fake-engine'
import { type GuardWorld, goodRun, guardImage, guardRunner, helperCreateTarget, runCreateTarget, startGuardWorld } from '../testing/guard-world'
import { exchangeRaw, rawRequest } from '../testing/raw-http'
import { createRandom, mutate } from '../testing/request-mutations'
import { runnerFilesSpec, uvVersionSpec, volumeOwnerSpec } from './guard-helpers'

/** FFD_MUTATION_SEED repeats what a failure tells. */
const seed = Number(process.env['FFD_MUTATION_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
const pythonVolume = 'ffd-uvpython-abcdef0123'

type Tree = Record<string, unknown>
type Check = (value: unknown) => boolean

let world: GuardWorld
beforeAll(async () => {
  world = await startGuardWorld()
  world.engine.override = (request, response) => {
    const volume = [pythonVolume, guardRunner.volume].find((name) => request.url.endsWith(`/volumes/${name}`))
    if (volume === undefined) return false
    response.end(JSON.stringify({ Name: volume, Labels: { 'io.fastflow.desktop.owner': fakeOwner }, Options: null }))
    return true
  }
})
afterAll(() => world.close())

const tree = (value: unknown): Tree => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Tree) : {})
const is =
  (...allowed: unknown[]): Check =>
  (value) =>
    allowed.some((one) => JSON.stringify(one) === JSON.stringify(value))
const text =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.exec(value)?.[0] === value
const whole =
  (least: number, most: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)

/** What is wrong with an object: keys that are not in the table, or are missing, and values that break their rule. */
function wrongFields(path: string, value: unknown, required: Record<string, Check>, optional: Record<string, Check> = {}): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`]
  const missing = Object.keys(required).filter((key) => !Object.keys(value).includes(key))
  const table = new Map(Object.entries({ ...required, ...optional }))
  const wrong = Object.entries(value).filter(([key, held]) => table.get(key)?.(held) !== true)
  return [...missing.map((key) => `${path}.${key} is missing`), ...wrong.map(([key, held]) => `${path}.${key} = ${JSON.stringify(held)}`)]
}

/** A container that is kept ready stops itself in a shell, in exactly these words, and then becomes its command. */
const waitingShell = ['sh', '-c', 'kill -STOP $$; exec env -u PWD -u OLDPWD -u SHLVL -u _ "$0" "$@"']
function commandOf(words: string[]): string[] {
  return JSON.stringify(words.slice(0, 3)) === JSON.stringify(waitingShell) ? words.slice(3) : words
}

function isAllowedVariable(value: unknown): boolean {
  return text(/[A-Za-z_][A-Za-z0-9_]*=[^\0]*/)(value) && !/^(DOCKER_HOST|LD_PRELOAD)=/.test(String(value)) && Buffer.byteLength(String(value)) <= 131_071
}

function wrongInRun(body: unknown): string[] {
  const host = tree(tree(body)['HostConfig'])
  return [
    ...wrongFields(
      'body',
      body,
      {
        Image: is(guardImage),
        Cmd: (value) => listOf(text(/[^\0]*/))(value) && commandOf(value as string[])[0] === 'uv',
        Env: listOf(isAllowedVariable),
        User: text(/[1-9][0-9]*:[1-9][0-9]*/),
        Labels: (value) =>
          wrongFields('Labels', value, {
            'io.fastflow.desktop.owner': is(fakeOwner),
            'io.fastflow.desktop.run-id': text(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/),
            'io.fastflow.desktop.pipeline': text(/[\x21-\x7e]+/),
          }).length === 0,
        AttachStdout: is(true, false),
        AttachStderr: is(true, false),
        HostConfig: () => true,
      },
      { WorkingDir: is('/app'), Tty: is(false), OpenStdin: is(false) },
    ),
    ...wrongFields(
      'HostConfig',
      host,
      {
        NetworkMode: is('bridge', 'none'),
        Memory: whole(6 * 1024 ** 2, world.policy.memoryBytes ?? 0),
        MemorySwap: is(host['Memory']),
        PidsLimit: whole(16, 4096),
        CapDrop: is(['ALL']),
        SecurityOpt: is(['no-new-privileges']),
        ReadonlyRootfs: is(true),
        Init: is(true),
        Tmpfs: (value) => wrongFields('Tmpfs', value, { '/tmp': text(/size=[0-9]{1,5}m(,exec)?/) }).length === 0,
        LogConfig: (value) =>
          [
            ...wrongFields('LogConfig', value, { Type: is('json-file'), Config: () => true }),
            ...wrongFields('Config', tree(value)['Config'], { 'max-size': text(/[0-9]{1,4}m/), 'max-file': text(/[1-9]/) }),
          ].length === 0,
        Mounts: (value) => listOf(isMountOfTheRun)(value) && hasNoDoubles((value as Tree[]).map((mount) => mount['Target'])),
      },
      { NanoCpus: whole(10_000_000, (world.policy.cpuCount ?? 0) * 1e9) },
    ),
  ]
}

const hasNoDoubles = (items: unknown[]): boolean => new Set(items).size === items.length

/** Nothing of this computer that the run did not have, and nothing writable that was not. */
function isMountOfTheRun(mount: unknown): boolean {
  const original = goodRun(world).HostConfig['Mounts'] as Tree[]
  const same = original.find((one) => one['Source'] === tree(mount)['Source'])
  const isOwnVolume = is(ownVolume, pythonVolume, guardRunner.volume)(tree(mount)['Source'])
  const fitting: Record<string, RegExp> = {
    '/app': new RegExp(`^${world.workspace}/pipelines/demo$`),
    '/tmp/.fastflow_route': /\/run\/r1\.route$/,
    '/run/fastflow/ca-certificates.pem': /\/run\/(ca\.pem|r1\.route)$/,
    '/run/fastflow/cache.tar': /\.cache$/,
    '/cache/uv': /^ffd-uvcache-/,
    '/cache/uv_python': /^ffd-uvpython-/,
    '/runner': /^ffd-runner-/,
  }
  const mustBeReadOnly = (same?.['ReadOnly'] ?? false) === true || is('/runner', '/run/fastflow/ca-certificates.pem', '/run/fastflow/cache.tar')(tree(mount)['Target'])
  return (
    wrongFields('mount', mount, {
      Type: is(isOwnVolume ? 'volume' : 'bind'),
      Source: (value) => isOwnVolume || (same !== undefined && value === same['Source']),
      Target: (value) => fitting[String(value)]?.test(String(tree(mount)['Source'])) === true,
      ReadOnly: mustBeReadOnly ? is(true) : is(true, false),
    }).length === 0
  )
}

const helpers = [
  volumeOwnerSpec({ image: guardImage, owner: fakeOwner, uid: 1001, gid: 1001, cacheVolume: ownVolume, pythonVolume }),
  volumeOwnerSpec({ image: guardImage, owner: fakeOwner, uid: 1001, gid: 1001, cacheVolume: ownVolume, pythonVolume, isWhole: true }),
  uvVersionSpec({ image: guardImage, owner: fakeOwner }),
  runnerFilesSpec({ image: guardImage, owner: fakeOwner, ...guardRunner }),
]

/** A helper is the one it was; only whom the caches are given to is free, and never root. */
function wrongInHelper(body: unknown): string[] {
  const command = tree(body)['Cmd']
  const receiver: unknown = Array.isArray(command) && command[0] === 'chown' ? command[command[1] === '-Rh' ? 2 : 1] : '1001:1001'
  if (!text(/[1-9][0-9]*:[1-9][0-9]*/)(receiver)) return [`given to ${JSON.stringify(receiver)}`]
  const restored = JSON.stringify(body).replace(JSON.stringify(receiver), '"1001:1001"')
  return helpers.some((helper) => restored === JSON.stringify(helper)) ? [] : ['not one of the helpers']
}

function wrongInVolume(body: unknown): string[] {
  return wrongFields(
    'volume',
    body,
    {
      Name: text(/ffd-(uvcache|uvpython)-[a-z0-9]{8,32}|ffd-runner-[a-f0-9]{16}/),
      Labels: (value) => wrongFields('Labels', value, { 'io.fastflow.desktop.owner': is(fakeOwner) }, { 'io.fastflow.desktop.generation': text(/[0-9a-f]{16}/) }).length === 0,
    },
    { Driver: is('local') },
  )
}

const questions = /^GET (\/_ping|\/v1\.41\/volumes\/ffd-[a-z0-9-]+)$/

/** Sends `count` changed requests, judges what reaches the engine of each, and answers how many were let through. */
async function letThrough(count: number, target: string, bases: unknown[], wrongIn: (body: unknown) => string[]): Promise<number> {
  const random = createRandom(seed)
  const { recorded, socketPath } = world.engine
  const folders = ['demo', 'alias', 'evil', 'with-git', '.hidden', 'demo/nested', 'demo/', '..'].map((name) => `${world.workspace}/pipelines/${name}`)
  const paths = [...folders, world.workspace, world.runDir, `${world.runDir}/link.route`, `${world.runDir}/ca.pem`, socketPath]
  let through = 0
  for (let round = 0; round < count; round++) {
    const mutant = mutate(random.pick(bases), random, paths)
    recorded.length = 0
    await exchangeRaw(world.guard.socketPath, rawRequest('POST', target, { 'Content-Type': 'application/json' }, mutant.text), { count: 1 })
    const forwarded = recorded.filter(({ method, url }) => !questions.test(`${method} ${url}`))
    if (forwarded.length === 0) continue
    through++
    const body = forwarded[0]?.body ?? ''
    const tell = `FFD_MUTATION_SEED=${seed}: ${mutant.steps.join(', ')}\nsent: ${mutant.text.toString()}\nforwarded: ${body}`
    expect(forwarded.map(({ method, url }) => `${method} ${url}`), tell).toEqual([`POST /v1.41${target}`])
    const parsed: unknown = JSON.parse(body)
    // What an engine reads is what was judged: no key twice, nothing behind the end, nothing between the lines.
    expect(body, tell).toBe(JSON.stringify(parsed))
    expect(wrongIn(parsed), tell).toEqual([])
  }
  return through
}

it('of 10,000 changed runs, none gets more than it had', async () => {
  const run = goodRun(world)
  const through = await letThrough(10_000, runCreateTarget, [run, { ...run, WorkingDir: '/app', Tty: false, OpenStdin: false }, { ...run, Cmd: [...waitingShell, ...(run['Cmd'] as string[])] }], wrongInRun)
  expect(through).toBeGreaterThan(100)
  expect(through).toBeLessThan(5_000)
})

it('of 3,000 changed helpers, each that gets through is one of the helpers', async () => {
  expect(await letThrough(3_000, helperCreateTarget, helpers, wrongInHelper)).toBeGreaterThan(50)
})

it('of 3,000 changed volumes, each that gets through has our label and no driver options', async () => {
  const own = { 'io.fastflow.desktop.owner': fakeOwner }
  const volumes = [
    { Name: ownVolume, Labels: own },
    { Name: pythonVolume, Labels: { ...own, 'io.fastflow.desktop.generation': '0123456789abcdef' }, Driver: 'local' },
  ]
  expect(await letThrough(3_000, '/volumes/create', volumes, wrongInVolume)).toBeGreaterThan(50)
})

it.each<[string, (run: ReturnType<typeof goodRun>) => unknown]>([
  ['a key', (run) => ({ ...run, Privileged: true })],
  ['a key of the host', (run) => ({ ...run, HostConfig: { ...run.HostConfig, PidMode: 'host' } })],
  ['less isolation', (run) => ({ ...run, HostConfig: { ...run.HostConfig, CapDrop: [] } })],
  ['a missing limit', ({ HostConfig: { PidsLimit: _dropped, ...host }, ...run }) => ({ ...run, HostConfig: host })],
  ['swap', (run) => ({ ...run, HostConfig: { ...run.HostConfig, MemorySwap: -1 } })],
  ['root', (run) => ({ ...run, User: '0:0' })],
  ['another folder', (run) => ({ ...run, HostConfig: { ...run.HostConfig, Mounts: [{ Type: 'bind', Source: '/etc', Target: '/app', ReadOnly: true }] } })],
  ['a shell of another kind', (run) => ({ ...run, Cmd: ['sh', '-c', 'id; kill -STOP $$; exec "$0" "$@"', ...(run['Cmd'] as string[])] })],
  ['a variable', (run) => ({ ...run, Env: ['LD_PRELOAD=/app/x.so'] })],
])('the judge sees %s that should not be there', (_name, change) => {
  expect(wrongInRun(goodRun(world))).toEqual([])
  expect(wrongInRun(change(goodRun(world)))).toHaveLength(1)
})
