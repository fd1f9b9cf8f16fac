/**
 * What discarding took out of working trees: one folder for each time, with an account of it that is written before anything is
 * moved, so that a crash in between loses nothing. Kept for 30 days. Knows files alone; git's part is discard.ts.
 */
import { randomUUID } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { chmod, chown, copyFile, link, lstat, mkdir, open, readFile, readdir, readlink, rename, rm, rmdir, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { Discarded } from '@shared/contract/git-changes'
import { writeFileAtomically } from '../platform/atomic-file'
import { hasErrorCode } from '../platform/error-code'
import { inTreePlace } from './tree-place'

/** How the index had it, with its bytes: git may forget the object. null: it was not in it. */
export type IndexEntry = { mode: string; bytes: Buffer } | null

/** `blob`: the file that holds its bytes. */
export type KeptIndexEntry = { mode: string; blob: string } | null

type KeptFile = {
  path: string
  /** `gone`: nothing was in its place. */
  kind: 'file' | 'link' | 'gone'
  mode: number
  sizeBytes: number
  /** Of a link. */
  target: string | null
  /** undefined: the index was not touched. */
  index?: KeptIndexEntry
}

type Account = { id: string; root: string; atMs: number; files: KeptFile[] }

export type DiscardedFiles = {
  /**
   * `move`: nothing is in the place of the files afterwards; for those in `staying` the file stays until git replaces it, so that no
   * pipeline is gone for a moment (`separate` then). Throws file/not-regular before anything was done.
   */
  keep(root: string, paths: readonly string[], how: 'copy' | 'move', staying?: ReadonlySet<string>, index?: ReadonlyMap<string, IndexEntry>): Promise<Discarded>
  /** Makes sure that what is kept is not at the same time a file of the working tree. */
  separate(id: string): Promise<void>
  /** What `keep` would keep. */
  sizes(root: string, paths: readonly string[]): Promise<Discarded['files']>
  list(root: string): Promise<Discarded[]>
  /** Puts the files back; what is in their place is kept in turn, unless git has it. Answers how the index had them. Throws git/not-found. */
  putBack(root: string, id: string, hasGit: (path: string) => boolean): Promise<{ replaced: Discarded | null; index: Map<string, KeptIndexEntry> }>
  forget(root: string, id: string): Promise<void>
}

const keptMs = 30 * 24 * 3_600_000
const accountName = 'account.json'

export function createDiscardedFiles({ folder, nowMs }: { folder: string; nowMs: () => number }): DiscardedFiles {
  const folderOf = (id: string): string => join(folder, id)

  async function accounts(): Promise<Account[]> {
    const names = await readdir(folder).catch(() => [])
    const read = await Promise.all(names.map((name) => readFile(join(folder, name, accountName), 'utf8').then((text) => [JSON.parse(text) as Account], () => [])))
    return read.flat().sort((a, b) => b.atMs - a.atMs)
  }

  async function current(root: string): Promise<Account[]> {
    const all = await accounts()
    const old = all.filter(({ atMs }) => atMs < nowMs() - keptMs)
    for (const { id } of old) await rm(folderOf(id), { recursive: true, force: true })
    return all.filter((one) => one.root === root && !old.includes(one))
  }

  async function find(root: string, id: string): Promise<Account> {
    const found = (await current(root)).find((one) => one.id === id)
    if (!found) throw new AppError('git/not-found', 'What was discarded then is not kept any more.', { id })
    return found
  }

  const keep: DiscardedFiles['keep'] = async (root, paths, how, staying = new Set(), index = new Map()) => {
    const id = randomUUID()
    const files = await lookAll(root, paths)
    await mkdir(folderOf(id), { recursive: true, mode: 0o700 })
    for (const [at, file] of files.entries()) {
      const entry = index.get(file.path)
      if (entry === undefined) continue
      file.index = entry && { mode: entry.mode, blob: `${at}-index` }
      if (entry) await writeFile(join(folderOf(id), `${at}-index`), entry.bytes)
    }
    const account: Account = { id, root, atMs: nowMs(), files }
    await writeFileAtomically(join(folderOf(id), accountName), Buffer.from(JSON.stringify(account)), { mode: 0o600 })
    for (const [at, { path, kind }] of files.entries()) {
      if (kind === 'gone') continue
      const target = join(folderOf(id), String(at))
      await inTreePlace(root, path, { make: false }, (place) => (kind === 'file' ? (staying.has(path) ? linkFile(place, target) : takeFile(place, target, how)) : how === 'move' ? unlink(place) : Promise.resolve()))
    }
    return shown(account)
  }

  async function separate(id: string): Promise<void> {
    for (const name of await readdir(folderOf(id))) {
      const file = join(folderOf(id), name)
      if ((await lstat(file)).nlink < 2) continue
      await copyWhole(file, `${file}.copy`)
      await rename(`${file}.copy`, file)
    }
  }

  return {
    keep,
    separate,
    sizes: async (root, paths) => (await lookAll(root, paths)).map(({ path, sizeBytes }) => ({ path, sizeBytes })),
    list: async (root) => (await current(root)).map(shown),
    async putBack(root, id, hasGit) {
      const { files } = await find(root, id)
      const taken: { file: KeptFile; source: string }[] = []
      for (const [at, file] of files.entries()) {
        const source = join(folderOf(id), String(at))
        // Still the very file: git did not replace it, or this computer ended before it was taken.
        const isUntouched = file.kind === 'file' && (!(await isThere(source)) || (await isSameFile(root, file.path, source)))
        if (!isUntouched) taken.push({ file, source })
      }
      const inTheWay = (await lookAll(root, taken.map(({ file }) => file.path))).filter(({ kind }) => kind !== 'gone').map(({ path }) => path)
      const onlyHere = inTheWay.filter((path) => !hasGit(path))
      const replaced = onlyHere.length === 0 ? null : await keep(root, onlyHere, 'move')
      for (const path of inTheWay.filter(hasGit)) await inTreePlace(root, path, { make: false }, (place) => unlink(place))
      for (const { file, source } of taken) {
        if (file.kind === 'gone') await removeEmptyFolders(root, file.path)
        else await inTreePlace(root, file.path, { make: true }, (place) => (file.kind === 'link' ? symlink(Buffer.from(file.target ?? '', 'latin1'), place) : copyWhole(source, place)))
      }
      const index = new Map(files.flatMap(({ path, index: entry }): [string, KeptIndexEntry][] => (entry === undefined ? [] : [[path, entry && { mode: entry.mode, blob: join(folderOf(id), entry.blob) }]])))
      return { replaced, index }
    },
    forget: async (root, id) => rm(folderOf((await find(root, id)).id), { recursive: true, force: true }),
  }
}

function shown({ id, atMs, files }: Account): Discarded {
  return { id, atMs, files: files.map(({ path, sizeBytes }) => ({ path, sizeBytes })), totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
}

/** One after the other: ten thousand at once would need more open files than there may be. */
async function lookAll(root: string, paths: readonly string[]): Promise<KeptFile[]> {
  const files: KeptFile[] = []
  for (const path of paths) files.push(await look(root, path))
  return files
}

async function look(root: string, path: string): Promise<KeptFile> {
  const gone: KeptFile = { path, kind: 'gone', mode: 0, sizeBytes: 0, target: null }
  try {
    return await inTreePlace(root, path, { make: false }, async (place) => {
      const found = await lstat(place)
      if (found.isSymbolicLink()) return { ...gone, kind: 'link', target: (await readlink(place, { encoding: 'buffer' })).toString('latin1'), sizeBytes: found.size }
      if (found.isFile()) return { ...gone, kind: 'file', mode: found.mode & 0o7777, sizeBytes: found.size }
      throw new AppError('file/not-regular', `${JSON.stringify(path)} is ${found.isDirectory() ? 'a folder (a repository of its own)' : 'a pipe, socket or device'} and is not discarded here.`, { path })
    })
  } catch (error) {
    if (error instanceof AppError && error.code === 'file/not-found') return gone
    throw error
  }
}

/** Who writes into it until git replaces it writes into what is kept. */
async function linkFile(place: Buffer, target: string): Promise<void> {
  try {
    await link(place, target)
  } catch (error) {
    if (!hasErrorCode(error, 'EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK')) throw error
    await copyWhole(place, target)
  }
}

function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

async function isSameFile(root: string, path: string, kept: string): Promise<boolean> {
  try {
    const [a, b] = [await inTreePlace(root, path, { make: false }, (place) => lstat(place)), await lstat(kept)]
    return a.dev === b.dev && a.ino === b.ino
  } catch {
    return false
  }
}

/** Moved in one step where that can be: whoever writes into it meanwhile writes into what is kept. */
async function takeFile(place: Buffer, target: string, how: 'copy' | 'move'): Promise<void> {
  if (how === 'copy') return copyWhole(place, target)
  try {
    await rename(place, target)
  } catch (error) {
    if (!hasErrorCode(error, 'EXDEV')) throw error
    const aside = Buffer.concat([place, Buffer.from(`.${randomUUID().slice(0, 8)}.discarded`)])
    await rename(place, aside)
    await copyWhole(aside, target).catch(async (problem: unknown) => {
      await link(aside, place).then(() => unlink(aside))
      throw problem
    })
    await unlink(aside)
  }
}

async function copyWhole(from: Buffer | string, to: Buffer | string): Promise<void> {
  const before: Stats = await lstat(from)
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  const handle = await open(to, 'r+').catch(() => null)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
  if (process.getuid?.() === 0) await chown(to, before.uid, before.gid)
  await chmod(to, before.mode & 0o7777)
  await utimes(to, before.atime, before.mtime)
}

/** A folder that held nothing else would be there for ever: git knows no empty ones. */
export async function removeEmptyFolders(root: string, path: string): Promise<void> {
  const steps = path.split('/')
  for (let length = steps.length - 1; length > 0; length--) {
    const isGone = await inTreePlace(root, steps.slice(0, length).join('/'), { make: false }, (place) => rmdir(place)).then(() => true, () => false)
    if (!isGone) return
  }
}
