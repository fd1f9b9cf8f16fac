/**
 * The guard's own side towards the engine: the only code that opens the engine's socket for calls. Every request starts
 * from nothing but a method, a path, fixed headers and a body of ours; the API version is negotiated from the engine's ping.
 */
import type http from 'node:http'
import { withoutCredentials } from './endpoint-address'
import { answerTimeoutMs, createEngineDial, type EngineAccess } from './endpoint-dial'
import { blockedMessage } from './guard-blocked'
import { apiVersions } from './guard-request'
import { isRecord } from './guard-shape'

/** What cannot be asked because the engine is not there, hangs or is too old, or because a proxy before it forbids it. */
export type UpstreamFailure = Error & { upstreamReason: 'unavailable' | 'permission-denied' | 'timeout' | 'too-old' | 'blocked' }

export type Upstream = {
  /** Not yet ended. `path` is without version; `/_ping` is asked without one. */
  open(call: { method: string; path: string; headers?: http.OutgoingHttpHeaders }): Promise<http.ClientRequest>
  /** A whole small answer. Rejects with an UpstreamFailure, also where the answer is 403. */
  json(call: { method: string; path: string; body?: unknown; timeoutMs: number }): Promise<{ status: number; body: unknown }>
}

const answerLimitBytes = 16_777_216
const refusalLimitCharacters = 4_096
const negotiateTimeoutMs = 5_000

export function createUpstream(access: EngineAccess): Upstream {
  const dial = createEngineDial(access)
  const { endpoint } = access
  let negotiated: Promise<string> | null = null

  const request = (method: string, path: string, headers: http.OutgoingHttpHeaders): http.ClientRequest =>
    dial({ method, path, headers: { Host: 'docker', 'User-Agent': 'fast-flow-desktop', ...headers } })

  /** '' when the engine does not say: then the path goes without a version. */
  const negotiate = async (): Promise<string> => {
    const answer = await collect(request('GET', '/_ping', {}), null, Math.max(negotiateTimeoutMs, answerTimeoutMs(endpoint)))
    const offered = String(answer.headers['api-version'] ?? '')
    if (!/^\d+\.\d+$/.test(offered)) return ''
    const newest = [...apiVersions].reverse().find((known) => compareVersions(known, offered) <= 0)
    if (newest === undefined)
      throw failure('too-old', `The container engine only speaks API ${offered}; at least ${apiVersions[0]} is needed. Update the engine.`)
    return `/v${newest}`
  }

  const versionPrefix = async (): Promise<string> => {
    negotiated ??= negotiate()
    return negotiated.catch((error: unknown) => {
      negotiated = null
      throw asFailure(error, endpoint)
    })
  }

  const forgetVersion = (): void => {
    // The engine may come back as another one.
    negotiated = null
  }

  return {
    async open({ method, path, headers = {} }) {
      const prefix = path.startsWith('/_ping') ? '' : await versionPrefix()
      return request(method, prefix + path, headers).on('error', forgetVersion)
    },
    async json({ method, path, body, timeoutMs }) {
      const text = body === undefined ? null : JSON.stringify(body)
      const outgoing = request(
        method,
        (await versionPrefix()) + path,
        text === null ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) },
      )
      try {
        const answer = await collect(outgoing, text, timeoutMs)
        if (answer.status === 403) throw blocked(method, path, answer.text)
        return { status: answer.status, body: parseJson(answer.text) }
      } catch (error) {
        if (!isFailure(error)) forgetVersion()
        throw asFailure(error, endpoint)
      }
    },
  }
}

function collect(
  request: http.ClientRequest,
  body: string | null,
  timeoutMs: number,
): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    // The first reason counts: what destroying the request makes of it says less.
    const fail = (error: Error): void => {
      clearTimeout(timer)
      reject(error)
      request.destroy()
    }
    const timer = setTimeout(() => fail(failure('timeout', `The container engine did not answer within ${timeoutMs / 1000} s.`)), timeoutMs)
    request.on('error', fail)
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > answerLimitBytes) fail(new Error('its answer is too large'))
        else chunks.push(chunk)
      })
      response.on('error', fail)
      response.on('end', () => {
        clearTimeout(timer)
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') })
      })
    })
    request.end(body ?? undefined)
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text === '' ? null : { message: text.trim().slice(0, 2000) }
  }
}

/** The refusal of a call that was streamed: what was answered is read up to a limit. */
export async function readBlocked(method: string, path: string, answer: http.IncomingMessage): Promise<UpstreamFailure> {
  let text = ''
  try {
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
      text += chunk
      if (text.length > refusalLimitCharacters) break
    }
  } catch {
    // A refusal that was cut off is one all the same.
  }
  return blocked(method, path, text)
}

/** A proxy answers with a page, an engine's own plug-in with a reason in JSON. */
function blocked(method: string, path: string, text: string): UpstreamFailure {
  const body = text.trimStart().startsWith('{') ? parseJson(text) : null
  const words = isRecord(body) && typeof body['message'] === 'string' ? body['message'].slice(0, 500) : ''
  return failure('blocked', blockedMessage(method, path, words))
}

function compareVersions(left: string, right: string): number {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number)
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number)
  return leftMajor - rightMajor || leftMinor - rightMinor
}

function failure(upstreamReason: UpstreamFailure['upstreamReason'], message: string): UpstreamFailure {
  return Object.assign(new Error(message), { upstreamReason })
}

export function isFailure(error: unknown): error is UpstreamFailure {
  return error instanceof Error && 'upstreamReason' in error
}

/** Any error of a connection, as what it means. */
export function asFailure(error: unknown, endpoint: string): UpstreamFailure {
  if (isFailure(error)) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const shown = withoutCredentials(endpoint)
  if (code === 'ERR_SSH' && error instanceof Error) return failure('unavailable', error.message)
  if (code === 'EACCES' || code === 'EPERM') return failure('permission-denied', `This user may not use the container engine at ${shown}.`)
  return failure('unavailable', `The container engine at ${shown} does not answer (${code || String(error)}).`)
}
