import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '@shared/app-error'
import { fakeOwner, foreignContainerId, foreignVolumeName, madeContainerId, ownContainerId, ownVolume } from '../testing/fake-engine'
import { goodRun, guardImage, startGuardWorld, type GuardWorld } from '../testing/guard-world'
import { createDockerClient, forgetDockerEnvironment, type ContainerSpec, type DockerClient } from './client'

const runName = 'ffd-run-0b9f9a55-0000-4000-8000-000000000001'

let world: GuardWorld
let client: DockerClient
beforeEach(async () => {
  world = await startGuardWorld()
  client = createDockerClient({ socketPath: world.guard.socketPath, owner: fakeOwner })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await world.close()
})

async function failureOf(work: Promise<unknown>): Promise<AppError> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) throw new Error(`no AppError but ${String(error)}`)
  return error
}

/** Answers like the fake engine, but for one path. */
function answerInstead(path: RegExp, status: number, body: string): void {
  world.engine.override = (request, response) => {
    if (!path.test(request.url)) return false
    response.writeHead(status, { 'Content-Type': 'application/json' })
    response.end(body)
    return true
  }
}

describe('where the calls go', () => {
  it('goes to the guard whatever DOCKER_HOST and its kind say (T9)', async () => {
    vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1')
    vi.stubEnv('DOCKER_CONTEXT', 'x')
    const diverted = createDockerClient({ socketPath: world.guard.socketPath, owner: fakeOwner })
    await diverted.ping()
    await diverted.inspectVolume(ownVolume)
    expect(world.guard.counts().allowed).toBe(2)
  })

  it('takes all of Docker’s variables out of the environment and answers them', () => {
    const env = {
      DOCKER_HOST: 'tcp://127.0.0.1:1',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: '/nowhere',
      DOCKER_PROXY_URL: 'http://proxy:2375',
      PATH: '/bin',
    }
    expect(forgetDockerEnvironment(env)).toEqual({
      DOCKER_HOST: 'tcp://127.0.0.1:1',
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: '/nowhere',
      DOCKER_PROXY_URL: 'http://proxy:2375',
    })
    expect(env).toEqual({ PATH: '/bin' })
  })

  it('fails without a fallback when the guard is gone (P3)', async () => {
    await world.guard.close()
    const calls = [
      client.ping(),
      client.facts(),
      client.inspectImage(guardImage),
      client.inspect(ownContainerId),
      client.listOwn(),
      client.attach(ownContainerId),
      client.remove(ownContainerId),
    ]
    for (const call of calls) expect((await failureOf(call)).code).toBe('docker/unavailable')
    expect(world.engine.recorded).toEqual([])
  })

  it('puts nothing of a container into the URL but its name (T28)', async () => {
    const spec = { ...goodRun(world), Env: ['API_KEY=sk-SECRET'] } as unknown as ContainerSpec
    expect(await client.createContainer(runName, spec)).toBe(madeContainerId)
    const sent = world.engine.recorded.find((request) => request.url.includes('/containers/create'))
    expect(sent?.url).toBe(`/v1.41/containers/create?name=${runName}`)
    expect(JSON.parse(sent?.body ?? '')).toEqual(spec)
    expect(world.engine.recorded.some((request) => request.url.includes('SECRET'))).toBe(false)
  })
})

