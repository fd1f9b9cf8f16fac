/** Discarding changes, and having them back. Git's part of it; the bytes are in discarded-files.ts before git touches a file. */
import { AppError } from '@shared/app-error'
import type { ChangedFile } from '@shared/contract/git'
import type { DiscardTarget, Discarded } from '@shared/contract/git-changes'
import { removeEmptyFolders, type DiscardedFiles, type IndexEntry, type KeptIndexEntry } from './discarded-files'
import { decodePath, encodePath, pathList } from './git-path'
import type { OpenRepository } from './open-repository'
import { fromStandardInput, lookingOnly, type RepositoryWork } from './repository-work'
import type { RepositoryState } from './repository-state'
import { unstage } from './staging'

export type Discard = {
  preview(paths: readonly string[]): Promise<Pick<Discarded, 'files' | 'totalBytes'>>
  /** Throws git/not-found (nothing of it is changed), git/conflict, file/not-regular; nothing was done then. */
  discard(paths: readonly string[], to: DiscardTarget): Promise<Discarded>
  list(): Promise<Discarded[]>
  /** null: nothing was in the place of the files. */
  undo(id: string): Promise<Discarded | null>
}

export function createDiscard({ state, open, change, discarded }: { state: RepositoryState; discarded: DiscardedFiles } & Pick<RepositoryWork, 'open' | 'change'>): Discard {
  /** Nothing is touched but what git, asked just now, calls changed. */
  const changedOf = async (paths: readonly string[]): Promise<ChangedFile[]> => {
    const wanted = new Set(paths)
    const files = ((await state.refresh()).repository?.files ?? []).filter(({ path }) => wanted.has(path))
    if (files.length === 0) throw new AppError('git/not-found', 'Nothing is changed in these files any more.')
    const conflict = files.find((file) => file.conflict !== null)
    if (conflict) throw new AppError('git/conflict', `${JSON.stringify(conflict.path)} is in conflict. Resolve it, or abort what led to it.`, { path: conflict.path })
    const folder = files.find(({ path, isSubmodule }) => isSubmodule || path.endsWith('/'))
    if (folder) throw new AppError('file/not-regular', `${JSON.stringify(folder.path)} is a repository of its own. Discard its changes in it.`, { path: folder.path })
    return files
  }

  return {
    async preview(paths) {
      const { root } = await open()
      const files = (await discarded.sizes(root, (await changedOf(paths)).map(({ path }) => path)))
      return { files, totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
    },

    discard: (paths, to) =>
      change(async (opened) => {
        const all = await changedOf(paths)
        const files = to === 'head' ? all : all.filter(({ unstaged }) => unstaged !== null)
        if (files.length === 0) throw new AppError('git/not-found', 'All changes of these files are staged; unstage them, or discard the staged ones too.')
        const names = (file: ChangedFile): string[] => (to === 'head' && file.staged === 'renamed' && file.from !== null ? [file.path, file.from] : [file.path])
        const staged = to === 'head' ? files.filter((file) => file.staged !== null).flatMap(names) : []
        const staying = new Set(files.filter((file) => !isNew(file, to) && file.staged !== 'renamed').map(({ path }) => path))
        const kept = await discarded.keep(opened.root, [...new Set(files.flatMap(names))], 'move', staying, await indexEntries(opened, staged))
        try {
          await bringBack(opened, files, to, staged)
        } catch (error) {
          await putBack(opened, kept.id)
          throw error
        }
        await discarded.separate(kept.id)
        for (const { path } of files) await removeEmptyFolders(opened.root, path)
        return kept
      }),

    list: async () => discarded.list((await open()).root),
    undo: (id) => change((opened) => putBack(opened, id)),
  }

  async function putBack(opened: OpenRepository, id: string): Promise<Discarded | null> {
    const { repository } = await state.refresh()
    const changed = new Set(repository?.files.flatMap(({ path, from }) => (from === null ? [path] : [path, from])))
    const tracked = new Set((await indexLines(opened)).map(({ path }) => path))
    const { replaced, index } = await discarded.putBack(opened.root, id, (path) => repository?.omitted === 0 && tracked.has(path) && !changed.has(path))
    await restoreIndex(opened, index)
    await discarded.forget(opened.root, id)
    return replaced
  }
}

/** In the index by name alone. */
function isPromised({ unstaged, staged }: ChangedFile): boolean {
  return unstaged === 'added' && staged === null
}

/** Of what was never committed there is nothing to bring back. */
function isNew(file: ChangedFile, to: DiscardTarget): boolean {
  return file.unstaged === 'untracked' || isPromised(file) || (to === 'head' && (file.staged === 'added' || file.staged === 'copied'))
}

async function bringBack(opened: OpenRepository, files: readonly ChangedFile[], to: DiscardTarget, staged: readonly string[]): Promise<void> {
  const { client, root } = opened
  if (to === 'head') await unstage(opened, staged)
  const promised = files.filter(isPromised)
  const tracked = files.filter((file) => !isNew(file, to)).flatMap((file) => (to === 'head' && file.staged === 'renamed' ? [file.from ?? file.path] : [file.path]))
  if (promised.length > 0) await client.run(['-C', root, 'rm', '--cached', '--force', '--quiet', '--ignore-unmatch', ...fromStandardInput], { input: pathList(promised.map(({ path }) => path)) })
  if (tracked.length > 0) await client.run(['-C', root, 'restore', '--worktree', ...fromStandardInput], { input: pathList(tracked) })
}

async function indexLines({ client, root }: OpenRepository): Promise<{ path: string; mode: string; object: string }[]> {
  const { stdout } = await client.run(['-C', root, 'ls-files', '-z', '--stage'], { env: lookingOnly })
  const lines = []
  for (let start = 0, end = stdout.indexOf(0); end >= 0; start = end + 1, end = stdout.indexOf(0, start)) {
    const tab = stdout.indexOf(9, start)
    const [mode = '', object = ''] = stdout.toString('latin1', start, tab).split(' ')
    lines.push({ path: decodePath(stdout.subarray(tab + 1, end)), mode, object })
  }
  return lines
}

const mostIndexBytes = 200_000_000

/** What is staged is in the object store of git, and in time nobody points to it any more. */
async function indexEntries(opened: OpenRepository, paths: readonly string[]): Promise<Map<string, IndexEntry>> {
  const entries = new Map<string, IndexEntry>(paths.map((path) => [path, null]))
  if (paths.length === 0) return entries
  const lines = (await indexLines(opened)).filter(({ path }) => entries.has(path))
  const input = lines.map(({ object }) => `${object}\n`).join('')
  const sizes = (await opened.client.read(['cat-file', '--batch-check=%(objectsize)'], { input })).split('\n').map(Number)
  if (sizes.reduce((sum, size) => sum + size, 0) > mostIndexBytes) throw new AppError('file/too-large', 'What is staged of these files is larger than 200 MB. Unstage it first, then discard it.')
  const { stdout } = await opened.client.run(['cat-file', '--batch'], { input })
  let at = 0
  for (const [number, { path, mode }] of lines.entries()) {
    const start = stdout.indexOf(10, at) + 1
    const end = start + (sizes[number] ?? 0)
    entries.set(path, { mode, bytes: stdout.subarray(start, end) })
    at = end + 1
  }
  return entries
}

async function restoreIndex({ client, root }: OpenRepository, entries: ReadonlyMap<string, KeptIndexEntry>): Promise<void> {
  if (entries.size === 0) return
  const kept = [...entries.values()].flatMap((entry) => (entry ? [entry.blob] : []))
  const objects = kept.length === 0 ? [] : (await client.read(['hash-object', '-w', '--no-filters', '--stdin-paths'], { input: kept.map((blob) => `${blob}\n`).join('') })).trim().split('\n')
  const lines = [...entries].flatMap(([path, entry]) => [Buffer.from(entry ? `${entry.mode} ${objects.shift() ?? ''}\t` : `0 ${'0'.repeat(40)}\t`), encodePath(path), Buffer.from([0])])
  await client.run(['-C', root, 'update-index', '-z', '--index-info'], { input: Buffer.concat(lines) })
}
