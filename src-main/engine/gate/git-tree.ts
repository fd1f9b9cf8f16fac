/** What a commit holds, read from git's objects: the working tree may be another, and a link in it may lead anywhere. */
import { AppError } from '@shared/app-error'
import type { GitClient } from '../git/git-client'
import { decodePath } from '../git/git-path'

export type TreeEntry = {
  kind: 'file' | 'link' | 'tree' | 'submodule'
  /** Relative to the root, with `/`. */
  path: string
  id: string
  sizeBytes: number
}

export type GitTree = {
  entries: readonly TreeEntry[]
  at(path: string): TreeEntry | undefined
  /** Direct children of a folder; '' is the root. */
  children(folder: string): readonly TreeEntry[]
}

export const emptyTree: GitTree = treeOf([])

export async function readTree(client: GitClient, commit: string): Promise<GitTree> {
  const { stdout } = await client.run(['ls-tree', '-r', '-t', '-z', '--long', '--full-tree', commit])
  const entries: TreeEntry[] = []
  for (let at = 0; at < stdout.length; ) {
    const end = stdout.indexOf(0, at)
    const tab = stdout.indexOf(9, at)
    const [mode = '', , id = '', size = ''] = stdout.toString('latin1', at, tab).split(/ +/)
    entries.push({ kind: kindOf(mode), path: decodePath(stdout.subarray(tab + 1, end)), id, sizeBytes: Number(size) || 0 })
    at = end + 1
  }
  return treeOf(entries)
}

function kindOf(mode: string): TreeEntry['kind'] {
  if (mode === '120000') return 'link'
  if (mode === '160000') return 'submodule'
  return mode === '040000' ? 'tree' : 'file'
}

function treeOf(entries: readonly TreeEntry[]): GitTree {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  const byFolder = new Map<string, TreeEntry[]>()
  for (const entry of entries) {
    const folder = entry.path.slice(0, Math.max(0, entry.path.lastIndexOf('/')))
    const known = byFolder.get(folder)
    if (known) known.push(entry)
    else byFolder.set(folder, [entry])
  }
  return { entries, at: (path) => byPath.get(path), children: (folder) => byFolder.get(folder) ?? [] }
}

/** So much at once is asked of git and held in memory. */
const mostBatchBytes = 16_000_000
const mostBatchObjects = 2_000

export type BlobRequest = { id: string; sizeBytes: number }

/** Calls back with each blob, in order; those that are not there are passed over. */
export async function readBlobs(client: GitClient, wanted: readonly BlobRequest[], use: (id: string, content: Buffer) => void): Promise<void> {
  for (let at = 0; at < wanted.length; ) {
    const batch: string[] = []
    for (let batchBytes = 0; at < wanted.length && batch.length < mostBatchObjects; at++) {
      const { id, sizeBytes } = wanted[at]!
      if (batch.length > 0 && batchBytes + sizeBytes > mostBatchBytes) break
      batch.push(id)
      batchBytes += sizeBytes
    }
    const { stdout } = await client.run(['cat-file', '--batch'], { input: `${batch.join('\n')}\n` })
    readAnswers(stdout, use)
  }
}

/** `<id> blob <size>\n<content>\n`, or `<id> missing\n`. */
function readAnswers(answers: Buffer, use: (id: string, content: Buffer) => void): void {
  for (let at = 0; at < answers.length; ) {
    const end = answers.indexOf(10, at)
    if (end < 0) return
    const [id = '', type, size] = answers.toString('latin1', at, end).split(' ')
    if (size === undefined) {
      at = end + 1
      continue
    }
    const length = Number(size)
    if (type === 'blob') use(id, answers.subarray(end + 1, end + 1 + length))
    at = end + 2 + length
  }
}

/** The full id of a commit. Throws git/not-found. */
export async function commitOf(client: GitClient, revision: string): Promise<string> {
  const { stdout, exitCode } = await client.run(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], { ok: [0, 1, 128] })
  const id = stdout.toString('utf8').trim()
  if (exitCode !== 0 || id === '') throw new AppError('git/not-found', `git knows no commit ${JSON.stringify(revision)} here. Check the name; in CI, fetch it first.`, { revision })
  return id
}
