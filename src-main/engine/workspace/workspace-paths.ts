/**
 * The border of the workspace: nothing outside a root is read or written through it, and nothing but regular files. Checked
 * before and after opening, because a running pipeline can replace files by links or pipes at any moment.
 */
import { constants, type Stats } from 'node:fs'
import { lstat, open, readlink, realpath, type FileHandle } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { AppError } from '@shared/app-error'
import { hasErrorCode } from '../platform/error-code'

/** Both paths are real paths (no links in them). The root is inside itself. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/**
 * Absolute path of a file below `root`, which need not exist; its folder must, and no link on the way leads out of the root.
 * `root` is a real path: one that became a link meanwhile is refused. True at the moment of the answer only: to use the
 * path, go through inPinnedFolder. Errors: file/outside-workspace, file/not-found, file/permission-denied.
 */
export async function resolveInside(root: string, relativePath: string): Promise<string> {
  const path = resolve(root, relativePath)
  const steps = relativePath.split(/[\\/]/)
  if (relativePath.includes('\0') || isAbsolute(relativePath) || steps.includes('..') || path === resolve(root)) throw outside(relativePath)
  try {
    const realFolder = await realpath(dirname(path))
    if ((await realpath(root)) !== root || !isInside(root, realFolder)) throw outside(relativePath)
    return join(realFolder, basename(path))
  } catch (error) {
    throw translate(error, relativePath)
  }
}

/**
 * Hands `action` a path of the file whose folder cannot be exchanged any more, by whomever: on Linux it leads through the
 * opened folder. Elsewhere it is the path as it was just checked. Errors: as resolveInside.
 */
export async function inPinnedFolder<T>(root: string, relativePath: string, action: (path: string) => Promise<T>): Promise<T> {
  const path = await resolveInside(root, relativePath)
  if (process.platform !== 'linux') return action(path)
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw translate(error, relativePath)
  })
  try {
    const pinned = `/proc/self/fd/${folder.fd}`
    if (!isInside(root, await readlink(pinned))) throw outside(relativePath)
    return await action(join(pinned, basename(path)))
  } finally {
    await folder.close()
  }
}

export type OpenedFile = { handle: FileHandle; sizeBytes: number }

/**
 * Opens a regular file below `root` for reading; the caller closes the handle. Never waits for the other end of a pipe.
 * Errors: as resolveInside, and file/not-regular for links, folders, pipes, sockets and devices.
 */
export function openInside(root: string, relativePath: string): Promise<OpenedFile> {
  return inPinnedFolder(root, relativePath, async (path) => {
    try {
      const before = await lstat(path)
      if (!before.isFile()) throw notRegular(relativePath, before.isSymbolicLink() ? 'a link' : before.isDirectory() ? 'a folder' : 'a pipe, socket or device')
      return await openExpected(root, relativePath, path, before)
    } catch (error) {
      throw translate(error, relativePath)
    }
  })
}

async function openExpected(root: string, relativePath: string, path: string, expected: Stats): Promise<OpenedFile> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
  try {
    const opened = await handle.stat()
    if (!opened.isFile() || !isSameFile(opened, expected)) throw notRegular(relativePath, 'being replaced')
    // Where the folder could not be pinned, it may have become a link between the check and the opening.
    if (!isSameFile(opened, await lstat(await resolveInside(root, relativePath)))) throw notRegular(relativePath, 'being replaced')
    return { handle, sizeBytes: opened.size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

function isSameFile(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

/** At most `maxBytes` of a file opened here; a file that grows meanwhile is cut there. */
export async function readUpTo(file: OpenedFile, maxBytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(maxBytes, file.sizeBytes + 4096))
  let filled = 0
  while (filled < buffer.length) {
    const { bytesRead } = await file.handle.read(buffer, filled, buffer.length - filled, filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

function outside(path: string): AppError {
  const message = `${JSON.stringify(path)} is outside the folder and is not opened; open the folder that holds it as a workspace instead.`
  return new AppError('file/outside-workspace', message, { path })
}

function notRegular(path: string, what: string): AppError {
  return new AppError('file/not-regular', `${JSON.stringify(path)} is ${what}, not a regular file, and is not opened.`, { path })
}

function translate(error: unknown, path: string): unknown {
  if (error instanceof AppError) return error
  const named = JSON.stringify(path)
  if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return new AppError('file/not-found', `${named} does not exist any more.`, { path }, { cause: error })
  if (hasErrorCode(error, 'ELOOP', 'ENXIO')) return notRegular(path, 'a link or a pipe')
  if (hasErrorCode(error, 'ENAMETOOLONG')) return new AppError('file/not-found', 'The path is longer than the file system allows.', { path: path.slice(0, 200) }, { cause: error })
  if (hasErrorCode(error, 'EACCES', 'EPERM')) {
    const message = `${named} cannot be opened: no permission. Change its permissions or its owner.`
    return new AppError('file/permission-denied', message, { path }, { cause: error })
  }
  return error
}
