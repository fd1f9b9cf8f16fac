/**
 * Where the guard listens: a socket that nobody but this user can reach, under a path short enough for every system (about
 * 100 bytes), or a Windows pipe with a name that cannot be guessed.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type GuardSocket = { path: string; restrict(): Promise<void>; remove(): Promise<void> }

export async function makeGuardSocket(): Promise<GuardSocket> {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\ffd-guard-${randomBytes(16).toString('hex')}`, restrict: async () => undefined, remove: async () => undefined }
  }
  const base = tmpdir().length > 70 ? '/tmp' : tmpdir()
  // mkdtemp makes the directory 0700: nobody can connect before the socket itself is restricted.
  const directory = await mkdtemp(join(base, 'ffd-guard-'))
  const path = join(directory, 'engine.sock')
  return { path, restrict: () => chmod(path, 0o600), remove: () => rm(directory, { recursive: true, force: true }) }
}
