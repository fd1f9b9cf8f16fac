/** A proxy as companies put it in front of an engine: it cuts every connection on which nothing happened for a while (RELIABILITY.md F25). */
import { createConnection, createServer, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type IdleCuttingProxy = { endpoint: string; /** So many connections were cut. */ cuts: () => number; /** All that are open, as a computer that wakes finds them. */ cutAll(): void; close(): Promise<void> }

/** `upstream` is unix:///path. */
export async function startIdleCuttingProxy(upstream: string, idleMs: number): Promise<IdleCuttingProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'ffd-proxy-'))
  const path = join(folder, 'docker.sock')
  const open = new Set<Socket>()
  let cuts = 0
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = createConnection({ path: upstream.replace('unix://', ''), allowHalfOpen: true })
    const both = [client, engine]
    let timer: NodeJS.Timeout | undefined
    const touch = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        cuts += 1
        // As HAProxy does it: to the client it looks like a normal end.
        client.end()
        for (const socket of both) setTimeout(() => socket.destroy(), 50)
      }, idleMs)
    }
    for (const socket of both) {
      open.add(socket)
      socket.on('data', touch).on('error', () => both.forEach((other) => other.destroy()))
      socket.on('close', () => {
        clearTimeout(timer)
        open.delete(socket)
        both.forEach((other) => other.destroy())
      })
    }
    touch()
    client.pipe(engine)
    engine.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    endpoint: `unix://${path}`,
    cuts: () => cuts,
    cutAll() {
      for (const socket of open) socket.destroy()
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
