/**
 * Where the guard listens: a socket that nobody but this user can reach, under a path short enough for every system (about
 * 100 bytes), or a Windows pipe with a name that cannot be guessed. What a crash left of earlier ones is tidied away.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type GuardSocket = { path: string; restrict(): Promise<void>; remove(): Promise<void> }

const folderPrefix = 'ffd-guard-'
const socketName = 'engine.sock'
/** A folder that is younger may be about to get its socket. */
const settledAfterMs = 60_000

export async function makeGuardSocket(): Promise<GuardSocket> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\ffd-guard-${randomBytes(16).toString('hex')}`, restrict: async () => undefined, remove: async () => undefined }
  }
  const base = tmpdir().length > 70 ? '/tmp' : tmpdir()
  // mkdtemp makes the directory 0700: nobody can connect before the socket itself is restricted.
  const directory = await mkdtemp(join(base, folderPrefix))
  const path = join(directory, socketName)
  void removeLeft(base)
  return { path, restrict: () => chmod(path, 0o600), remove: () => rm(directory, { recursive: true, force: true }) }
}

/** Sockets of ours at which nobody listens any more; who is alive is known by a connection alone. */
async function removeLeft(base: string): Promise<void> {
  const folders = (await readdir(base).catch(() => [])).filter((name) => name.startsWith(folderPrefix)).map((name) => join(base, name))
  for (const folder of folders) {
    try {
      const { uid, mtimeMs } = await stat(folder)
      if (uid !== process.getuid?.() || Date.now() - mtimeMs < settledAfterMs || (await isListenedTo(join(folder, socketName)))) continue
      await rm(folder, { recursive: true, force: true })
    } catch {
      // Another process of ours was faster.
    }
  }
}

function isListenedTo(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(path)
    connection.on('connect', () => {
      connection.destroy()
      resolve(true)
    })
    connection.on('error', () => resolve(false))
  })
}
