/** Guard and client against a real container engine. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AppError } from '@shared/app-error'
import { describeWithEngine } from '../testing/engine'
import { createDockerClient, type ContainerFacts, type ContainerSpec, type DockerClient } from './client'
import { createDemux } from './demux'
import { findEndpoint } from './endpoint'
import { startGuard, type RunningGuard } from './guard'
import { uvVersionSpec, volumeOwnerSpec } from './guard-helpers'
import { labels } from './labels'

describeWithEngine('guard and client with a real engine', (engine) => {
  const owner = `test-${randomBytes(6).toString('hex')}`
  const absentImage = 'localhost:1/fast-flow/absent:1'
  const suffix = randomBytes(5).toString('hex')
  const cacheVolume = `ffd-uvcache-${suffix}`
  const pythonVolume = `ffd-uvpython-${suffix}`
  const foreignVolume = `ffd-uvcache-foreign${suffix}`
  let root: string
  let guard: RunningGuard
  let client: DockerClient

  /** Straight to the engine, as somebody else on this computer would. */
  function direct(method: string, path: string, body?: unknown): Promise<{ status: number; json: { Id?: string } }> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        { socketPath: engine.endpoint.replace('unix://', ''), method, path, headers: { 'Content-Type': 'application/json' }, agent: false },
        (answer) => {
          let text = ''
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
          answer.on('end', () => resolve({ status: answer.statusCode ?? 0, json: text.startsWith('{') ? (JSON.parse(text) as { Id?: string }) : {} }))
        },
      )
      request.on('error', reject)
      request.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'ffd-real-')))
    await mkdir(join(root, 'pipelines', 'it is: "demo"'), { recursive: true })
    await mkdir(join(root, 'run'))
    await writeFile(join(root, 'pipelines', 'it is: "demo"', 'main.py'), 'print("hello")\n')
    guard = await startGuard({
      upstream: engine.endpoint,
      owner,
      policy: () => ({
        pipelinesRoots: [join(root, 'pipelines')],
        runDir: join(root, 'run'),
        images: [engine.image],
        pullable: [absentImage],
        runner: { volume: 'ffd-runner-0123456789abcdef', files: 'nb_runner.py:cHJpbnQoMSkK' },
        cpuCount: null,
        memoryBytes: null,
      }),
    })
    client = createDockerClient({ socketPath: guard.socketPath, owner })
  })

  afterAll(async () => {
    for (const { id } of await client.listOwn()) await client.remove(id)
    for (const volume of [cacheVolume, pythonVolume, foreignVolume]) await direct('DELETE', `/volumes/${volume}`)
    await guard.close()
    await rm(root, { recursive: true, force: true })
  })

  function runSpec(script: string): ContainerSpec {
    return {
      Image: engine.image,
      Cmd: ['uv', 'run', '--no-project', '--python', '3.11', 'python', '-u', '-c', script],
      Env: ['HOME=/tmp', 'UV_CACHE_DIR=/tmp/uv', 'UV_OFFLINE=1', 'GREETING=grüß "dich"'],
      User: '1001:1001',
      Labels: { [labels.owner]: owner, [labels.runId]: randomUUID(), [labels.pipeline]: encodeURIComponent('it is: "demo"') },
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        NetworkMode: 'none',
        Memory: 268_435_456,
        MemorySwap: 268_435_456,
        PidsLimit: 128,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
        Init: true,
        Tmpfs: { '/tmp': 'size=64m' },
        LogConfig: { Type: 'json-file', Config: { 'max-size': '5m', 'max-file': '2' } },
        Mounts: [{ Type: 'bind', Source: join(root, 'pipelines', 'it is: "demo"'), Target: '/app', ReadOnly: false }],
      },
    }
  }

  type Started = { id: string; ended: Promise<void>; exited: Promise<void>; stdout: () => Buffer; stderr: () => Buffer; destroy(): void }

  async function start(name: string, spec: ContainerSpec, onStdout: ((chunk: Buffer) => void) | null = null): Promise<Started> {
    const id = await client.createContainer(name, spec)
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const demux = createDemux({
      onStdout: onStdout ?? ((chunk) => stdout.push(chunk)),
      onStderr: (chunk) => stderr.push(chunk),
      onEngineError: (text) => stderr.push(Buffer.from(text)),
    })
    const stream = await client.attach(id)
    stream.on('data', (chunk: Buffer) => demux.push(chunk))
    const ended = new Promise<void>((resolve) => stream.on('close', resolve))
    const exited = client.waitForExit(id, new AbortController().signal)
    await client.start(id)
    return { id, ended, exited, stdout: () => Buffer.concat(stdout), stderr: () => Buffer.concat(stderr), destroy: () => stream.destroy() }
  }

  async function finish(started: Started): Promise<ContainerFacts | null> {
    await Promise.all([started.ended, started.exited])
    const facts = await client.inspect(started.id)
    await client.remove(started.id)
    return facts
  }

  it('finds the engine by the setting and describes it', async () => {
    expect(await findEndpoint({ setting: engine.endpoint, proxySetting: '', env: {} })).toMatchObject({
      access: { endpoint: engine.endpoint, tls: null },
      probes: [{ source: 'setting', error: null }],
    })
    await client.ping()
    const facts = await client.facts()
    expect(facts.version).toMatch(/^\d+\./)
    expect(facts.cpuCount).toBeGreaterThan(0)
    expect(facts.memoryBytes).toBeGreaterThan(0)
    expect(await client.inspectImage(engine.image)).toMatchObject({
      id: expect.stringMatching(/^sha256:/) as string,
      architecture: facts.architecture,
    })
  })

  it('runs a container from create to remove, bytes exact and streams apart', async () => {
    const script =
      "import os,sys; sys.stdout.buffer.write(b'\\xe2\\x82\\x00\\r half'); sys.stderr.write(os.environ['GREETING']); print(os.getuid(), os.listdir('/app')); sys.exit(7)"
    const run = await start(`ffd-run-${randomUUID()}`, runSpec(script))
    expect((await client.listOwn()).map(({ id }) => id)).toContain(run.id)
    const facts = await finish(run)
    expect(facts).toMatchObject({ running: false, status: 'exited', exitCode: 7, oomKilled: false })
    expect(run.stdout().toString('latin1')).toBe("\xe2\x82\x00\r half1001 ['main.py']\n")
    expect(run.stderr().toString()).toBe('grüß "dich"')
    expect(await client.inspect(run.id)).toBeNull()
  })

  it('passes 105 MB of output byte for byte (P4)', async () => {
    const script = "import sys\nblock = bytes(range(256)) * 4096\nfor i in range(105): sys.stdout.buffer.write(i.to_bytes(4, 'big') + block[4:])"
    const expected = createHash('sha256')
    const block = Buffer.alloc(1_048_576, Buffer.from(Array.from({ length: 256 }, (_, index) => index)))
    for (let index = 0; index < 105; index++) {
      block.writeUInt32BE(index, 0)
      expected.update(block)
    }
    const received = createHash('sha256')
    let bytes = 0
    const run = await start(`ffd-run-${randomUUID()}`, runSpec(script), (chunk) => {
      bytes += chunk.length
      received.update(chunk)
    })
    expect(await finish(run)).toMatchObject({ exitCode: 0 })
    expect(bytes).toBe(105 * 1_048_576)
    expect(received.digest('hex')).toBe(expected.digest('hex'))
  })

  it('stops in the middle of a flood', async () => {
    let bytes = 0
    const run = await start(
      `ffd-run-${randomUUID()}`,
      runSpec("import sys\nwhile True: sys.stdout.write('flood ' * 1000 + '\\n')"),
      (chunk) => (bytes += chunk.length),
    )
    await expect.poll(() => bytes, { timeout: 20_000 }).toBeGreaterThan(5_000_000)
    const before = performance.now()
    await client.stop(run.id, 3)
    expect(performance.now() - before).toBeLessThan(8_000)
    const facts = await finish(run)
    expect(facts?.running).toBe(false)
    expect([137, 143]).toContain(facts?.exitCode)
    await client.stop(run.id, 0)
  })

  it('frees a container whose reader stalls as soon as the reader goes', async () => {
    const id = await client.createContainer(`ffd-run-${randomUUID()}`, runSpec("import sys\nwhile True: sys.stdout.write('x' * 65536)"))
    const stream = await client.attach(id)
    stream.pause()
    await client.start(id)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    stream.destroy()
    await client.kill(id)
    await expect.poll(async () => (await client.inspect(id))?.running, { timeout: 20_000 }).toBe(false)
    await client.remove(id)
  })

  it('makes volumes that are ours, hands them to the run user and runs both helpers', async () => {
    for (const volume of [cacheVolume, pythonVolume]) {
      expect(await client.inspectVolume(volume)).toBeNull()
      await client.createVolume(volume, { [labels.owner]: owner })
      expect(await client.inspectVolume(volume)).toMatchObject({ name: volume, hasOptions: false, labels: { [labels.owner]: owner } })
    }
    const handed = await start(
      `ffd-help-${randomUUID()}`,
      volumeOwnerSpec({ image: engine.image, owner, uid: 1001, gid: 1001, cacheVolume, pythonVolume }),
    )
    expect([await finish(handed), handed.stderr().toString()]).toMatchObject([{ exitCode: 0 }, ''])
    const asked = await start(`ffd-help-${randomUUID()}`, uvVersionSpec({ image: engine.image, owner }))
    expect(await finish(asked)).toMatchObject({ exitCode: 0 })
    expect(asked.stdout().toString()).toMatch(/^uv \d+\.\d+/)
    const spec = runSpec("import os; open('/cache/uv/mine', 'w').close(); print(os.stat('/cache/uv').st_uid)")
    spec.HostConfig.Mounts.push(
      { Type: 'volume', Source: cacheVolume, Target: '/cache/uv', ReadOnly: false },
      { Type: 'volume', Source: pythonVolume, Target: '/cache/uv_python', ReadOnly: false },
    )
    const run = await start(`ffd-run-${randomUUID()}`, spec)
    expect([await finish(run), run.stdout().toString()]).toMatchObject([{ exitCode: 0 }, '1001\n'])
  })

  it('neither sees nor touches containers and volumes of others (T13, T14)', async () => {
    const foreign = (await direct('POST', '/containers/create', { Image: engine.image, Cmd: ['uv', '--version'] })).json.Id ?? ''
    try {
      expect((await client.listOwn()).map(({ id }) => id)).not.toContain(foreign)
      expect(await client.inspect(foreign)).toBeNull()
      await client.remove(foreign)
      expect((await direct('GET', `/containers/${foreign}/json`)).status).toBe(200)
    } finally {
      await direct('DELETE', `/containers/${foreign}?force=1`)
    }
    await direct('POST', '/volumes/create', { Name: foreignVolume })
    expect(await client.inspectVolume(foreignVolume)).toBeNull()
    const error: unknown = await client.createVolume(foreignVolume, { [labels.owner]: owner }).then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error instanceof AppError && error.code).toBe('cache/volume-foreign')
  })

  it('fails to pull from where no registry is, in the engine’s words', async () => {
    const error: unknown = await client
      .pullImage(absentImage, () => undefined, new AbortController().signal)
      .then(
        () => null,
        (reason: unknown) => reason,
      )
    expect(error).toMatchObject({ code: 'docker/image-pull-failed', message: expect.stringMatching(/localhost:1.*refused/) as string })
  })

  it('has no way to the engine once the guard is closed (P3)', async () => {
    const other = await startGuard({
      upstream: engine.endpoint,
      owner,
      policy: () => ({ pipelinesRoots: [], runDir: root, images: [], pullable: [], runner: { volume: 'ffd-runner-0123456789abcdef', files: 'nb_runner.py:cHJpbnQoMSkK' }, cpuCount: null, memoryBytes: null }),
    })
    const orphan = createDockerClient({ socketPath: other.socketPath, owner })
    await orphan.ping()
    await other.close()
    const error: unknown = await orphan.ping().then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'docker/unavailable' })
  })
})
