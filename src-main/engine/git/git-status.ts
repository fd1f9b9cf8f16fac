/** Reads `git status --porcelain=v2 --branch --show-stash` as printed with core.quotePath. Pure. */
import type { ChangeKind, ChangedFile, ConflictKind, Repository } from '@shared/contract/git'
import { readGitPath } from './git-path'

export type ReadStatus = Pick<Repository, 'head' | 'upstream' | 'stashes' | 'omitted'> & { files: Omit<ChangedFile, 'pipeline'>[] }

const kinds: Record<string, ChangeKind> = { A: 'added', M: 'modified', D: 'deleted', R: 'renamed', C: 'copied', T: 'type-changed' }
const conflicts: Record<string, ConflictKind> = { DD: 'both-deleted', AU: 'added-by-us', UD: 'deleted-by-them', UA: 'added-by-them', DU: 'deleted-by-us', AA: 'both-added', UU: 'both-modified' }

/** Far above what anybody reads; what is beyond is counted. */
const mostFiles = 20_000

export function readStatus(text: string): ReadStatus {
  const headers = new Map<string, string>()
  const files: ReadStatus['files'] = []
  let omitted = 0
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) {
      const [name = '', ...rest] = line.slice(2).split(' ')
      headers.set(name, rest.join(' '))
      continue
    }
    const file = readEntry(line)
    if (file === null) continue
    if (files.length < mostFiles) files.push(file)
    else omitted++
  }
  const branch = headers.get('branch.head') ?? '(detached)'
  const commit = headers.get('branch.oid') ?? '(initial)'
  const counts = /^\+(\d+) -(\d+)$/.exec(headers.get('branch.ab') ?? '')
  const upstream = headers.get('branch.upstream')
  return {
    head: { branch: branch === '(detached)' ? null : branch, commit: commit === '(initial)' ? null : commit },
    upstream: upstream === undefined ? null : { name: upstream, ahead: Number(counts?.[1] ?? 0), behind: Number(counts?.[2] ?? 0), isGone: counts === null && commit !== '(initial)' },
    stashes: Number(headers.get('stash') ?? 0),
    files,
    omitted,
  }
}

/** `1 XY sub mH mI mW hH hI path`, `2 XY sub mH mI mW hH hI score path<TAB>from`, `u XY sub m1 m2 m3 mW h1 h2 h3 path`, `? path`. */
function readEntry(line: string): ReadStatus['files'][number] | null {
  const none = { from: null, staged: null, unstaged: null, conflict: null, isSubmodule: false }
  if (line.startsWith('? ')) return { ...none, path: readGitPath(line.slice(2)), unstaged: 'untracked' }
  const type = line[0]
  if (type !== '1' && type !== '2' && type !== 'u') return null
  const fields = line.split(' ')
  const [, xy = '', sub = ''] = fields
  const isSubmodule = sub.startsWith('S')
  const rest = fields.slice(type === '1' ? 8 : type === '2' ? 9 : 10).join(' ')
  if (type === 'u') return { ...none, path: readGitPath(rest), conflict: conflicts[xy] ?? 'both-modified', isSubmodule }
  const [path = '', from] = rest.split('\t')
  return { ...none, path: readGitPath(path), from: from === undefined ? null : readGitPath(from), staged: kinds[xy[0] ?? ''] ?? null, unstaged: kinds[xy[1] ?? ''] ?? null, isSubmodule }
}
