import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startFakeEngine, type FakeEngine } from '../testing/fake-engine'
import { engineCandidates, findEndpoint, type EngineCandidate, type EngineSearch } from './endpoint'
import { parseEndpoint } from './endpoint-address'
import { readDockerContext } from './endpoint-context'
import { probeEndpoint, probeError } from './endpoint-probe'

const probe = (endpoint: string, timeoutMs: number, platform?: NodeJS.Platform): ReturnType<typeof probeEndpoint> =>
  probeEndpoint({ endpoint, tls: null }, timeoutMs, platform)
const search: EngineSearch = { setting: '', proxySetting: '', env: {}, platform: 'linux', homeDir: '/home/ada', userId: 1000, context: null }
const endpoints = (more: Partial<EngineSearch>): string[] => engineCandidates({ ...search, ...more }).map(({ endpoint }) => endpoint)

describe('candidates', () => {
  const named = (endpoint: string, source: string, more: Partial<EngineCandidate> = {}): EngineCandidate => ({ endpoint, source, tls: null, isNamed: true, isProxy: false, ...more })

  it('are the setting alone when it is set, and a proxy alone: nothing goes around it', () => {
    const env = { DOCKER_PROXY_URL: 'http://proxy:2375', DOCKER_HOST: 'tcp://other:2375' }
    expect(engineCandidates({ ...search, setting: 'unix:///run/x.sock', env })).toEqual([named('unix:///run/x.sock', 'setting')])
    expect(engineCandidates({ ...search, env })).toEqual([named('http://proxy:2375', 'DOCKER_PROXY_URL', { isProxy: true })])
    expect(engineCandidates({ ...search, setting: 'unix:///run/x.sock', proxySetting: 'tcp://p:1', env })).toEqual([named('http://p:1', 'proxy setting', { isProxy: true })])
  })

  it('begin with what the user said, in this order', () => {
    const context = { name: 'work', host: 'unix:///run/work.sock', tls: null }
    expect(engineCandidates({ ...search, env: { DOCKER_HOST: 'tcp://host:2375' }, context }).slice(0, 3)).toEqual([
      named('http://host:2375', 'DOCKER_HOST'),
      named('unix:///run/work.sock', 'Docker context work'),
      { endpoint: 'unix:///var/run/docker.sock', source: 'Docker', tls: null, isNamed: false, isProxy: false },
    ])
  })

  it('have the certificates that Docker’s tools would take', () => {
    const first = (more: Partial<EngineSearch>): EngineCandidate | undefined => engineCandidates({ ...search, ...more })[0]
    const usual = { folder: '/home/ada/.docker', isNamed: false, verifies: true }
    expect(first({ setting: 'https://host' })).toEqual(named('https://host', 'setting', { tls: usual }))
    expect(first({ env: { DOCKER_HOST: 'tcp://host:2376', DOCKER_TLS_VERIFY: '1' } })).toEqual(named('https://host:2376', 'DOCKER_HOST', { tls: usual }))
    expect(first({ env: { DOCKER_HOST: 'tcp://host:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/certs' } })?.tls).toEqual({ folder: '/certs', isNamed: true, verifies: true })
    expect(first({ env: { DOCKER_HOST: 'tcp://host:2376', DOCKER_TLS: '1', DOCKER_CONFIG: '/config' } })).toEqual(
      named('https://host:2376', 'DOCKER_HOST (certificate not checked)', { tls: { folder: '/config', isNamed: false, verifies: false } }),
    )
    expect(first({ env: { DOCKER_HOST: 'unix:///run/x.sock', DOCKER_TLS_VERIFY: '1' } })?.tls).toBeNull()
    const tls = { folder: '/c/tls', isNamed: true, verifies: true }
    expect(first({ context: { name: 'far', host: 'tcp://host:2376', tls } })).toEqual(named('https://host:2376', 'Docker context far', { tls }))
    expect(first({ context: { name: 'far', host: 'tcp://host:2375', tls: null }, env: { DOCKER_TLS_VERIFY: '1' } })?.endpoint).toBe('http://host:2375')
    expect(first({ context: { name: 'far', host: 'tcp://host', tls: { ...tls, verifies: false } } })?.source).toBe('Docker context far (certificate not checked)')
  })

  it('know the usual places of each platform', () => {
    expect(endpoints({})).toContain('unix:///run/user/1000/docker.sock')
    expect(endpoints({ env: { XDG_RUNTIME_DIR: '/x' } })).toEqual(
      expect.arrayContaining(['unix:///x/docker.sock', 'unix:///x/podman/podman.sock', 'unix:///run/podman/podman.sock']),
    )
    const mac = endpoints({ platform: 'darwin', homeDir: '/Users/ada' })
    for (const place of ['.docker/run', '.colima/default', '.orbstack/run', '.rd']) expect(mac).toContain(`unix:///Users/ada/${place}/docker.sock`)
    expect(mac).toContain('unix:///Users/ada/.local/share/containers/podman/machine/podman.sock')
    expect(endpoints({ platform: 'darwin', env: { TMPDIR: '/var/folders/x/' } })).toContain('unix:///var/folders/x/podman/podman-machine-default-api.sock')
    expect(endpoints({ env: { COLIMA_HOME: '/opt/colima' } })).toContain('unix:///opt/colima/default/docker.sock')
    expect(endpoints({ platform: 'win32', userId: null })).toEqual([
      'npipe:////./pipe/docker_engine',
      'npipe:////./pipe/dockerDesktopLinuxEngine',
      'npipe:////./pipe/podman-machine-default',
    ])
  })

  it('name each place once, by what named it first', () => {
    const found = engineCandidates({ ...search, env: { DOCKER_HOST: 'unix:///var/run/docker.sock' } }).filter(
      ({ endpoint }) => endpoint === 'unix:///var/run/docker.sock',
    )
    expect(found.map(({ source }) => source)).toEqual(['DOCKER_HOST'])
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
    ['npipe:////./pipe/docker_engine', { kind: 'socket', socketPath: '\\\\.\\pipe\\docker_engine' }],
    ['npipe://./pipe/docker_engine', { kind: 'socket', socketPath: '\\\\.\\pipe\\docker_engine' }],
    ['npipe://\\\\.\\pipe\\docker_engine', { kind: 'socket', socketPath: '\\\\.\\pipe\\docker_engine' }],
    ['http://proxy', { kind: 'tcp', protocol: 'http:', hostname: 'proxy', port: 2375 }],
    ['http://proxy:80/', { kind: 'tcp', protocol: 'http:', hostname: 'proxy', port: 80 }],
    ['tcp://[::1]:2375', { kind: 'tcp', protocol: 'http:', hostname: '::1', port: 2375 }],
    ['https://host', { kind: 'tcp', protocol: 'https:', hostname: 'host', port: 2376 }],
    ['ssh://host', { kind: 'ssh', host: 'host', port: null, user: null, socketPath: null }],
    ['ssh://me@host.example:2222/run/user/1000/docker.sock', { kind: 'ssh', host: 'host.example', port: 2222, user: 'me', socketPath: '/run/user/1000/docker.sock' }],
    ['ssh://[::1]/', { kind: 'ssh', host: '::1', port: null, user: null, socketPath: null }],
    ['ssh://me:secret@host', { kind: 'unsupported', why: expect.not.stringContaining('secret') as string }],
    ['ssh://-oProxyCommand=evil', { kind: 'unsupported', why: expect.stringContaining('ssh://user@host') as string }],
    ['ssh://-l@host', { kind: 'unsupported', why: expect.stringContaining('ssh://user@host') as string }],
    ['ssh://host/$(evil)', { kind: 'unsupported', why: expect.stringContaining('ssh://user@host') as string }],
    ['ssh://host;evil', { kind: 'unsupported', why: expect.stringContaining('ssh://user@host') as string }],
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
    expect(await readDockerContext({ env: {}, homeDir: home })).toEqual({ name: 'colima', host: engine.endpoint, tls: null })
    expect(await readDockerContext({ env: { DOCKER_CONTEXT: 'default' }, homeDir: home })).toBeNull()
    await writeContext(join(home, 'other'), 'b', 'tcp://b:1')
    expect(await readDockerContext({ env: { DOCKER_CONFIG: join(home, 'other') }, homeDir: home })).toEqual({ name: 'b', host: 'tcp://b:1', tls: null })
    for (const text of ['{', '[]', 'null', '{"currentContext":5}']) {
      await writeFile(join(home, '.docker', 'config.json'), text)
      expect(await readDockerContext({ env: {}, homeDir: home })).toBeNull()
    }
  })

  it('reads the certificates of a context, and that it checks none', async () => {
    const directory = join(home, '.docker')
    await writeContext(directory, 'far', 'tcp://far:2376')
    const id = createHash('sha256').update('far').digest('hex')
    await mkdir(join(directory, 'contexts', 'tls', id, 'docker'), { recursive: true })
    expect((await readDockerContext({ env: {}, homeDir: home }))?.tls).toBeNull()
    const folder = join(directory, 'contexts', 'tls', id, 'docker')
    await writeFile(join(folder, 'ca.pem'), '')
    expect((await readDockerContext({ env: {}, homeDir: home }))?.tls).toEqual({ folder, isNamed: true, verifies: true })
    await writeFile(
      join(directory, 'contexts', 'meta', id, 'meta.json'),
      JSON.stringify({ Endpoints: { docker: { Host: 'tcp://far:2376', SkipTLSVerify: true } } }),
    )
    expect((await readDockerContext({ env: {}, homeDir: home }))?.tls?.verifies).toBe(false)
  })

  it('finds the engine of the context after what did not answer, and tells of each', async () => {
    await writeContext(join(home, '.docker'), 'colima', engine.endpoint)
    const found = await findEndpoint({ setting: '', proxySetting: '', env: { DOCKER_HOST: 'ftp://me@host' }, platform: 'linux', homeDir: home })
    expect(found).toEqual({
      access: { endpoint: engine.endpoint, tls: null },
      isProxy: false,
      reason: null,
      probes: [
        { endpoint: 'ftp://host', source: 'DOCKER_HOST', error: expect.stringContaining('not an engine address') as string },
        { endpoint: engine.endpoint, source: 'Docker context colima', error: null },
      ],
    })
  })

  it('gives the reason of what the user named when nothing answers', async () => {
    const found = await findEndpoint({ setting: `unix://${home}/none.sock`, proxySetting: '', env: {}, platform: 'linux', homeDir: home })
    expect(found).toMatchObject({
      access: null,
      reason: `There is no container engine at unix://${home}/none.sock. To start Docker run: sudo systemctl start docker`,
    })
  })

  it('accepts an engine and refuses what is none', async () => {
    expect(await probe(engine.endpoint, 2_000)).toBeNull()
    engine.override = (_request, response) => {
      response.end('<html>It works!</html>')
      return true
    }
    expect((await probe(engine.endpoint, 2_000))?.message).toContain('not a container engine')
    engine.override = (_request, response) => {
      response.writeHead(403).end('Forbidden')
      return true
    }
    expect((await probe(engine.endpoint, 2_000))?.message).toContain('PING=1')
  })

  it('gives up on one that accepts and says nothing, and on one that speaks no HTTP', async () => {
    engine.override = () => true
    expect(await probe(engine.endpoint, 100, 'linux')).toMatchObject({
      code: 'docker/timeout',
      message: expect.stringContaining('systemctl restart') as string,
    })
    const other = net.createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH\r\n'))
    await new Promise<void>((resolve) => other.listen(join(home, 'ssh.sock'), resolve))
    expect((await probe(`unix://${join(home, 'ssh.sock')}`, 2_000))?.message).toContain('not a container engine')
    other.close()
  })

  it('says what to start where a socket is left over from an engine that stopped', async () => {
    const socketPath = join(home, '.colima', 'default', 'docker.sock')
    await mkdir(join(home, '.colima', 'default'), { recursive: true })
    await writeFile(socketPath, '')
    expect(await probe(`unix://${socketPath}`, 2_000, 'darwin')).toMatchObject({
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
    ['EPROTO', 'https://host:2376', 'linux', 'https://'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'https://host:2376', 'linux', 'ca.pem'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'https://host:2376', 'linux', 'cert.pem and key.pem'],
    ['ECONNREFUSED', 'ssh://host', 'linux', 'on that computer'],
  ])('is said for %s at %s on %s', (code, endpoint, platform, hint) => {
    const error = probeError(failed(code), endpoint, platform)
    expect(error.message).toContain(hint)
    expect(error.code).toBe(code === 'EACCES' || code === 'EPERM' ? 'docker/permission-denied' : 'docker/unavailable')
  })
})
