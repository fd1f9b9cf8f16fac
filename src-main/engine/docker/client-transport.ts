/**
 * One call to the engine through the guard's socket, on dockerode's modem: time limit, whole or streamed answer, refusals as
 * AppErrors. The only importer of dockerode. Its modem is used and not its resource methods, which put a body into the URL
 * (environment variables included) and never come back when an answer is cut off (RELIABILITY.md F25, F26).
 */
import http, { type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { inspect } from 'node:util'
import Dockerode from 'dockerode'
import { AppError } from '@shared/app-error'
import { connectionError, refusalError, timeoutError, type EngineCall, type EngineRefusal } from './errors'

export type EngineRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  query?: Record<string, string>
  body?: unknown
  /** For the sentence of an error: "Could not <doing> <about>". */
  doing: string
  about: string
  /** Of the whole call; for a stream, until its answer begins. null: as long as it takes. */
  timeoutMs: number | null
  /** Statuses besides 2xx that are an answer and not an error. */
  accepted?: number[]
  signal?: AbortSignal
}

export type Transport = {
  /** The whole answer; `json` is null when it had no body. */
  call(request: EngineRequest): Promise<{ status: number; json: unknown }>
  /** The answer from its beginning on. */
  stream(request: EngineRequest): Promise<{ status: number; body: IncomingMessage }>
  /** The connection itself, after the engine agreed to use it for output. */
  upgrade(request: EngineRequest): Promise<Duplex>
}

type DialOptions = {
  path: string
  method: string
  options: { _query: Record<string, string>; _body: unknown }
  isStream: true
  hijack: boolean
  file?: Buffer
  abortSignal: AbortSignal
  statusCodes: Record<number, true>
}
type Modem = { dial(options: DialOptions, callback: (error: Error | null, answer: IncomingMessage | Duplex) => void): void }

/** Every status comes back as an answer: the modem would drop the `reason` of a refusal. */
const everyStatus: Record<number, true> = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]))

export function createTransport(socketPath: string): Transport {
  // Without the explicit `undefined`s, DOCKER_HOST and its kind would lead the modem past the guard.
  const elsewhere = { host: undefined, port: undefined, username: undefined, ca: undefined, cert: undefined, key: undefined, timeout: undefined }
  const options = { socketPath, protocol: 'http', agent: connectAnew(), ...elsewhere }
  const modem = new Dockerode(options as Dockerode.DockerOptions).modem as Modem

  /** Resolves when an answer begins. The abort ends it at any time, also while the answer is read. */
  function dial(request: EngineRequest, abort: AbortController, hijack: boolean): Promise<IncomingMessage | Duplex> {
    const { method, path, query = {}, body = {} } = request
    return new Promise((resolve, reject) => {
      modem.dial(
        {
          method,
          path: Object.keys(query).length > 0 ? `${path}?` : path,
          options: { _query: query, _body: body },
          isStream: true,
          hijack,
          // An empty body of known length: the modem would announce a chunked one.
          ...(hijack ? { file: Buffer.alloc(0) } : {}),
          abortSignal: abort.signal,
          statusCodes: everyStatus,
        },
        (error, answer) => (error === null ? resolve(answer) : reject(error)),
      )
    })
  }

  /** `work` ends with the limit or the caller's signal, whichever comes first, even if the modem never calls back. */
  async function limited<T>(request: EngineRequest, work: (abort: AbortController) => Promise<T>): Promise<T> {
    const call: EngineCall = { doing: request.doing, about: request.about, timeoutMs: request.timeoutMs }
    const abort = new AbortController()
    let stop: (error: AppError) => void = () => undefined
    const stopped = new Promise<never>((_resolve, reject) => (stop = reject))
    const timer = request.timeoutMs === null ? undefined : setTimeout(() => stop(timeoutError(call)), request.timeoutMs)
    const onAbort = (): void => stop(connectionError(new Error('aborted'), call))
    if (request.signal?.aborted === true) onAbort()
    request.signal?.addEventListener('abort', onAbort)
    try {
      return await Promise.race([work(abort), stopped])
    } catch (error) {
      abort.abort()
      throw error instanceof AppError ? error : connectionError(error, call)
    } finally {
      clearTimeout(timer)
      request.signal?.removeEventListener('abort', onAbort)
    }
  }

  async function begin(request: EngineRequest, abort: AbortController): Promise<{ status: number; body: IncomingMessage }> {
    const body = asMessage(await dial(request, abort, false))
    const status = body.statusCode ?? 0
    if (!isAccepted(status, request)) throw refusalError(readRefusal(status, await readText(body)), { ...request })
    return { status, body }
  }

  return {
    call: (request) =>
      limited(request, async (abort) => {
        const { status, body } = await begin(request, abort)
        return { status, json: parseJson(await readText(body)) }
      }),
    stream: async (request) => {
      const answer = await limited(request, (abort) => begin(request, abort))
      // From here on the caller's signal ends the stream.
      const onAbort = (): void => void answer.body.destroy()
      if (request.signal?.aborted === true) onAbort()
      request.signal?.addEventListener('abort', onAbort)
      answer.body.on('error', () => undefined)
      answer.body.on('close', () => request.signal?.removeEventListener('abort', onAbort))
      return answer
    },
    upgrade: (request) =>
      limited(request, async (abort) => {
        const answer = await dial(request, abort, true)
        if (answer instanceof http.IncomingMessage) throw refusalError(readRefusal(answer.statusCode ?? 0, await readText(answer)), { ...request })
        // An error of the connection shows as its end; without a listener it would end the process.
        return answer.on('error', () => undefined)
      }),
  }
}

/**
 * A connection for each call. The modem prints its options, whether anybody debugs or not, and printing an agent aborts the
 * fallback runtime (Electron 25): so it prints as a word.
 */
function connectAnew(): http.Agent {
  return Object.assign(new http.Agent({ keepAlive: false }), { [inspect.custom]: () => 'Agent' })
}

function asMessage(answer: IncomingMessage | Duplex): IncomingMessage {
  if (answer instanceof http.IncomingMessage) return answer
  answer.destroy()
  throw new Error('unexpected upgrade')
}

function isAccepted(status: number, request: EngineRequest): boolean {
  return (status >= 200 && status < 300) || (request.accepted ?? []).includes(status)
}

/** Rejects when the answer is cut off; the modem itself would wait for ever. */
function readText(message: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => chunks.push(chunk))
    message.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    message.on('error', reject)
    message.on('close', () => reject(new Error('the answer was cut off')))
  })
}

function readRefusal(status: number, text: string): EngineRefusal {
  const json = parseJson(text)
  const field = (name: string): string | null => {
    const value: unknown = typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? (json as Record<string, unknown>)[name] : null
    return typeof value === 'string' ? value : null
  }
  return { status, message: field('message') ?? text.slice(0, 1_000), reason: field('reason') }
}

function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text)
  } catch {
    return null
  }
}
