/**
 * Replaces a file as a whole: after a crash, a power cut or a full disk the old content or the new content is there, never
 * half of one. Knows no workspace; who may write where is decided before (workspace/workspace-paths.ts).
 */
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '@shared/app-error'
import { hasErrorCode } from './error-code'

const temporaryName = /^\.ffdesk-[0-9a-f]{16}\.tmp$/

/** True for what an interrupted write leaves behind; watchers and listings pass over it. */
export function isTemporaryFileName(name: string): boolean {
  return temporaryName.test(name)
}

export type AtomicWriteOptions = {
  /** Called when the new content is safe on disk and only the rename is missing; what it throws cancels the write. */
  beforeReplace?: () => Promise<void>
  /** Of a file that does not exist yet; an existing file keeps its own mode and owner. */
  mode?: number
  /** The path in error messages, where `path` is one that tells people nothing. */
  shownAs?: string
}

/** Errors: file/disk-full, file/permission-denied, file/not-regular (a link or a special file is never replaced), file/not-found (no such folder). */
export async function writeFileAtomically(path: string, bytes: Uint8Array, options: AtomicWriteOptions = {}): Promise<void> {
  const shownPath = options.shownAs ?? path
  const temporary = join(dirname(path), `.ffdesk-${randomBytes(8).toString('hex')}.tmp`)
  try {
    const { mode, owner } = await attributesFor(path, shownPath, options.mode ?? 0o644)
    await writeSynced(temporary, bytes, mode, owner)
    await options.beforeReplace?.()
    await replace(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw translate(error, shownPath)
  }
  await syncFolder(dirname(path))
}

type Owner = { uid: number; gid: number }

async function attributesFor(path: string, shownPath: string, modeOfNewFile: number): Promise<{ mode: number; owner: Owner | null }> {
  const existing = await lstat(path).catch((error: unknown) => {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw error
  })
  if (existing && !existing.isFile()) {
    const message = `${shownPath} is not a regular file and is not replaced; remove the link or special file first.`
    throw new AppError('file/not-regular', message, { path: shownPath })
  }
  if (existing) return { mode: existing.mode & 0o7777, owner: existing }
  // Root writes into folders of others (the run user's): a new file belongs to whom the folder belongs.
  return { mode: modeOfNewFile, owner: process.getuid?.() === 0 ? await stat(dirname(path)) : null }
}

async function writeSynced(temporary: string, bytes: Uint8Array, mode: number, owner: Owner | null): Promise<void> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0)
  const handle = await open(temporary, flags, 0o600)
  try {
    await handle.writeFile(bytes)
    if (process.platform !== 'win32') {
      if (owner) await keepOwner(handle, owner)
      // After chown, which clears the set-id bits; and not left to the umask.
      await handle.chmod(mode)
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Only root can give files away; for all others the group is kept where possible. */
async function keepOwner(handle: FileHandle, owner: Owner): Promise<void> {
  const own = await handle.stat()
  if (own.uid === owner.uid && own.gid === owner.gid) return
  await handle.chown(owner.uid, owner.gid).catch((error: unknown) => {
    if (!hasErrorCode(error, 'EPERM', 'EINVAL')) throw error
  })
}

/** On Windows a virus scanner or an indexer can hold the file for a moment. */
async function replace(temporary: string, path: string): Promise<void> {
  const pausesMs = process.platform === 'win32' ? [20, 60, 200, 500] : []
  for (;;) {
    try {
      await rename(temporary, path)
      return
    } catch (error) {
      const pauseMs = pausesMs.shift()
      if (pauseMs === undefined || !hasErrorCode(error, 'EPERM', 'EACCES', 'EBUSY')) throw error
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
}

/** Makes the rename survive a power cut. Not every file system can sync a folder; the content is safe either way. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, constants.O_RDONLY).catch(() => null)
  if (!handle) return
  await handle.sync().catch(() => undefined)
  await handle.close()
}

function translate(error: unknown, path: string): unknown {
  if (error instanceof AppError) return error
  const name = basename(path)
  if (hasErrorCode(error, 'ENOSPC', 'EDQUOT')) {
    const message = `The disk is full: ${name} was not saved and keeps its old content. Free some space and save again.`
    return new AppError('file/disk-full', message, { path }, { cause: error })
  }
  if (hasErrorCode(error, 'EACCES', 'EPERM', 'EROFS')) {
    return new AppError('file/permission-denied', `${name} cannot be written: no permission in ${dirname(path)}.`, { path }, { cause: error })
  }
  if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) {
    return new AppError('file/not-found', `${name} cannot be written: the folder ${dirname(path)} does not exist.`, { path }, { cause: error })
  }
  return error
}
