/** Output through the guard: exact, with back-pressure, one way, and ended on both sides. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { foreignContainerId, ownContainerId } from '../testing/fake-engine'
import { type GuardWorld, sendToGuard, startGuardWorld } from '../testing/guard-world'
import { rawRequest } from '../testing/raw-http'

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
