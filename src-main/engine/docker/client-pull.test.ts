import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '@shared/app-error'
import { fakeOwner } from '../testing/fake-engine'
import { guardImage, startGuardWorld, type GuardWorld } from '../testing/guard-world'
import { createDockerClient, type DockerClient, type PullProgress } from './client'

let world: GuardWorld
let client: DockerClient
beforeEach(async () => {
  world = await startGuardWorld()
  client = createDockerClient({ socketPath: world.guard.socketPath, owner: fakeOwner })
})
afterEach(() => world.close())

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

describe('pull', () => {
  const lines = [
    '{"status":"Pulling from worker","id":"1.0"}',
    '{"status":"Pulling fs layer","progressDetail":{},"id":"aa"}',
    '{"status":"Downloading","progressDetail":{"current":10,"total":100},"id":"aa"}',
    'this is no JSON',
    '{"status":"Downloading","progressDetail":{"current":5,"total":50},"id":"bb"}',
    '[1,2]',
    '{"status":"Download complete","progressDetail":{},"id":"aa"}',
    '{"status":"Extracting","progressDetail":{"current":1,"total":100},"id":"aa"}',
  ]

  it('sums up the layers and survives lines that are no JSON', async () => {
    answerInstead(/\/images\/create/, 200, `${lines.join('\r\n')}\r\n{"status":"Status: Downloaded newer image"}`)
    const seen: PullProgress[] = []
    await client.pullImage(guardImage, (progress) => seen.push(progress), new AbortController().signal)
    expect(seen.map(({ receivedBytes, totalBytes }) => [receivedBytes, totalBytes])).toEqual([
      [0, 0],
      [0, 0],
      [10, 100],
      [15, 150],
      [105, 150],
      [105, 150],
      [105, 150],
    ])
    expect(seen.at(-1)?.text).toBe('Status: Downloaded newer image')
    expect(world.engine.recorded.at(-1)?.url).toBe('/v1.41/images/create?fromImage=registry.test%3A5000%2Ffast-flow%2Fworker&tag=1.0')
  })

  it('asks for a digest as the engine wants it', async () => {
    await client.pullImage(`ghcr.io/acme/ff-worker@sha256:${'d'.repeat(64)}`, () => undefined, new AbortController().signal)
    expect(world.engine.recorded.at(-1)?.url).toBe(`/v1.41/images/create?fromImage=ghcr.io%2Facme%2Fff-worker&tag=sha256%3A${'d'.repeat(64)}`)
  })

  it('fails with the error in the middle of the stream', async () => {
    answerInstead(
      /\/images\/create/,
      200,
      `${lines[2]}\n{"errorDetail":{"message":"x509: certificate signed by unknown authority"},"error":"x509: certificate signed by unknown authority"}\n${lines[4]}\n`,
    )
    const error = await failureOf(client.pullImage(guardImage, () => undefined, new AbortController().signal))
    expect([error.code, error.message]).toEqual(['docker/image-pull-failed', expect.stringMatching(/worker:1\.0.*x509.*certificate authority/)])
  })

  it('fails with the words of an engine that refuses at once', async () => {
    answerInstead(/\/images\/create/, 404, '{"message":"manifest for worker:1.0 not found: manifest unknown"}')
    const error = await failureOf(client.pullImage(guardImage, () => undefined, new AbortController().signal))
    expect([error.code, error.message]).toEqual(['docker/image-pull-failed', expect.stringContaining('Check the name and the tag')])
  })

  it('does not take a cut stream for success', async () => {
    world.engine.override = (request, response) => {
      if (!request.url.includes('/images/create')) return false
      response.writeHead(200).write(`${lines[2]}\n`)
      setTimeout(() => response.destroy(), 20)
      return true
    }
    expect((await failureOf(client.pullImage(guardImage, () => undefined, new AbortController().signal))).code).toBe('docker/image-pull-failed')
  })

  it('ends with its signal, in the middle and on the engine’s side', async () => {
    let engineSideClosed = false
    world.engine.override = (request, response) => {
      if (!request.url.includes('/images/create')) return false
      response.on('close', () => (engineSideClosed = true))
      response.writeHead(200).write(`${lines[2]}\n`)
      return true
    }
    const abort = new AbortController()
    const error = await failureOf(client.pullImage(guardImage, () => abort.abort(), abort.signal))
    expect(error).toMatchObject({ code: 'docker/image-pull-failed', details: { cancelled: true } })
    await vi.waitFor(() => expect(engineSideClosed).toBe(true))
  })
})
