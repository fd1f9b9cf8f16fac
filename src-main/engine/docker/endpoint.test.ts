import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startFakeEngine, type FakeEngine } from '../testing/fake-engine'
import { engineCandidates, findEndpoint, type EngineSearch } from './endpoint'
import { parseEndpoint } from './endpoint-address'
import { readDockerContext } from './endpoint-context'
import { probeEndpoint, probeError } from './endpoint-probe'

const search: EngineSearch = { setting: '', env: {}, platform: 'linux', homeDir: '/home/ada', userId: 1000, context: null }
const endpoints = (more: Partial<EngineSearch>): string[] => engineCandidates({ ...search, ...more }).map(({ endpoint }) => endpoint)

describe('candidates', () => {
  it('are the setting alone when it is set', () => {
    expect(engineCandidates({ ...search, setting: 'unix:///run/x.sock', env: { DOCKER_HOST: 'tcp://other:2375' } })).toEqual([
      { endpoint: 'unix:///run/x.sock', source: 'setting' },
    ])
  })

  it('begin with what the user said, in this order', () => {
    const env = { DOCKER_PROXY_URL: 'http://proxy:2375', DOCKER_HOST: 'tcp://host:2375' }
    expect(engineCandidates({ ...search, env, context: { name: 'work', host: 'unix:///run/work.sock' } }).slice(0, 4)).toEqual([
      { endpoint: 'http://proxy:2375', source: 'DOCKER_PROXY_URL' },
      { endpoint: 'http://host:2375', source: 'DOCKER_HOST' },
      { endpoint: 'unix:///run/work.sock', source: 'Docker context work' },
      { endpoint: 'unix:///var/run/docker.sock', source: 'Docker' },
    ])
  })

  it('know the usual places of each platform', () => {
    expect(endpoints({})).toContain('unix:///run/user/1000/docker.sock')
    expect(endpoints({ env: { XDG_RUNTIME_DIR: '/x' } })).toEqual(
      expect.arrayContaining(['unix:///x/docker.sock', 'unix:///x/podman/podman.sock', 'unix:///run/podman/podman.sock']),
    )
    const mac = endpoints({ platform: 'darwin', homeDir: '/Users/ada' })
    for (const place of ['.docker/run', '.colima/default', '.orbstack/run', '.rd']) expect(mac).toContain(`unix:///Users/ada/${place}/docker.sock`)
    expect(endpoints({ platform: 'win32', userId: null })[0]).toBe('npipe:////./pipe/docker_engine')
  })

  it('name each place once, by what named it first', () => {
    const found = engineCandidates({ ...search, env: { DOCKER_HOST: 'unix:///var/run/docker.sock' } }).filter(
      ({ endpoint }) => endpoint === 'unix:///var/run/docker.sock',
    )
    expect(found).toEqual([{ endpoint: 'unix:///var/run/docker.sock', source: 'DOCKER_HOST' }])
  })

  it('read an address as Docker’s tools do', () => {
    expect(endpoints({ env: { DOCKER_HOST: 'host:2375' } })[0]).toBe('http://host:2375')
    expect(endpoints({ env: { DOCKER_HOST: 'tcp://host:2376', DOCKER_TLS_VERIFY: '1' } })[0]).toBe('https://host:2376')
    expect(endpoints({ setting: '/run/x.sock' })).toEqual(['unix:///run/x.sock'])
  })
})

describe('addresses', () => {
  it.each([
    ['unix:///run/x.sock', { kind: 'socket', socketPath: '/run/x.sock' }],
    ['npipe:////./pipe/docker_engine', { kind: 'socket', socketPath: '//./pipe/docker_engine' }],
    ['npipe://./pipe/docker_engine', { kind: 'socket', socketPath: '//./pipe/docker_engine' }],
    ['http://proxy', { kind: 'tcp', protocol: 'http:', hostname: 'proxy', port: 2375 }],
    ['http://proxy:80/', { kind: 'tcp', protocol: 'http:', hostname: 'proxy', port: 80 }],
    ['tcp://[::1]:2375', { kind: 'tcp', protocol: 'http:', hostname: '::1', port: 2375 }],
    ['https://host', { kind: 'tcp', protocol: 'https:', hostname: 'host', port: 2376 }],
    ['ssh://me@host', { kind: 'unsupported', why: expect.stringContaining('ssh -L') as string }],
    ['unix://relative', { kind: 'unsupported', why: expect.stringContaining('absolute') as string }],
    ['http://me:secret@host', { kind: 'unsupported', why: expect.not.stringContaining('secret') as string }],
    ['ftp://host', { kind: 'unsupported', why: expect.stringContaining('Write unix:///path') as string }],
  ])('%s', (endpoint, address) => {
    expect(parseEndpoint(endpoint)).toEqual(address)
  })
})

