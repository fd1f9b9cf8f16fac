/**
 * The output of a container through the guard: the connection is upgraded on both sides, bytes flow from the engine to the
 * client with back-pressure, and what the client sends is discarded. When either side ends, the other ends too: an engine
 * blocks a container, and every call about it, as long as somebody attached does not read.
 */
import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'
import { asFailure, readBlocked, type Upstream } from './guard-upstream'

const outputType = 'application/vnd.docker.raw-stream'

/** Rejects with an UpstreamFailure while nothing was answered. */
export async function forwardAttach(upstream: Upstream, endpoint: string, path: string, client: Duplex): Promise<void> {
  const request = await upstream.open({ method: 'POST', path, headers: { Connection: 'Upgrade', Upgrade: 'tcp', 'Content-Length': 0 } })
  client.on('close', () => request.destroy())
  if (client.destroyed) request.destroy()
  return new Promise((resolve, reject) => {
    request.on('error', (error) => reject(asFailure(error, endpoint)))
    request.on('upgrade', (_answer, engine, head) => {
      client.write(`HTTP/1.1 101 UPGRADED\r\nContent-Type: ${outputType}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`)
      if (head.length > 0) client.write(head)
      join(engine, client)
      resolve()
    })
    request.on('response', (answer) => {
      if (answer.statusCode === 403) return void readBlocked('POST', path, answer).then(reject)
      writeRawHead(client, answer)
      join(answer, client)
      resolve()
    })
    request.end()
  })
}

function join(engine: Duplex | IncomingMessage, client: Duplex): void {
  const endBoth = (): void => {
    engine.destroy()
    client.destroy()
  }
  client.on('data', () => undefined)
  client.on('end', endBoth)
  client.on('close', endBoth)
  pipeline(engine, client, endBoth)
}

/** An engine that does not upgrade, or refuses: its answer as it is, up to the end of the connection. */
function writeRawHead(client: Duplex, answer: IncomingMessage): void {
  const status = answer.statusCode ?? 502
  const type = answer.headers['content-type'] ?? 'application/json'
  client.write(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Answer'}\r\nContent-Type: ${type.replace(/[^\x20-\x7e]/g, '')}\r\nConnection: close\r\n\r\n`,
  )
}

/** How long a client may go on sending after the last word; cut at once, it could lose the answer while it still writes. */
const lingerMs = 1_000

/** An answer on a connection that HTTP no longer manages. The connection ends with it, whatever the client goes on to do. */
export function answerRaw(client: Duplex, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Denied'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n`
  client.end(head + text)
  client.resume()
  const timer = setTimeout(() => client.destroy(), lingerMs)
  client.on('close', () => clearTimeout(timer))
}
