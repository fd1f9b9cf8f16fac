/**
 * Which processes of a profile live (the window beside the CLI), and a word from one to the other. Each listens on a socket of
 * its own: who can be connected to is alive, whatever process ids say. A crash closes the socket; its file is tidied away by
 * the next process.
 */
import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'

export type Presence = {
  instanceId: string
  /** When others can see this process; rejects when the system does not take the socket. */
  ready: Promise<void>
  isAlive(instanceId: string): Promise<boolean>
  /** Asks the instance to stop a run; true when it has taken it on. */
  requestStop(instanceId: string, runId: string): Promise<boolean>
  close(): void
}

export type PresenceDeps = {
  /** Folder of the profile for what lives as long as a process. */
  runDir: string
  /** True when the run is one of this process. */
  onStop: (runId: string) => boolean
  platform?: NodeJS.Platform
}

const answerWithinMs = 2000
const maxRequestBytes = 256
/** The address of a Unix socket holds this many bytes on macOS; Linux has four more. */
const longestSocketPath = 103
const idPattern = /^[0-9a-f]{16}$/
const request = z.strictObject({ stop: z.string().max(64) })

export function createPresence({ runDir, onStop, platform = process.platform }: PresenceDeps): Presence {
  const instanceId = randomBytes(8).toString('hex')
  const folder = socketFolder(runDir)
  const addressOf = (id: string): string => (platform === 'win32' ? `\\\\.\\pipe\\ffd-${id}` : join(folder, `${id}.sock`))
  const connections = new Set<Socket>()

  const server = createServer((connection) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
    answer(connection, onStop)
  })
  if (platform !== 'win32') mkdirSync(folder, { recursive: true, mode: 0o700 })
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(addressOf(instanceId), resolve)
  })
  // Being there must not keep a command from ending.
  server.unref()
  const isAlive = async (id: string): Promise<boolean> => {
    if (!idPattern.test(id)) return false
    return id === instanceId || (await exchange(addressOf(id), null)) !== null
  }
  const ready = listening.then(async () => {
    if (platform === 'win32') return
    chmodSync(addressOf(instanceId), 0o600)
    await removeLeftSockets(folder, isAlive)
  })

  return {
    instanceId,
    ready,
    isAlive,
    async requestStop(id, runId) {
      return idPattern.test(id) && (await exchange(addressOf(id), JSON.stringify({ stop: runId }))) === 'ok'
    },
    close() {
      for (const connection of connections) connection.destroy()
      server.close()
    },
  }
}

function socketFolder(runDir: string): string {
  const folder = join(runDir, 'i')
  if (Buffer.byteLength(join(folder, '0123456789abcdef.sock')) <= longestSocketPath) return folder
  return join(tmpdir(), `ffd-i-${createHash('sha256').update(runDir).digest('hex').slice(0, 16)}`)
}

/** One line in, one line out; anything else ends the connection. */
function answer(connection: Socket, onStop: (runId: string) => boolean): void {
  let text = ''
  connection.setTimeout(answerWithinMs, () => connection.destroy())
  connection.on('error', () => connection.destroy())
  connection.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    if (text.length > maxRequestBytes) return void connection.destroy()
    const end = text.indexOf('\n')
    if (end < 0) return
    const stop = readRequest(text.slice(0, end))
    connection.end(stop !== null && onStop(stop) ? 'ok\n' : 'no\n')
  })
}

function readRequest(line: string): string | null {
  try {
    return request.parse(JSON.parse(line)).stop
  } catch {
    return null
  }
}

/** Null when nobody listens; else what was answered, empty for a mere visit. */
function exchange(address: string, line: string | null): Promise<string | null> {
  return new Promise((resolve) => {
    const connection = createConnection(address)
    let text = ''
    let connected = false
    connection.setTimeout(answerWithinMs, () => connection.destroy())
    connection.on('connect', () => {
      connected = true
      if (line === null) connection.destroy()
      else connection.write(`${line}\n`)
    })
    connection.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    connection.on('error', () => connection.destroy())
    connection.on('close', () => resolve(connected ? text.trim() : null))
  })
}

async function removeLeftSockets(folder: string, isAlive: (id: string) => Promise<boolean>): Promise<void> {
  const ids = readdirSync(folder).flatMap((name) => (name.endsWith('.sock') ? [name.slice(0, -'.sock'.length)] : []))
  await Promise.all(
    ids.map(async (id) => {
      if (!(await isAlive(id))) rmSync(join(folder, `${id}.sock`), { force: true })
    }),
  )
}
