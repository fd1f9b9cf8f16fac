/**
 * Where a path of git is on disk, also when its name is no UTF-8 (workspace-paths.ts knows strings alone). No link on the way is
 * followed: for git there is nothing behind one. On Linux the folder cannot be exchanged any more while it is used.
 */
import { constants } from 'node:fs'
import { lstat, mkdir, open, type FileHandle } from 'node:fs/promises'
import { AppError } from '@shared/app-error'
import { hasErrorCode } from '../platform/error-code'
import { encodePath } from './git-path'

/**
 * `root` is a real path. `make`: creates the folders that lack. Throws file/outside-workspace (a link on the way, `..`, git's own
 * folder) and file/not-found (a folder on the way is not there).
 */
export async function inTreePlace<T>(root: string, path: string, { make }: { make: boolean }, action: (place: Buffer) => Promise<T>): Promise<T> {
  const steps = path.split('/')
  if (path.includes('\0') || steps.some((step) => step === '' || step === '.' || step === '..' || /^(?:\.git|git~1)$/i.test(step))) throw outside(path)
  const pins: FileHandle[] = []
  try {
    let folder: Buffer = await pin(Buffer.from(root), pins)
    for (const step of steps.slice(0, -1)) {
      const next = below(folder, step)
      if (make) await makeFolder(next)
      if (!(await lstat(next)).isDirectory()) throw outside(path)
      folder = await pin(next, pins)
    }
    return await action(below(folder, steps.at(-1) ?? ''))
  } catch (error) {
    if (hasErrorCode(error, 'ELOOP', 'ENOTDIR')) throw outside(path)
    if (hasErrorCode(error, 'ENOENT')) throw new AppError('file/not-found', `${JSON.stringify(path)} does not exist any more.`, { path }, { cause: error })
    throw error
  } finally {
    for (const handle of pins) await handle.close()
  }
}

async function makeFolder(folder: Buffer): Promise<void> {
  try {
    await mkdir(folder)
  } catch (error) {
    if (!hasErrorCode(error, 'EEXIST')) throw error
  }
}

async function pin(folder: Buffer, pins: FileHandle[]): Promise<Buffer> {
  if (process.platform !== 'linux') return folder
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  pins.push(handle)
  return Buffer.from(`/proc/self/fd/${handle.fd}`)
}

function below(folder: Buffer, step: string): Buffer {
  return Buffer.concat([folder, Buffer.from('/'), encodePath(step)])
}

function outside(path: string): AppError {
  return new AppError('file/outside-workspace', `${JSON.stringify(path)} is not a file of the working tree, so it is not touched.`, { path })
}
