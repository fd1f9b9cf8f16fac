/** How the branch that is checked out stands against what was last heard of its upstream, and what a hard reset to that would destroy. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { CommitList, Divergence, RemoteCommit, SyncPreview } from '@shared/contract/remote'
import type { OpenRepository } from './open-repository'

const mostCommits = 100
const mostFiles = 200
const mostFilesOfCommit = 20

/** Throws git/detached-head. */
export async function currentBranch({ client }: OpenRepository): Promise<string> {
  const branch = (await client.read(['symbolic-ref', '--quiet', '--short', 'HEAD'], { ok: [0, 1] })).trim()
  if (branch === '') throw new AppError('git/detached-head', 'No branch is checked out. Make a branch for the commits first.')
  return branch
}

export type Upstream = { branch: string; name: string; remote: string; remoteBranch: string; tip: string | null }

/** null: none is set. Throws git/detached-head. */
export async function findUpstream(opened: OpenRepository): Promise<Upstream | null> {
  const branch = await currentBranch(opened)
  const { client } = opened
  const line = (await client.read(['for-each-ref', '--format=%(upstream:short)%00%(upstream:remotename)%00%(upstream:remoteref)%00%(upstream)', `refs/heads/${branch}`])).trimEnd()
  const [name = '', remote = '', remoteRef = '', ref = ''] = line.split('\0')
  if (ref === '') {
    // A branch without a commit is in no list yet.
    const merge = (await client.read(['config', '--get', `branch.${branch}.merge`], { ok: [0, 1] })).trim()
    const of = (await client.read(['config', '--get', `branch.${branch}.remote`], { ok: [0, 1] })).trim()
    if (merge === '' || of === '') return null
    const remoteBranch = merge.replace('refs/heads/', '')
    return { branch, name: `${of}/${remoteBranch}`, remote: of, remoteBranch, tip: await commitOf(opened, `refs/remotes/${of}/${remoteBranch}`) }
  }
  return { branch, name, remote, remoteBranch: remoteRef.replace('refs/heads/', ''), tip: await commitOf(opened, ref) }
}

/** Throws git/no-upstream. */
async function requireUpstream(opened: OpenRepository): Promise<Upstream> {
  const upstream = await findUpstream(opened)
  if (upstream === null) throw new AppError('git/no-upstream', 'This branch has no upstream yet. Push it once with its upstream set.')
  return upstream
}

async function commitOf({ client }: OpenRepository, name: string): Promise<string | null> {
  return (await client.read(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], { ok: [0, 1, 128] })).trim() || null
}

export async function readDivergence(opened: OpenRepository): Promise<Divergence> {
  const { branch, name, tip } = await requireUpstream(opened)
  const head = await commitOf(opened, 'HEAD')
  const [incoming, outgoing] = await Promise.all([tip === null ? none : commitsOf(opened, head === null ? [tip] : [tip, `^${head}`]), head === null ? none : commitsOf(opened, tip === null ? [head] : [head, `^${tip}`])])
  return { branch, upstream: name, upstreamTip: tip, incoming, outgoing }
}

const none: CommitList = { commits: [], omitted: 0 }

async function commitsOf({ client }: OpenRepository, range: string[]): Promise<CommitList> {
  const [text, count] = await Promise.all([
    client.read(['log', `--max-count=${mostCommits}`, '--no-show-signature', '--no-ext-diff', '--no-textconv', '--no-renames', '-m', '--first-parent', '--name-only', '-z', '--format=%x01%H%x00%an%x00%ct%x00%s', ...range, '--']),
    client.read(['rev-list', '--count', ...range, '--']),
  ])
  const commits = text.split('\x01').slice(1).map((part): RemoteCommit => {
    const [commit = '', author = '', seconds = '0', subject = '', ...rest] = part.split('\0')
    const files = rest.map((path) => path.replace(/^\n/, '')).filter((path) => path !== '')
    return { commit, author, atMs: Number(seconds) * 1000, subject, files: files.slice(0, mostFilesOfCommit), fileCount: files.length }
  })
  return { commits, omitted: Number(count) - commits.length }
}

export async function previewSync(opened: OpenRepository): Promise<SyncPreview> {
  const divergence = await readDivergence(opened)
  const lost = await lostFiles(opened, divergence.upstreamTip)
  const files = [...lost.tracked, ...lost.inTheWay]
  const verdict = divergence.incoming.commits.length === 0 ? 'up-to-date' : divergence.outgoing.commits.length > 0 ? 'diverged' : files.length > 0 ? 'dirty' : 'fast-forward'
  return { ...divergence, verdict, lostFiles: files.slice(0, mostFiles), lostFilesOmitted: Math.max(0, files.length - mostFiles) }
}

/** `inTheWay`: git does not know them here, and the upstream has files of that name. */
export async function lostFiles(opened: OpenRepository, tip: string | null): Promise<{ tracked: string[]; inTheWay: string[] }> {
  const { client, root } = opened
  const head = await commitOf(opened, 'HEAD')
  if (head === null) return { tracked: [], inTheWay: [] }
  const names = async (...argv: string[]): Promise<string[]> => (await client.read(['-C', root, 'diff', '--name-only', '-z', '--no-ext-diff', '--no-textconv', '--no-renames', '--ignore-submodules=dirty', ...argv])).split('\0').filter((name) => name !== '')
  const tracked = await names('HEAD', '--')
  if (tip === null) return { tracked, inTheWay: [] }
  const known = new Set(tracked)
  const added = (await names('--diff-filter=A', 'HEAD', tip, '--')).filter((path) => !known.has(path))
  const there = await Promise.all(added.map((path) => lstat(join(root, path)).then(() => [path], () => [])))
  return { tracked, inTheWay: there.flat() }
}
