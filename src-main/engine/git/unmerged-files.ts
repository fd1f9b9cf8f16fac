/** The files that git could not merge, with the three sides as objects: `git ls-files --unmerged -z`. */
import type { ConflictKind } from '@shared/contract/git'
import { decodePath, encodePath } from './git-path'
import type { OpenRepository } from './open-repository'

export type Side = { mode: string; id: string }
export type UnmergedFile = { path: string; base: Side | null; ours: Side | null; theirs: Side | null }

export async function readUnmerged({ client, root }: Pick<OpenRepository, 'client' | 'root'>): Promise<UnmergedFile[]> {
  const { stdout } = await client.run(['-C', root, 'ls-files', '--unmerged', '-z'])
  return parseUnmerged(stdout)
}

/** `mode id stage<TAB>path`, ended by NUL. */
export function parseUnmerged(output: Buffer): UnmergedFile[] {
  const files = new Map<string, UnmergedFile>()
  let start = 0
  for (let end = output.indexOf(0); end >= 0; end = output.indexOf(0, start)) {
    const entry = output.subarray(start, end)
    start = end + 1
    const tab = entry.indexOf(9)
    const [mode = '', id = '', stage] = entry.toString('latin1', 0, tab).split(' ')
    const path = decodePath(entry.subarray(tab + 1))
    const file = files.get(path) ?? { path, base: null, ours: null, theirs: null }
    file[stage === '1' ? 'base' : stage === '2' ? 'ours' : 'theirs'] = { mode, id }
    files.set(path, file)
  }
  return [...files.values()]
}

export function kindOfConflict({ base, ours, theirs }: UnmergedFile): ConflictKind {
  if (ours && theirs) return base ? 'both-modified' : 'both-added'
  if (ours) return base ? 'deleted-by-them' : 'added-by-us'
  if (theirs) return base ? 'deleted-by-us' : 'added-by-them'
  return 'both-deleted'
}

/** For `update-index -z --index-info`: the side becomes what the index has; null takes the file out of it. */
export function indexEntry(path: string, side: Side | null): Buffer {
  const entry = side === null ? `0 ${'0'.repeat(40)}` : `${side.mode} ${side.id}`
  return Buffer.concat([Buffer.from(`${entry}\t`), encodePath(path), Buffer.from([0])])
}

export const isPlainFile = (side: Side | null): boolean => side === null || side.mode.startsWith('100')
