/**
 * An allow-list proxy before the container engine, on a private socket: all of the app's traffic with the engine passes it
 * and nothing else opens the engine's socket. A request is brought into one form (guard-request), found in a closed list
 * (guard-routes), its body rebuilt (guard-create), its subject checked to be ours (guard-ownership), and then made anew
 * (guard-forward, guard-attach): not a byte of what a client sent reaches the engine.
 */
import http from 'node:http'
import type { Socket } from 'node:net'
import type { EngineTls } from './endpoint-tls'
import { answerRaw } from './guard-attach'
import { createGuardHandler } from './guard-handler'
import type { GuardPolicy } from './guard-policy'
import { makeGuardSocket } from './guard-socket'

export type { GuardPolicy }

export type RunningGuard = {
  socketPath: string
  /** Decisions since the start. */
  counts(): { allowed: number; denied: number }
  /** Ends every connection, attached ones too, and removes the socket. */
  close(): Promise<void>
}

export type GuardOptions = {
  /** unix:///path, npipe:////./pipe/name, http://host:port, https://host:port or ssh://host. */
  upstream: string
  /** For an https:// upstream. */
  tls?: EngineTls | null
  /** The profile's id; what carries it as label is ours. */
  owner: string
  policy: () => GuardPolicy
  /** How long a client may take to send a whole request. */
  requestTimeoutMs?: number
}

export async function startGuard({ upstream, tls = null, owner, policy, requestTimeoutMs = 10_000 }: GuardOptions): Promise<RunningGuard> {
  const handler = createGuardHandler({ access: { endpoint: upstream, tls }, owner, policy })
  const server = http.createServer({
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
    maxHeaderSize: 16_384,
  })
  const connections = new Set<Socket>()
  const unanswered = new WeakMap<object, number>()

  const onRequest = (incoming: http.IncomingMessage, response: http.ServerResponse): void => {
    unanswered.set(incoming.socket, (unanswered.get(incoming.socket) ?? 0) + 1)
    response.on('close', () => unanswered.set(incoming.socket, (unanswered.get(incoming.socket) ?? 1) - 1))
    void handler.request(incoming, response)
  }

  server.on('connection', (connection) => {
    connections.add(connection)
    connection.on('error', () => connection.destroy())
    connection.on('close', () => connections.delete(connection))
  })
  server.on('request', onRequest)
  // Without these, Node itself would answer "100 Continue" or 417 before the guard has looked at the request.
  server.on('checkContinue', onRequest)
  server.on('checkExpectation', onRequest)
  server.on('upgrade', (incoming, client) => {
    // Behind an unfinished request the two answers would mix on one connection.
    if ((unanswered.get(client) ?? 0) > 0) client.destroy()
    else void handler.upgrade(incoming, client)
  })
  server.on('connect', (_incoming, client) => {
    handler.countDenied()
    answerRaw(client, 400, { message: 'The request target must be a path.', reason: 'uri' })
  })
  server.on('clientError', (error: NodeJS.ErrnoException, client) => {
    // Gone, or answered already and about to be closed.
    if (!client.writable) return
    handler.countDenied()
    const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
    answerRaw(
      client,
      timedOut ? 408 : 400,
      timedOut
        ? { message: 'The request took too long.', reason: 'timeout' }
        : { message: 'This is not an HTTP request the guard understands.', reason: 'http' },
    )
  })

  const socket = await makeGuardSocket()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket.path, resolve)
  })
  await socket.restrict()

  return {
    socketPath: socket.path,
    counts: () => handler.counts(),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of connections) connection.destroy()
      await closed
      await socket.remove()
    },
  }
}
