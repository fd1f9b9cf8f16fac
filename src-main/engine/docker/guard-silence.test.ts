/**
 * An hour of silence is no error. Three proofs, since none alone is enough: no timer of ours cuts (a clock that is moved on by an
 * hour), no time limit is set on a socket that waits, and a guard whose limits for requests are tiny leaves silent answers alone.
 */
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as realSleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ownContainerId } from '../testing/fake-engine'
import { startGuardWorld, type GuardWorld } from '../testing/guard-world'
import { rawRequest } from '../testing/raw-http'
import { createDockerClient } from './client'

/** Limit for a request to arrive; what is tested waits many times as long. */
const requestTimeoutMs = 150

let world: GuardWorld
let held: http.ServerResponse[]
beforeEach(async () => {
  world = await startGuardWorld({ requestTimeoutMs })
  held = []
  // Answers begin and say nothing, as an engine does.
  world.engine.override = ({ url, headers }, response) => {
    const waits = /\/(wait|logs|attach)/.test(url) && headers.upgrade === undefined
    if (!waits) return false
    response.writeHead(200).flushHeaders()
    held.push(response)
    return true
  }
})
afterEach(async () => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  await world.close()
})

/** Opens one silent stream of each kind through client and guard. */
async function openAll(): Promise<{ streams: NodeJS.ReadableStream[]; waits: { settled: boolean } }> {
  const client = createDockerClient({ socketPath: world.guard.socketPath, owner: 'owner-0001' })
  const upgraded = await client.attach(ownContainerId)
  const logs = await client.logs(ownContainerId)
  const waits = { settled: false }
  void client.waitForExit(ownContainerId, new AbortController().signal).finally(() => (waits.settled = true))
  const plain = await new Promise<http.IncomingMessage>((resolve) =>
    http.request({ socketPath: world.guard.socketPath, method: 'POST', path: `/containers/${ownContainerId}/attach?stream=1&stdout=1`, agent: false }, resolve).end(),
  )
  await vi.waitFor(() => expect([held.length, world.engine.attached.length]).toEqual([3, 1]))
  return { streams: [upgraded, logs, plain], waits }
}

/** Every stream still carries what comes after the silence. */
async function expectAlive({ streams, waits }: Awaited<ReturnType<typeof openAll>>): Promise<void> {
  expect(waits.settled).toBe(false)
  const arrivals = streams.map(async (stream) => String(((await once(stream, 'data')) as [Buffer])[0]))
  world.engine.attached[0]?.write('after')
  for (const response of held) response.write('after')
  expect(await Promise.all(arrivals)).toEqual(['after', 'after', 'after'])
  for (const response of held) response.end('{"StatusCode":0}')
  await vi.waitFor(() => expect(waits.settled).toBe(true))
}

describe('attach with and without upgrade, logs and wait', () => {
  it('live on when our clock moves on by an hour', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'Date', 'performance'], shouldAdvanceTime: true })
    const all = await openAll()
    await vi.advanceTimersByTimeAsync(3_600_000)
    await expectAlive(all)
  })

  it('wait on connections without a time limit', async () => {
    const limited = vi.spyOn(net.Socket.prototype, 'setTimeout')
    const all = await openAll()
    const sockets = limited.mock.contexts as (net.Socket & { timeout?: number })[]
    expect(sockets.filter((socket) => !socket.destroyed && (socket.timeout ?? 0) > 0)).toEqual([])
    await expectAlive(all)
  })

  it('live ten times as long as a request may take to arrive', async () => {
    const all = await openAll()
    await realSleep(requestTimeoutMs * 10)
    await expectAlive(all)
  })
})

it('that limit is real: what does not arrive in time is cut', async () => {
  const slow = net.connect(world.guard.socketPath)
  slow.write(rawRequest('GET', '/_ping').subarray(0, 10))
  const [answer] = (await once(slow, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 /)
  slow.destroy()
})
