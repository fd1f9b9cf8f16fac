/** Which commits a push would send, and which content in them the other side does not have yet. */
import type { OpenRepository } from '../git/open-repository'
import { decodePath } from '../git/git-path'
import { commitOf, type BlobRequest } from './git-tree'

export type Range = {
  head: { commit: string; branch: string | null }
  base: { name: string; commit: string } | null
  /** Revisions for rev-list: of the head what none of the other side's known branches has. */
  revisions: string[]
  commits: number
  /** The branch on the remote that it goes to; null: not known. */
  targetBranch: string | null
}

export type RangeQuestion = { range: 'outgoing' | 'commit'; base: string | null; head: string | null; branch: string | null }

/** Throws git/not-found; also where there is no commit yet. */
export async function readRange({ client }: Pick<OpenRepository, 'client'>, asked: RangeQuestion, serverBranch: string): Promise<Range> {
  const commit = await commitOf(client, asked.head ?? 'HEAD')
  const branch = asked.head === null ? await textOf(client, ['symbolic-ref', '--quiet', '--short', 'HEAD']) : null
  const upstream = branch === null ? null : await textOf(client, ['rev-parse', '--symbolic-full-name', '--verify', '--quiet', '@{upstream}'])
  const base = await baseOf()
  // What another branch of the remote has is on the other side, too; a base that was named is meant as it is.
  const known = asked.base === null && asked.range === 'outgoing' ? ['--not', '--remotes'] : []
  const revisions = [commit, ...(base === null ? [] : [`^${base.commit}`]), ...known]
  const commits = Number((await client.read(['rev-list', '--count', ...revisions])).trim())
  const upstreamBranch = upstream === null ? null : upstream.replace(/^refs\/(?:remotes\/[^/]+|heads)\//, '')
  return { head: { commit, branch }, base, revisions, commits, targetBranch: asked.branch ?? upstreamBranch ?? branch }

  async function baseOf(): Promise<Range['base']> {
    if (asked.base !== null) return { name: asked.base, commit: await commitOf(client, asked.base) }
    if (asked.range === 'commit') {
      const parent = await textOf(client, ['rev-parse', '--verify', '--quiet', `${commit}^1`])
      return parent === null ? null : { name: parent.slice(0, 12), commit: parent }
    }
    for (const name of upstream === null ? [`refs/remotes/origin/${serverBranch}`, 'refs/remotes/origin/HEAD'] : [upstream]) {
      const found = await textOf(client, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`])
      if (found !== null) return { name: name.replace(/^refs\/(?:remotes|heads)\//, ''), commit: found }
    }
    return null
  }
}

async function textOf(client: OpenRepository['client'], argv: string[]): Promise<string | null> {
  const { stdout, exitCode } = await client.run(argv, { ok: [0, 1, 128] })
  const text = stdout.toString('utf8').trim()
  return exitCode !== 0 || text === '' ? null : text
}

export type OutgoingBlob = BlobRequest & {
  /** Where it is first met; the same content can be in many places. */
  path: string
}

/** Every version of every file in the outgoing commits, also of those that a later commit takes away again: all of them are sent. */
export async function readOutgoingBlobs({ client }: Pick<OpenRepository, 'client'>, { revisions }: Range): Promise<OutgoingBlob[]> {
  const objects = new Set((await client.read(['rev-list', '--objects', '--no-object-names', ...revisions])).split('\n'))
  const { stdout } = await client.run(['log', '--format=', '--raw', '-z', '-m', '--root', '-r', '--no-abbrev', '--no-renames', '--no-ext-diff', '--no-textconv', '--ignore-submodules=all', ...revisions])
  const paths = new Map<string, string>()
  // `:100644 100644 <old> <new> M\0path\0`; a colon cannot begin what comes in between.
  for (let at = stdout.indexOf(58); at >= 0 && at < stdout.length; ) {
    const end = stdout.indexOf(0, at)
    const pathEnd = end < 0 ? -1 : stdout.indexOf(0, end + 1)
    if (pathEnd < 0) break
    const [, mode = '', , id = ''] = stdout.toString('latin1', at, end).split(' ')
    if (mode.startsWith('100') && objects.has(id) && !paths.has(id)) paths.set(id, decodePath(stdout.subarray(end + 1, pathEnd)))
    at = nextEntry(stdout, pathEnd + 1)
  }
  if (paths.size === 0) return []
  const sizes = await client.read(['cat-file', '--batch-check=%(objectname) %(objectsize)'], { input: `${[...paths.keys()].join('\n')}\n` })
  return sizes.split('\n').flatMap((line) => {
    const [id = '', size] = line.split(' ')
    const path = paths.get(id)
    return path === undefined || !/^\d+$/.test(size ?? '') ? [] : [{ id, path, sizeBytes: Number(size) }]
  })
}

/** Between two commits stands an empty record. */
function nextEntry(text: Buffer, from: number): number {
  let at = from
  while (at < text.length && text[at] !== 58) at += 1
  return at
}
