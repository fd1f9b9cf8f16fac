/** Sends bytes as they are to a socket and reads what comes back: no HTTP library that would put them right on the way. */
import net from 'node:net'

export type RawAnswer = { status: number; body: string; json: { message?: string; reason?: string } }

/** Resolves when the other side ends the connection, `count` answers are complete, or with what there is after `timeoutMs`. */
export function exchangeRaw(socketPath: string, bytes: Buffer | string, options: { count?: number; timeoutMs?: number } = {}): Promise<RawAnswer[]> {
  return new Promise((resolve) => {
    const socket = net.connect(socketPath)
    let received = ''
    const finish = (): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(readAnswers(received))
    }
    const timer = setTimeout(finish, options.timeoutMs ?? 10_000)
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      if (options.count !== undefined && readAnswers(received).length >= options.count) finish()
    })
    socket.on('error', finish)
    socket.on('close', finish)
    socket.write(bytes)
  })
}

export function rawRequest(
  method: string,
  target: string,
  headers: Record<string, string | number> = {},
  body: Buffer | string | null = null,
): Buffer {
  const length = body === null ? {} : { 'Content-Length': Buffer.byteLength(body) }
  const lines = Object.entries({ Host: 'docker', ...length, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`), Buffer.from(body ?? '')])
}

/** Complete answers with Content-Length, and those without one as far as their head goes. */
function readAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = text
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n')
    const status = /^HTTP\/1\.1 (\d{3})/.exec(rest)?.[1]
    if (headEnd < 0 || status === undefined) return answers
    const length = Number(/^content-length: (\d+)/im.exec(rest.slice(0, headEnd))?.[1] ?? 0)
    const body = rest.slice(headEnd + 4, headEnd + 4 + length)
    if (body.length < length) return answers
    answers.push({ status: Number(status), body, json: parse(body) })
    rest = rest.slice(headEnd + 4 + length)
  }
}

function parse(body: string): RawAnswer['json'] {
  try {
    return JSON.parse(body) as RawAnswer['json']
  } catch {
    return {}
  }
}
