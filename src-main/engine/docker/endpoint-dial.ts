/**
 * Opens requests to an engine, whatever way leads there: socket, pipe, TCP, TLS or ssh. Each has a connection of its own, and
 * no connection a limit for silence: a run may say nothing for hours.
 */
import http from 'node:http'
import https from 'node:https'
import { isIP, Socket } from 'node:net'
import { parseEndpoint } from './endpoint-address'
import { connectOverSsh } from './endpoint-ssh'
import type { EngineTls } from './endpoint-tls'

/** The way to an engine. `tls` is for https:// only; null there means the usual authorities and no certificate of ours. */
export type EngineAccess = { endpoint: string; tls: EngineTls | null }
export type EngineDial = (call: { method: string; path: string; headers: http.OutgoingHttpHeaders }) => http.ClientRequest

/** How long an answer may take: another computer has to be found first, and one that is reached by ssh to be logged in to. */
const answerTimeoutsMs = { socket: 2_000, tcp: 5_000, ssh: 15_000, unsupported: 2_000 } as const

export function answerTimeoutMs(endpoint: string): number {
  return answerTimeoutsMs[parseEndpoint(endpoint).kind]
}

/** Routers forget a connection on which nothing happens. */
const aliveIntervalMs = 30_000

/** Throws what parseEndpoint says of an address that is none. */
export function createEngineDial({ endpoint, tls }: EngineAccess): EngineDial {
  const address = parseEndpoint(endpoint)
  switch (address.kind) {
    case 'unsupported':
      throw new Error(address.why)
    case 'socket': {
      const agent = new http.Agent({ keepAlive: false })
      return (call) => http.request({ ...call, agent, socketPath: address.socketPath })
    }
    case 'ssh':
      return (call) => http.request({ ...call, createConnection: () => connectOverSsh(address) })
    case 'tcp': {
      const { protocol, hostname, port } = address
      if (protocol === 'http:') {
        const agent = new http.Agent({ keepAlive: false })
        return (call) => keptAlive(http.request({ ...call, agent, hostname, port }))
      }
      const agent = new https.Agent({
        keepAlive: false,
        rejectUnauthorized: tls?.verifies ?? true,
        ...(tls?.ca == null ? {} : { ca: tls.ca }),
        ...(tls?.certificate == null || tls.key === null ? {} : { cert: tls.certificate, key: tls.key }),
      })
      // Without a name of its own, the one in the Host header would be checked against the certificate.
      const servername = isIP(hostname) === 0 ? hostname : ''
      return (call) => keptAlive(https.request({ ...call, agent, hostname, port, servername }))
    }
  }
}

function keptAlive(request: http.ClientRequest): http.ClientRequest {
  return request.on('socket', (socket) => socket instanceof Socket && socket.setKeepAlive(true, aliveIntervalMs))
}
