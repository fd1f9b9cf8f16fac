/** Runs on an engine that is reached by TLS, by ssh and through a proxy that forbids things. */
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { startSocketProxy, type SocketProxy } from '../testing/socket-proxy'
import { startTlsEngine, type TlsEngine } from '../testing/tls-engine'
import { findEndpoint } from './endpoint'
import { checkProxy, harmlessCalls } from './proxy-check'
import { sshArguments } from './endpoint-ssh'

const script = { 'first/main.py': 'import time\nprint("begin", flush=True)\ntime.sleep(1)\nprint("end")\n' }

describeWithEngine('ways to an engine', ({ endpoint, image }) => {
  const engineSocket = endpoint.replace('unix://', '')
  let root: string
  let world: EngineWorld | null = null
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-ways-')))
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))
  afterEach(async () => {
    vi.unstubAllEnvs()
    await world?.close()
    world = null
  })

  async function runThrough(settings: { engineEndpoint?: string; dockerProxyUrl?: string }): Promise<{ result: unknown[]; world: EngineWorld }> {
    world = await openEngineWorld({ endpoint, settings: { workerImage: image, ...settings } })
    await world.write(script)
    const { run, text } = await world.run('first')
    return { result: [run.outcome, run.reason, text], world }
  }

  describe('TLS', () => {
    let engine: TlsEngine
    beforeAll(async () => {
      engine = await startTlsEngine(engineSocket, join(root, 'tls'))
    })
    afterAll(() => engine.close())

    it('with the certificates that DOCKER_CERT_PATH names', async () => {
      vi.stubEnv('DOCKER_HOST', `tcp://127.0.0.1:${engine.port}`)
      vi.stubEnv('DOCKER_TLS_VERIFY', '1')
      vi.stubEnv('DOCKER_CERT_PATH', engine.certificates)
      const { result, world } = await runThrough({ engineEndpoint: '' })
      expect(result).toEqual(['succeeded', null, 'begin\nend\n'])
      expect(world.engine.connection.status()).toMatchObject({ endpoint: `https://127.0.0.1:${engine.port}`, probes: [{ source: 'DOCKER_HOST', error: null }] })
    })

    it('with those of the current context', async () => {
      const [config, id] = [join(root, 'config'), createHash('sha256').update('far').digest('hex')]
      const folder = join(config, 'contexts', 'tls', id, 'docker')
      for (const path of [folder, join(config, 'contexts', 'meta', id)]) mkdirSync(path, { recursive: true })
      for (const name of ['ca.pem', 'cert.pem', 'key.pem']) writeFileSync(join(folder, name), readFileSync(join(engine.certificates, name)))
      writeFileSync(join(config, 'config.json'), '{"currentContext":"far"}')
      writeFileSync(join(config, 'contexts', 'meta', id, 'meta.json'), JSON.stringify({ Name: 'far', Endpoints: { docker: { Host: `tcp://127.0.0.1:${engine.port}` } } }))
      const found = await findEndpoint({ setting: '', proxySetting: '', env: { DOCKER_CONFIG: config } })
      expect([found.access?.endpoint, found.probes]).toEqual([
        `https://127.0.0.1:${engine.port}`,
        [{ endpoint: `https://127.0.0.1:${engine.port}`, source: 'Docker context far', error: null }],
      ])
    })

    it.each<[string, (engine: TlsEngine) => string, RegExp]>([
      ['an authority that is not known', ({ strangers }) => strangers, /is not trusted .*ca\.pem/],
      ['no certificate of its own', ({ authorityOnly }) => authorityOnly, /does not accept this computer's certificate .*cert\.pem and key\.pem/],
      ['a folder without certificates', () => root, /holds none of ca\.pem/],
    ])('not with %s', async (_name, folder, reason) => {
      const env = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: folder(engine) }
      const found = await findEndpoint({ setting: `tcp://127.0.0.1:${engine.port}`, proxySetting: '', env })
      expect([found.access, found.reason]).toEqual([null, expect.stringMatching(reason)])
    })

    it('not without: it is said that TLS is wanted', async () => {
      const found = await findEndpoint({ setting: `http://127.0.0.1:${engine.port}`, proxySetting: '', env: {} })
      expect([found.access, found.reason]).toEqual([null, expect.stringMatching(/No container engine answers|https:\/\//)])
    })
  })

  describe('ssh', () => {
    /** Stands for ssh on the PATH: notes how it was called, then does what `behave` says. */
    function stubSsh(behave: string): { calls: () => string[] } {
      const folder = mkdtempSync(join(root, 'bin-'))
      const calls = join(folder, 'calls')
      writeFileSync(calls, '')
      writeFileSync(join(folder, 'ssh'), `#!${process.execPath}\nrequire('fs').appendFileSync(${JSON.stringify(calls)}, process.argv.slice(2).join(' ') + '\\n')\n${behave}\n`)
      chmodSync(join(folder, 'ssh'), 0o755)
      vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`)
      return { calls: () => readFileSync(calls, 'utf8').trim().split('\n') }
    }
    const dialStdio = `const engine = require('net').connect(${JSON.stringify(engineSocket)})
process.stdin.pipe(engine).pipe(process.stdout)
engine.on('close', () => process.exit(0))`

    it('runs to the end, each connection a process of its own that never asks', async () => {
      const { calls } = stubSsh(dialStdio)
      const { result, world } = await runThrough({ engineEndpoint: 'ssh://me@far:2222' })
      expect(result).toEqual(['succeeded', null, 'begin\nend\n'])
      expect(world.engine.connection.status().endpoint).toBe('ssh://me@far:2222')
      const expected = sshArguments({ host: 'far', port: 2222, user: 'me', socketPath: null }).join(' ')
      expect(expected).toMatch(/^-T -o BatchMode=yes .*-p 2222 -l me -- far docker system dial-stdio$/)
      expect(new Set(calls())).toEqual(new Set([expected]))
      expect(calls().length).toBeGreaterThan(5)
    })

    it.each([
      ['a key that is not accepted', 'me@far: Permission denied (publickey,password).', /Permission denied \(publickey,password\)\. .*ssh-add/],
      ['a computer that is not known', 'No key is known\nHost key verification failed.', /Host key verification failed\. .*check the key.*ssh me@far/],
      ['a computer that is off', 'ssh: connect to host far port 22: Connection timed out', /timed out\. Check the address/],
      ['no Docker there', 'bash: line 1: docker: command not found', /Install Docker on that computer/],
      ['silence', '', /ended without a word\. .*ssh me@far docker version/],
    ])('says why with %s', async (_name, words, reason) => {
      stubSsh(`console.error(${JSON.stringify(words)}); process.exit(255)`)
      const found = await findEndpoint({ setting: 'ssh://me@far', proxySetting: '', env: {} })
      expect([found.access, found.reason]).toEqual([null, expect.stringMatching(reason)])
    })

    it('says that ssh is missing', async () => {
      vi.stubEnv('PATH', join(root, 'nothing'))
      expect((await findEndpoint({ setting: 'ssh://far', proxySetting: '', env: {} })).reason).toMatch(/Install the OpenSSH client/)
    })
  })

  describe('a proxy before the engine', () => {
    let proxy: SocketProxy
    beforeAll(async () => {
      proxy = await startSocketProxy(engineSocket, {})
    })
    afterAll(() => proxy.close())
    const enough = { PING: true, VERSION: true, CONTAINERS: true, IMAGES: true, VOLUMES: true, POST: true }

    it('needs no more than the switches that are documented: a run works with INFO=0', async () => {
      proxy.switches = enough
      const { result, world } = await runThrough({ engineEndpoint: '', dockerProxyUrl: proxy.url })
      expect(result).toEqual(['succeeded', null, 'begin\nend\n'])
      expect(new Set(proxy.refused.map((call) => call.replace(/\/v[\d.]+/, '')))).toEqual(new Set(['GET /info']))
      expect(world.engine.connection.facts()).toMatchObject({ cpuCount: null, memoryBytes: null })
      const { tools } = await world.api('tools.check', {})
      expect(tools.find(({ id }) => id === 'engine-proxy')).toMatchObject({ state: 'ok', detail: 'It refuses: GET /info.' })
    })

    it('that forbids volumes is named with what to set', async () => {
      proxy.switches = { ...enough, VOLUMES: false }
      const { result, world } = await runThrough({ engineEndpoint: '', dockerProxyUrl: proxy.url })
      expect(result).toEqual(['engine-error', expect.stringMatching(/^Could not look at the volume .* forbids GET \/volumes\/\{name\}\. Set VOLUMES=1 there/), ''])
      const { tools } = await world.api('tools.check', {})
      expect(tools.find(({ id }) => id === 'engine-proxy')).toMatchObject({ state: 'missing', hint: expect.stringContaining('VOLUMES=1 POST=1') as string })
    })

    it('is asked what it forbids without a trace in the engine', async () => {
      proxy.switches = enough
      proxy.passed.length = 0
      expect(await checkProxy({ endpoint: proxy.url, tls: null })).toEqual([{ call: 'GET /info', switches: 'INFO=1', isNeeded: false }])
      expect(proxy.passed).toHaveLength(harmlessCalls.length - 1)
      proxy.switches = { ...enough, INFO: true, POST: false }
      const refused = await checkProxy({ endpoint: proxy.url, tls: null })
      expect(refused.every(({ call, switches }) => /^(POST|DELETE) /.test(call) && switches.endsWith(' POST=1'))).toBe(true)
      expect(refused).toHaveLength(harmlessCalls.filter(({ method }) => method !== 'GET').length)
      expect(await checkProxy({ endpoint, tls: null })).toEqual([])
    })
  })
})
