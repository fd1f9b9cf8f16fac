/**
 * A proxy before an engine with the rules of the usual ones (tecnativa's docker-socket-proxy): a call is let through when its
 * resource is switched on, and POST where it is more than a question; else 403 and a page. Bodies are not looked at.
 */
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

export type SocketProxy = {
  url: string
  /** As in its environment: `{ CONTAINERS: true }`. May be changed at any time. */
  switches: Record<string, boolean>
  /** `GET /path` of what was let through, and of what was not. */
  passed: string[]
  refused: string[]
  close(): Promise<void>
}

const page = '<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n</body></html>\n'
/** What is on without being said. */
const usual = { PING: true, VERSION: true, EVENTS: true }

export async function startSocketProxy(engineSocket: string, switches: Record<string, boolean>): Promise<SocketProxy> {
  const connections = new Set<Duplex>()
  const proxy: SocketProxy = { url: '', switches: { ...usual, ...switches }, passed: [], refused: [], close }

  function isAllowed({ method = '', url = '' }: http.IncomingMessage): boolean {
    const resource = /^(?:\/v[\d.]+)?\/_?([a-z]+)/.exec(url)?.[1]?.toUpperCase() ?? ''
    const isQuestion = method === 'GET' || method === 'HEAD'
    const allowed = proxy.switches[resource] === true && (isQuestion || proxy.switches['POST'] === true)
    ;(allowed ? proxy.passed : proxy.refused).push(`${method} ${url}`)
    return allowed
  }

  const server = http.createServer((incoming, response) => {
    if (!isAllowed(incoming)) return void response.writeHead(403, { 'Content-Type': 'text/html' }).end(page)
    const { method, url, headers } = incoming
    const request = http.request({ socketPath: engineSocket, method, path: url, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      response.flushHeaders()
      answer.on('error', () => response.destroy()).pipe(response)
    })
    request.on('error', () => response.destroy())
    response.on('close', () => request.destroy())
    incoming.pipe(request)
  })
  server.on('upgrade', (incoming, client: Duplex, head: Buffer) => {
    if (!isAllowed(incoming)) return void client.end(`HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`)
    const engine = net.connect(engineSocket)
    const endBoth = (): void => {
      engine.destroy()
      client.destroy()
    }
    engine.on('error', endBoth).on('close', endBoth)
    client.on('error', endBoth).on('close', endBoth)
    const lines = incoming.rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${incoming.rawHeaders[index + 1] ?? ''}\r\n`] : []))
    engine.write(`${incoming.method ?? ''} ${incoming.url ?? ''} HTTP/1.1\r\n${lines.join('')}\r\n`)
    engine.write(head)
    engine.pipe(client).pipe(engine)
  })
  server.on('connection', (connection) => {
    connections.add(connection)
    connection.on('error', () => connection.destroy()).on('close', () => connections.delete(connection))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const connection of connections) connection.destroy()
    await closed
  }
  return proxy
}
