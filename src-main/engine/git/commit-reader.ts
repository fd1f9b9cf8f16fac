/** What was: commits of the repository, of a pipeline, of a file; one commit; a file as it was then; who wrote a line. Changes nothing, executes nothing. */
import { relative, sep } from 'node:path'
import { AppError } from '@shared/app-error'
import type { ApiOutput, ApiParsedInput } from '@shared/contract'
import type { Blame, HistoryScope, RevisionFile } from '@shared/contract/commits'
import { maxTextBytes, readInside } from '../files/text-file'
import { readBlame } from './blame'
import { logOptions, readLineCounts, readLog } from './commit-log'
import { encodePath, isUtf8Path } from './git-path'
import type { OpenRepository } from './open-repository'
import { expectCommit, headOf, isUndoable } from './revisions'

export type CommitReaderDeps = {
  /** Throws git/no-repository, workspace/none-open, git/…. */
  open: () => Promise<OpenRepository>
  workspace: () => { pipelinesDir: string } | null
}

export type CommitReader = {
  list(query: ApiParsedInput<'commits.list'>): Promise<ApiOutput<'commits.list'>>
  get(commit: string): Promise<ApiOutput<'commits.get'>>
  readFile(revision: string | null, path: string): Promise<RevisionFile>
  blame(path: string, text: string): Promise<Blame>
}

export function createCommitReader({ open, workspace }: CommitReaderDeps): CommitReader {
  const pathOf = (scope: HistoryScope, root: string): string | null => {
    if (scope.kind === 'repository') return null
    if (scope.kind === 'file') return scope.path
    const below = relative(root, workspace()?.pipelinesDir ?? root).split(sep).join('/')
    return below === '' ? scope.name : `${below}/${scope.name}`
  }

  return {
    async list({ scope, from, skip, limit }) {
      const { client, root } = await open()
      const head = from ?? (await headOf(client))
      if (head === null) return { head: null, commits: [], hasMore: false }
      const path = pathOf(scope, root)
      const follow = scope.kind === 'file' ? ['--follow'] : []
      const paths = pathArguments(path)
      const { stdout } = await client.run(
        ['-C', root, 'log', ...logOptions, '--name-status', '--find-renames', '--diff-merges=first-parent', ...follow, `--skip=${skip}`, `--max-count=${limit + 1}`, ...(paths.input === null ? [head, ...paths.argv] : ['--stdin'])],
        paths.input === null ? {} : { input: Buffer.concat([Buffer.from(`${head}\n--\n`), paths.input]) },
      )
      const commits = readLog(stdout).map(({ commit, changes }) => ({ ...commit, filesChanged: changes.length, path: scope.kind === 'file' ? (changes[0]?.path ?? null) : null }))
      return { head, commits: commits.slice(0, limit), hasMore: commits.length > limit }
    },
    async get(id) {
      const { client, root } = await open()
      await expectCommit(client, id)
      const one = ['-C', root, 'log', ...logOptions, '--find-renames', '--diff-merges=first-parent', '--max-count=1']
      const [named, counted, holding, undoable] = await Promise.all([
        client.run([...one, '--name-status', id, '--']),
        client.run([...one, '--numstat', '--format=', id, '--']),
        client.read(['for-each-ref', '--count=1', `--contains=${id}`, '--format=%(refname)', 'refs/remotes/']),
        isUndoable(client, id),
      ])
      const [found] = readLog(named.stdout)
      if (!found) throw new AppError('git/not-found', `git knows no commit ${id}.`)
      const counts = readLineCounts(counted.stdout)
      const files = found.changes.map((change) => ({ ...change, ...(counts.get(change.path) ?? { added: null, removed: null }) }))
      return { commit: { ...found.commit, filesChanged: files.length, path: null }, files, isPushed: holding !== '', isUndoable: undoable }
    },
    async readFile(revision, path) {
      const { client, root } = await open()
      if (revision === null) return readWorkingFile(root, path)
      await expectCommit(client, revision)
      return readBlob(client, `${revision}:`, path)
    },
    async blame(path, text) {
      const { client, root } = await open()
      if (!isUtf8Path(path)) throw new AppError('git/not-found', `git is not asked who wrote ${JSON.stringify(path)}: its name is no UTF-8.`)
      const { stdout } = await client.run(['-C', root, 'blame', '--porcelain', '--no-textconv', '--no-ext-diff', '--encoding=UTF-8', '--contents', '-', '--', path], { input: text })
      return readBlame(stdout)
    },
  }
}

/** A name that is no UTF-8 cannot be an argument; then it goes by standard input, which takes no line feed. */
function pathArguments(path: string | null): { argv: string[]; input: Buffer | null } {
  if (path === null) return { argv: ['--'], input: null }
  if (isUtf8Path(path)) return { argv: ['--', path], input: null }
  if (path.includes('\n')) throw new AppError('git/not-found', `git is not asked about ${JSON.stringify(path)}: its name is no UTF-8 and has a line feed.`)
  return { argv: [], input: Buffer.concat([encodePath(path), Buffer.from('\n')]) }
}

/** `object` is `COMMIT:` or, with an empty path, the name of a blob. */
export async function readBlob(client: OpenRepository['client'], object: string, path: string): Promise<RevisionFile> {
  // -z, for a name can hold a line feed; --batch answers "missing" instead of failing.
  const ask = (mode: string): Promise<Buffer> => client.run(['cat-file', mode, '-z'], { input: Buffer.concat([Buffer.from(object), encodePath(path), Buffer.from([0])]) }).then(({ stdout }) => stdout)
  const [, type, size] = /^\S+ (\w+) (\d+)\n$/.exec((await ask('--batch-check')).toString('latin1')) ?? []
  const sizeBytes = Number(size ?? 0)
  if (type === undefined) return { state: 'absent', text: null, sizeBytes }
  if (type !== 'blob') return { state: 'no-file', text: null, sizeBytes: 0 }
  if (sizeBytes > maxTextBytes) return { state: 'too-large', text: null, sizeBytes }
  const answer = await ask('--batch')
  const start = answer.indexOf(10) + 1
  return asText(answer.subarray(start, start + sizeBytes))
}

export async function readWorkingFile(root: string, path: string): Promise<RevisionFile> {
  if (!isUtf8Path(path)) return { state: 'no-file', text: null, sizeBytes: 0 }
  try {
    return asText(await readInside(root, path))
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'file/not-found') return { state: 'absent', text: null, sizeBytes: 0 }
    if (error.code === 'file/too-large') return { state: 'too-large', text: null, sizeBytes: Number(error.details.sizeBytes ?? 0) }
    if (error.code === 'file/not-regular') return { state: 'no-file', text: null, sizeBytes: 0 }
    throw error
  }
}

/** As git tells text from binary: by a NUL near the beginning. */
function asText(bytes: Buffer): RevisionFile {
  const isBinary = bytes.subarray(0, 8000).includes(0)
  return { state: isBinary ? 'binary' : 'text', text: isBinary ? null : bytes.toString('utf8'), sizeBytes: bytes.length }
}