describe('answers', () => {
  it('reads the engine’s facts', async () => {
    expect(await client.facts()).toEqual({ version: '20.10.24', apiVersion: '1.41', architecture: 'amd64', cpuCount: 2, memoryBytes: 8_000_000_000 })
  })

  it('does without the limits when a proxy keeps them to itself', async () => {
    answerInstead(/\/info$/, 403, '<html>Forbidden</html>')
    expect(await client.facts()).toMatchObject({ version: '20.10.24', cpuCount: null, memoryBytes: null })
  })

  it('tells an image that is not there from one that is, and finds its digest', async () => {
    answerInstead(/\/images\//, 404, '{"message":"No such image"}')
    expect(await client.inspectImage(guardImage)).toBeNull()
    const name = guardImage.replace(/:1\.0$/, '')
    answerInstead(/\/images\//, 200, JSON.stringify({ Id: 'sha256:1', Architecture: 'arm64', RepoDigests: ['other@sha256:2', `${name}@sha256:3`] }))
    expect(await client.inspectImage(guardImage)).toEqual({ id: 'sha256:1', digest: 'sha256:3', architecture: 'arm64' })
  })

  it('maps states of a container that it does not know', async () => {
    answerInstead(
      /\/json$/,
      200,
      JSON.stringify({
        Id: ownContainerId,
        Config: { Labels: { 'io.fastflow.desktop.owner': fakeOwner } },
        State: { Status: 'removing', Running: false, ExitCode: 137, OOMKilled: true },
      }),
    )
    expect(await client.inspect(ownContainerId)).toEqual({
      running: false,
      status: 'removing',
      exitCode: 137,
      oomKilled: true,
      error: '',
      startedAt: '',
      finishedAt: '',
      env: [],
    })
  })

  it('sees and touches no container of others', async () => {
    expect(await client.inspect(foreignContainerId)).toBeNull()
    await client.remove(foreignContainerId)
    await client.kill(foreignContainerId)
    await client.stop(foreignContainerId, 1)
    expect(world.engine.recorded.filter((request) => request.method !== 'GET')).toEqual([])
  })

  it('lists what is ours by the owner label', async () => {
    answerInstead(
      /\/containers\/json/,
      200,
      JSON.stringify([
        { Id: ownContainerId, State: 'paused', Labels: { 'io.fastflow.desktop.run-id': 'r1' } },
        { Id: madeContainerId, State: 'exited', Labels: null },
      ]),
    )
    expect(await client.listOwn()).toEqual([
      { id: ownContainerId, runId: 'r1', running: true, createdAtMs: 0 },
      { id: madeContainerId, runId: null, running: false, createdAtMs: 0 },
    ])
  })

  it('says so when a volume with our name is not ours', async () => {
    answerInstead(/\/volumes\/create$/, 201, '{}')
    expect(await client.inspectVolume(foreignVolumeName)).toBeNull()
    const error = await failureOf(client.createVolume(foreignVolumeName, { 'io.fastflow.desktop.owner': fakeOwner }))
    expect([error.code, error.message]).toEqual(['cache/volume-foreign', expect.stringContaining(`docker volume rm ${foreignVolumeName}`)])
  })

  it('takes what is already so as done', async () => {
    for (const status of [304, 404, 409]) {
      answerInstead(/\/(stop|start|kill)|\?force/, status, status === 304 ? '' : '{"message":"already"}')
      if (status !== 409) await client.stop(ownContainerId, 0)
      if (status === 304) await client.start(ownContainerId)
      if (status !== 304) await client.kill(ownContainerId)
      if (status !== 304) await client.remove(ownContainerId)
    }
    expect(world.guard.counts().denied).toBe(0)
  })
})

describe('waiting', () => {
  it('resolves when the engine cuts the answer off, where dockerode would wait for ever', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.includes('/wait')) return false
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.flushHeaders()
      setTimeout(() => response.destroy(), 20)
      return true
    }
    await client.waitForExit(ownContainerId, new AbortController().signal)
    expect(world.engine.recorded.at(-1)?.url).toBe(`/v1.41/containers/${ownContainerId}/wait?condition=next-exit`)
  })

  it('starts a container only after the engine has taken note of the wait', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.includes('/wait')) return false
      setTimeout(() => response.writeHead(200).flushHeaders(), 60)
      return true
    }
    const abort = new AbortController()
    const waiting = client.waitForExit(ownContainerId, abort.signal)
    const before = performance.now()
    await client.start(ownContainerId)
    expect(performance.now() - before).toBeGreaterThanOrEqual(50)
    abort.abort()
    await waiting
  })

  it('ends with its signal, also when nothing was answered', async () => {
    world.engine.override = (request) => request.url.includes('/wait')
    const abort = new AbortController()
    setTimeout(() => abort.abort(), 30)
    await client.waitForExit(ownContainerId, abort.signal)
    await client.waitForExit(ownContainerId, abort.signal)
    expect(abort.signal.aborted).toBe(true)
  })
})

describe('attach', () => {
  it('hands over the raw stream and shows its end', async () => {
    const stream = await client.attach(ownContainerId)
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    world.engine.attached[0]?.end(Buffer.from([1, 0, 0, 0, 0, 0, 0, 2, 104, 105]))
    await once(stream, 'close')
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([1, 0, 0, 0, 0, 0, 0, 2, 104, 105]))
    expect(world.engine.recorded.at(-1)).toMatchObject({
      url: `/v1.41/containers/${ownContainerId}/attach?stream=1&stdout=1&stderr=1`,
      headers: { upgrade: 'tcp' },
    })
  })

  it('fails with the engine’s words when the container is not there', async () => {
    const error = await failureOf(client.attach(foreignContainerId))
    expect([error.code, error.message]).toEqual(['docker/rejected', expect.stringContaining('No such container')])
  })
})

describe('time limits', () => {
  it('gives up a ping after 2 s against an engine that accepts and says nothing', async () => {
    const silent = createServer(() => undefined)
    await new Promise<void>((resolve) => silent.listen(`${world.runDir}/silent.sock`, resolve))
    const before = performance.now()
    const error = await failureOf(createDockerClient({ socketPath: `${world.runDir}/silent.sock`, owner: fakeOwner }).ping())
    expect(error.code).toBe('docker/timeout')
    expect(performance.now() - before).toBeLessThan(2_500)
    silent.closeAllConnections()
    silent.close()
  })
})
