/** A lock file that a killed git left behind: how old it is, whether a git is at work, and when it may go. */
import { lstat, readdir, rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { AppError } from '@shared/app-error'
import type { LockFile } from '@shared/contract/remote'
import type { OpenRepository } from './open-repository'
import { folderOfProcess, processTable } from './process-tree'

const mayBeAliveMs = 10 * 60_000

/** The oldest of them; null: none. */
export async function findLockFile(opened: OpenRepository, nowMs: number): Promise<LockFile | null> {
  const files = [...new Set([...(await locksIn(opened.gitDir)), ...(await locksIn(opened.commonDir)), ...(await locksIn(join(opened.commonDir, 'refs', 'heads'))), ...(await locksIn(join(opened.commonDir, 'refs', 'remotes')))])]
  const aged = await Promise.all(files.map((file) => lstat(file).then(({ mtimeMs }) => [{ file, ageMs: Math.max(0, Math.round(nowMs - mtimeMs)) }], () => [])))
  const [oldest] = aged.flat().sort((a, b) => b.ageMs - a.ageMs)
  if (oldest === undefined) return null
  const isGitRunning = isGitAtWork(opened)
  return { ...oldest, isGitRunning, mayRemove: oldest.ageMs > mayBeAliveMs || isGitRunning === false }
}

/** Throws git/locked when a git may still be at work. */
export async function removeLockFile(opened: OpenRepository, nowMs: number): Promise<void> {
  const lock = await findLockFile(opened, nowMs)
  if (lock === null) return
  if (!lock.mayRemove) throw new AppError('git/locked', `A git may still be at work with ${lock.file}. Wait for it, or end it.`, { file: lock.file })
  await rm(lock.file, { force: true })
}

async function locksIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const here = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.lock')).map(({ name }) => join(folder, name))
  if (!folder.includes(`${sep}refs${sep}`)) return here
  const below = await Promise.all(entries.filter((entry) => entry.isDirectory()).map(({ name }) => locksIn(join(folder, name))))
  return [...here, ...below.flat()]
}

/** By folder where the system tells it; else any git counts. null: processes cannot be seen. */
function isGitAtWork({ root, gitDir }: OpenRepository): boolean | null {
  if (process.platform === 'win32') return null
  return processTable().some(({ id, parent, argv }) => {
    // Our own look at the state takes no locks.
    if (!/^(?:\S*\/)?git(?:-\S+)?(?: |$)/.test(argv) || parent === process.pid) return false
    const folder = folderOfProcess(id)
    return folder === null || [root, gitDir].some((own) => folder === own || folder.startsWith(own + sep))
  })
}