describe('on disk and on sockets', () => {
  let home: string
  let engine: FakeEngine
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ffd-home-'))
    engine = await startFakeEngine()
  })
  afterEach(async () => {
    await engine.close()
    await rm(home, { recursive: true, force: true })
  })

  async function writeContext(directory: string, name: string, host: string): Promise<void> {
    const folder = join(directory, 'contexts', 'meta', createHash('sha256').update(name).digest('hex'))
    await mkdir(folder, { recursive: true })
    await writeFile(
      join(folder, 'meta.json'),
      JSON.stringify({ Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } }),
    )
    await writeFile(join(directory, 'config.json'), JSON.stringify({ currentContext: name }))
  }

  it('reads Docker’s current context, and none from files that are missing or broken', async () => {
    expect(await readDockerContext({ env: {}, homeDir: home })).toBeNull()
    await writeContext(join(home, '.docker'), 'colima', engine.endpoint)
    expect(await readDockerContext({ env: {}, homeDir: home })).toEqual({ name: 'colima', host: engine.endpoint })
    expect(await readDockerContext({ env: { DOCKER_CONTEXT: 'default' }, homeDir: home })).toBeNull()
    await writeContext(join(home, 'other'), 'b', 'tcp://b:1')
    expect(await readDockerContext({ env: { DOCKER_CONFIG: join(home, 'other') }, homeDir: home })).toEqual({ name: 'b', host: 'tcp://b:1' })
    for (const text of ['{', '[]', 'null', '{"currentContext":5}']) {
      await writeFile(join(home, '.docker', 'config.json'), text)
      expect(await readDockerContext({ env: {}, homeDir: home })).toBeNull()
    }
  })

  it('finds the engine of the context after what did not answer, and tells of each', async () => {
    await writeContext(join(home, '.docker'), 'colima', engine.endpoint)
    const found = await findEndpoint({ setting: '', env: { DOCKER_HOST: 'ssh://me@host' }, platform: 'linux', homeDir: home })
    expect(found).toEqual({
      endpoint: engine.endpoint,
      reason: null,
      probes: [
        { endpoint: 'ssh://host', source: 'DOCKER_HOST', error: expect.stringContaining('not supported') as string },
        { endpoint: engine.endpoint, source: 'Docker context colima', error: null },
      ],
    })
  })

  it('gives the reason of what the user named when nothing answers', async () => {
    const found = await findEndpoint({ setting: `unix://${home}/none.sock`, env: {}, platform: 'linux', homeDir: home })
    expect(found).toMatchObject({
      endpoint: null,
      reason: `There is no container engine at unix://${home}/none.sock. To start Docker run: sudo systemctl start docker`,
    })
  })

  it('accepts an engine and refuses what is none', async () => {
    expect(await probeEndpoint(engine.endpoint, 2_000)).toBeNull()
    engine.override = (_request, response) => {
      response.end('<html>It works!</html>')
      return true
    }
    expect((await probeEndpoint(engine.endpoint, 2_000))?.message).toContain('not a container engine')
    engine.override = (_request, response) => {
      response.writeHead(403).end('Forbidden')
      return true
    }
    expect((await probeEndpoint(engine.endpoint, 2_000))?.message).toContain('PING=1')
  })

  it('gives up on one that accepts and says nothing, and on one that speaks no HTTP', async () => {
    engine.override = () => true
    expect(await probeEndpoint(engine.endpoint, 100, 'linux')).toMatchObject({
      code: 'docker/timeout',
      message: expect.stringContaining('systemctl restart') as string,
    })
    const other = net.createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH\r\n'))
    await new Promise<void>((resolve) => other.listen(join(home, 'ssh.sock'), resolve))
    expect((await probeEndpoint(`unix://${join(home, 'ssh.sock')}`, 2_000))?.message).toContain('not a container engine')
    other.close()
  })

  it('says what to start where a socket is left over from an engine that stopped', async () => {
    const socketPath = join(home, '.colima', 'default', 'docker.sock')
    await mkdir(join(home, '.colima', 'default'), { recursive: true })
    await writeFile(socketPath, '')
    expect(await probeEndpoint(`unix://${socketPath}`, 2_000, 'darwin')).toMatchObject({
      code: 'docker/unavailable',
      message: expect.stringMatching(/ECONNREFUSED.*colima start$/) as string,
    })
  })
})

describe('what to do', () => {
  const failed = (code: string): NodeJS.ErrnoException => Object.assign(new Error(code), { code })

  it.each<[string, string, NodeJS.Platform, string]>([
    ['EACCES', 'unix:///var/run/docker.sock', 'linux', 'sudo usermod -aG docker "$USER"'],
    ['EACCES', 'unix:///run/podman/podman.sock', 'linux', 'systemctl --user enable --now podman.socket'],
    ['EACCES', 'unix:///var/run/docker.sock', 'darwin', 'sudo chown "$USER" "/var/run/docker.sock"'],
    ['EPERM', 'npipe:////./pipe/docker_engine', 'win32', 'net localgroup docker-users'],
    ['ECONNREFUSED', 'unix:///run/user/1000/docker.sock', 'linux', 'systemctl --user start docker'],
    ['ENOENT', 'unix:///Users/ada/.orbstack/run/docker.sock', 'darwin', 'OrbStack'],
    ['ENOENT', 'unix:///Users/ada/.rd/docker.sock', 'darwin', 'Rancher Desktop'],
    ['ENOENT', 'npipe:////./pipe/docker_engine', 'win32', 'Start Docker Desktop'],
    ['ECONNREFUSED', 'http://proxy:2375', 'linux', 'Check the address'],
    ['EPROTO', 'https://host:2376', 'linux', 'TLS certificates'],
  ])('is said for %s at %s on %s', (code, endpoint, platform, hint) => {
    const error = probeError(failed(code), endpoint, platform)
    expect(error.message).toContain(hint)
    expect(error.code).toBe(code === 'EACCES' || code === 'EPERM' ? 'docker/permission-denied' : 'docker/unavailable')
  })
})
