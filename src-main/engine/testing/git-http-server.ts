/** Repositories over HTTP(S) on loopback, as hosting services serve them: git's own `http-backend` behind basic auth, with their ways to refuse. */
import { spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export type GitHttpServer = {
  /** `http://127.0.0.1:port`, or https. */
  origin: string
  /** Authorization headers that came, decoded. */
  authorizations: string[]
  /** How it answers from now on. */
  behaviour: { status?: number; /** Sent with the status. */ body?: string; /** Never answers. */ stalls?: boolean; /** Cuts the connection in the middle of an answer. */ cuts?: boolean; redirectTo?: string; /** Before a pushed pack is taken. */ beforePack?: Promise<unknown> }
  close(): Promise<void>
}

export async function startGitHttpServer({ projectRoot, user = null, tls = null }: { projectRoot: string; user?: { name: string; password: string } | null; tls?: { cert: Buffer; key: Buffer } | null }): Promise<GitHttpServer> {
  const authorizations: string[] = []
  const listener = (request: IncomingMessage, response: ServerResponse): void => void answer(request, response)
  const server = tls === null ? createServer(listener) : createTlsServer(tls, listener)
  const state: GitHttpServer = {
    origin: '',
    authorizations,
    behaviour: {},
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, body, stalls, cuts, redirectTo, beforePack } = state.behaviour
    const given = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString('utf8')
    if (given !== '') authorizations.push(given)
    if (stalls === true) return
    if (redirectTo !== undefined) return void response.writeHead(302, { location: `${redirectTo}${request.url ?? ''}` }).end()
    if (user !== null && given !== `${user.name}:${user.password}`) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
    if (status !== undefined) return void response.writeHead(status, { 'content-type': 'text/plain' }).end(body ?? '')
    if (request.method === 'POST' && /git-receive-pack$/.test(request.url ?? '')) await beforePack
    if (cuts === true && request.method === 'POST') {
      response.writeHead(200, { 'content-type': `application/x-${(request.url ?? '').split('/').at(-1) ?? ''}-result` }).write('00')
      return void setImmediate(() => response.destroy())
    }
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const backend = spawn('git', ['-c', 'http.receivepack=true', 'http-backend'], {
      env: {
        PATH: process.env.PATH, GIT_PROJECT_ROOT: projectRoot, GIT_HTTP_EXPORT_ALL: '1', GIT_CONFIG_NOSYSTEM: '1', HOME: projectRoot, PATH_INFO: decodeURIComponent(path), QUERY_STRING: query, REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '', REMOTE_USER: user?.name ?? 'anyone', REMOTE_ADDR: '127.0.0.1', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*',
        ...(request.headers['content-length'] === undefined ? {} : { CONTENT_LENGTH: request.headers['content-length'] }),
        ...(request.headers['content-encoding'] === undefined ? {} : { HTTP_CONTENT_ENCODING: request.headers['content-encoding'] }),
        ...(request.headers['git-protocol'] === undefined ? {} : { HTTP_GIT_PROTOCOL: String(request.headers['git-protocol']) }),
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    request.pipe(backend.stdin)
    backend.stdin.on('error', () => undefined)
    let head = Buffer.alloc(0)
    let isHeadDone = false
    backend.stdout.on('data', (chunk: Buffer) => {
      if (isHeadDone) return void response.write(chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      isHeadDone = true
      const headers = head.subarray(0, end).toString('latin1').split('\r\n').map((line) => /^([^:]+): (.*)$/.exec(line)?.slice(1) ?? [])
      response.statusCode = Number.parseInt(headers.find(([name]) => name === 'Status')?.[1] ?? '200', 10)
      for (const [name, value] of headers) if (name !== undefined && name !== 'Status') response.setHeader(name, value ?? '')
      response.write(head.subarray(end + 4))
    })
    backend.stdout.on('end', () => response.end())
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.origin = `${tls === null ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return state
}
