/**
 * A stand-in for a container engine's socket: records every request byte for byte and answers as an engine would that holds
 * one container and one volume of ours (`own`) and one of somebody else (`foreign`).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'

export type RecordedRequest = { method: string; url: string; headers: http.IncomingHttpHeaders; body: string }

export type FakeEngine = {
  endpoint: string
  socketPath: string
  recorded: RecordedRequest[]
  /** Engine sides of attached connections. */
  attached: Duplex[]
  /** Whether a connection that is to be upgraded is refused with 403, as by a proxy. */
  refusesUpgrades: boolean
  /** Answers a request in place of the usual answer; false: the usual one. */
  override: (request: RecordedRequest, response: http.ServerResponse) => boolean
  close(): Promise<void>
}

export const fakeOwner = 'owner-0001'
export const ownContainerId = 'a'.repeat(64)
export const foreignContainerId = 'b'.repeat(64)
export const madeContainerId = 'c'.repeat(64)
export const ownVolume = 'ffd-uvcache-abcdef0123'
export const foreignVolumeName = 'ffd-uvcache-foreign00'

const ownLabels = { 'io.fastflow.desktop.owner': fakeOwner }

export async function startFakeEngine(apiVersion = '1.41'): Promise<FakeEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'ffd-fake-'))
  const socketPath = join(directory, 'engine.sock')
  const connections = new Set<Duplex>()
  const server = http.createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const request = {
        method: incoming.method ?? '',
        url: incoming.url ?? '',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      engine.recorded.push(request)
      if (engine.override(request, response)) return
      const [status, body] = usualAnswer(request)
      response.writeHead(status, { 'Content-Type': 'application/json', 'Api-Version': apiVersion, Server: 'fake' })
      response.end(body === null ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  server.on('connection', (connection) => {
    connections.add(connection)
    connection.on('error', () => connection.destroy())
    connection.on('close', () => connections.delete(connection))
  })
  server.on('upgrade', (incoming, connection) => {
    engine.recorded.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body: '' })
    if (engine.refusesUpgrades) return void connection.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\nConnection: close\r\n\r\nForbidden')
    connection.write('HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n')
    engine.attached.push(connection)
  })
  const engine: FakeEngine = {
    endpoint: `unix://${socketPath}`,
    socketPath,
    recorded: [],
    attached: [],
    refusesUpgrades: false,
    override: () => false,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of connections) connection.destroy()
      await closed
      await rm(directory, { recursive: true, force: true })
    },
  }
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  return engine
}

function usualAnswer({ method, url }: RecordedRequest): [number, unknown] {
  const path = url.replace(/^\/v\d+\.\d+/, '').replace(/\?.*$/, '')
  if (path === '/_ping') return [200, method === 'HEAD' ? null : 'OK']
  if (path === '/version') return [200, { Version: '20.10.24', ApiVersion: '1.41', Arch: 'amd64' }]
  if (path === '/info')
    return [200, { NCPU: 2, MemTotal: 8_000_000_000, OSType: 'linux', Name: 'secret-host', RegistryConfig: {}, SecurityOptions: ['name=seccomp'] }]
  if (path === '/system/df') {
    return [
      200,
      {
        Containers: [{ Id: foreignContainerId }],
        Volumes: [
          { Name: ownVolume, Labels: ownLabels, Options: null },
          { Name: 'postgres_data', Labels: {}, Options: null },
        ],
      },
    ]
  }
  if (path === '/containers/create') return [201, { Id: madeContainerId, Warnings: [] }]
  if (path === '/volumes/create') return [201, { Name: ownVolume }]
  if (path === `/volumes/${ownVolume}`)
    return method === 'DELETE' ? [204, null] : [200, { Name: ownVolume, CreatedAt: '2026-11-23T00:00:00Z', Labels: ownLabels, Options: null }]
  if (path === `/volumes/${foreignVolumeName}`)
    return [200, { Name: foreignVolumeName, CreatedAt: '2026-11-23T00:00:00Z', Labels: {}, Options: null }]
  if (path === `/containers/${ownContainerId}/json`) return [200, { Id: ownContainerId, Config: { Labels: ownLabels } }]
  if (path === `/containers/${foreignContainerId}/json`)
    return [200, { Id: foreignContainerId, Config: { Labels: { 'io.fastflow.desktop.owner': 'somebody-else' } } }]
  if (path.startsWith('/volumes/')) return [404, { message: `get ${path.slice('/volumes/'.length)}: no such volume` }]
  if (/^\/containers\/[^/]+\/json$/.test(path) && path !== '/containers/json') return [404, { message: 'No such container' }]
  if (/\/(start|kill|stop)$/.test(path) || method === 'DELETE') return [204, null]
  return [200, []]
}
