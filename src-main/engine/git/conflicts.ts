/**
 * What git is in the middle of and cannot finish alone: which files, their three sides, what was decided, and the two ways out.
 * All of it is read from the repository each time, so that nothing is lost when the app ends in between. Text that is being
 * resolved is kept in the working file, where git put it.
 */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, toWireError } from '@shared/app-error'
import type { ConflictFile, ConflictSides, Conflicts } from '@shared/contract/commits'
import type { GitOperation, UnfinishedWork } from '@shared/contract/git'
import { encodeText } from '../files/text-file'
import { writeFileAtomically } from '../platform/atomic-file'
import { inPinnedFolder } from '../workspace/workspace-paths'
import { readBlob, readWorkingFile } from './commit-reader'
import type { GitOperations } from './git-operations'
import { encodePath, isUtf8Path, pathList } from './git-path'
import type { OpenRepository } from './open-repository'
import { unfinishedWork } from './repository-state'
import type { RepositoryWork } from './repository-work'
import { indexEntry, isPlainFile, kindOfConflict, readUnmerged, type Side, type UnmergedFile } from './unmerged-files'

export type ConflictDeps = { work: RepositoryWork; operations: GitOperations; refresh: () => Promise<unknown> }

export type ConflictService = {
  state(): Promise<Conflicts>
  /** Throws git/not-found: the file has no conflict (any more). */
  file(path: string): Promise<ConflictSides>
  /** Keeps the text in the working file; with `isResolved` the conflict is over. Errors: those of writing a file; file/changed-on-disk when it holds another text than `expected` (null: whatever). */
  save(path: string, text: string, isResolved: boolean, expected: string | null): Promise<Conflicts>
  choose(path: string, side: 'ours' | 'theirs' | 'delete'): Promise<Conflicts>
  /** The working file as the conflict began. */
  restart(path: string): Promise<ConflictSides>
  /** Goes on with what git is in the middle of. Throws git/conflict while a file is not resolved. */
  proceed(): Promise<GitOperation>
  /** Leaves the commit out that could not be applied. */
  skip(): Promise<GitOperation>
  abort(): Promise<GitOperation>
}

/** Commands that go on, leave out, give up. */
const commands: Partial<Record<UnfinishedWork, string>> = { merge: 'merge', rebase: 'rebase', 'cherry-pick': 'cherry-pick', revert: 'revert', 'apply-mailbox': 'am' }
const skippable: readonly UnfinishedWork[] = ['rebase', 'cherry-pick', 'revert', 'apply-mailbox']
const fromInput = ['--pathspec-from-file=-', '--pathspec-file-nul']

export function createConflictService({ work, operations, refresh }: ConflictDeps): ConflictService {
  const find = async (opened: OpenRepository, path: string): Promise<UnmergedFile> => {
    const file = (await readUnmerged(opened)).find((one) => one.path === path)
    if (!file) throw new AppError('git/not-found', `${JSON.stringify(path)} has no conflict any more.`, { path })
    return file
  }

  const run = async (argument: '--continue' | '--skip'): Promise<GitOperation> => {
    const opened = await work.openTrusted()
    const { client, root, gitDir } = opened
    const unfinished = await unfinishedWork(gitDir)
    const command = commands[unfinished]
    if (command === undefined || (argument === '--skip' && !skippable.includes(unfinished))) throw new AppError('git/not-found', 'git is in the middle of nothing (any more).', { unfinished })
    const left = argument === '--continue' ? await readUnmerged(opened) : []
    if (left.length > 0) throw new AppError('git/conflict', `${left.length === 1 ? 'One file is' : `${left.length} files are`} not resolved yet.`, { count: left.length })
    return operations.start('continue', async (handle) => {
      try {
        const { stdout } = await client.run(['-C', root, command, argument], handle.call({ env: { GIT_EDITOR: ':', GIT_SEQUENCE_EDITOR: ':' } }))
        handle.print(stdout.toString('utf8'))
      } catch (error) {
        // The next commit of a rebase has conflicts of its own: that is how it goes on, no failure.
        if (toWireError(error).code !== 'git/conflict' || (await readUnmerged(opened)).length === 0) throw error
        handle.print(String(toWireError(error).details.output ?? ''))
      } finally {
        await refresh()
      }
    })
  }

  const stateOf = async (opened: OpenRepository): Promise<Conflicts> => {
    const [unmerged, unfinished] = await Promise.all([readUnmerged(opened), unfinishedWork(opened.gitDir)])
    return { work: unfinished, canSkip: skippable.includes(unfinished), ...(await whatMeets(opened, unfinished)), files: unmerged.map(describe) }
  }
  const fileOf = async (opened: OpenRepository, path: string): Promise<ConflictSides> => {
    const file = await find(opened, path)
    const [base, ours, theirs, result] = await Promise.all([...[file.base, file.ours, file.theirs].map((side) => sideText(opened, side)), readWorkingFile(opened.root, path)])
    const absent = { state: 'absent' as const, text: null, sizeBytes: 0 }
    return { ...describe(file), base: base ?? absent, ours: ours ?? absent, theirs: theirs ?? absent, result: result ?? absent }
  }

  return {
    state: async () => stateOf(await work.open()),
    file: async (path) => fileOf(await work.open(), path),
    save: (path, text, isResolved, expected) =>
      work.change(async (opened) => {
        const { client, root } = opened
        await find(opened, path)
        if (!isUtf8Path(path)) throw new AppError('file/not-regular', `The name of ${JSON.stringify(path)} is no UTF-8: take one of the sides.`, { path })
        const bytes = encodeText(text, path)
        const beforeReplace = async (): Promise<void> => {
          if (expected !== null && (await readWorkingFile(root, path)).text !== expected) throw new AppError('file/changed-on-disk', `${JSON.stringify(path)} was changed meanwhile, so nothing was written.`, { path })
        }
        await inPinnedFolder(root, path, (place) => writeFileAtomically(place, bytes, { shownAs: join(root, path), beforeReplace }))
        if (isResolved) await client.run(['-C', root, 'add', ...fromInput], { input: pathList([path]) })
        return stateOf(opened)
      }),
    choose: (path, side) =>
      work.change(async (opened) => {
        const file = await find(opened, path)
        await take(opened, path, side === 'delete' ? null : file[side])
        return stateOf(opened)
      }),
    restart: (path) =>
      work.change(async (opened) => {
        await find(opened, path)
        await opened.client.run(['-C', opened.root, 'checkout', '--conflict=diff3', ...fromInput], { input: pathList([path]) })
        return fileOf(opened, path)
      }),
    proceed: () => run('--continue'),
    skip: () => run('--skip'),
    async abort() {
      const opened = await work.openTrusted()
      const { client, root, gitDir } = opened
      const unfinished = await unfinishedWork(gitDir)
      const command = commands[unfinished]
      return operations.start('abort', async (handle) => {
        if (command !== undefined) await client.run(['-C', root, command, '--abort'], handle.call())
        // Of a stash: what it brought into these files goes, the stash itself is still there, and nothing else is touched.
        else for (const { path, ours } of await readUnmerged(opened)) await take(opened, path, ours)
        await refresh()
      })
    },
  }
}

/** Makes the side the content of index and working tree. */
async function take({ client, root }: OpenRepository, path: string, side: Side | null): Promise<void> {
  await client.run(['-C', root, 'update-index', '-z', '--index-info'], { input: Buffer.concat([indexEntry(path, null), ...(side === null ? [] : [indexEntry(path, side)])]) })
  if (side === null) return removeFile(root, path)
  // What is checked out of a submodule is its own repository's.
  if (side.mode !== '160000') await client.run(['-C', root, 'checkout-index', '--force', '-z', '--stdin'], { input: Buffer.concat([encodePath(path), Buffer.from([0])]) })
}

async function removeFile(root: string, path: string): Promise<void> {
  if (!isUtf8Path(path)) return rm(Buffer.concat([Buffer.from(`${root}/`), encodePath(path)]), { force: true })
  await inPinnedFolder(root, path, (place) => rm(place, { force: true })).catch((error: unknown) => {
    if (toWireError(error).code !== 'file/not-found') throw error
  })
}

async function sideText({ client }: OpenRepository, side: Side | null): Promise<Awaited<ReturnType<typeof readBlob>>> {
  if (side === null) return { state: 'absent', text: null, sizeBytes: 0 }
  if (!isPlainFile(side)) return { state: 'no-file', text: null, sizeBytes: 0 }
  return readBlob(client, side.id, '')
}

function describe(file: UnmergedFile): ConflictFile {
  const { path, base, ours, theirs } = file
  return { path, kind: kindOfConflict(file), isPlain: [base, ours, theirs].every(isPlainFile) && isUtf8Path(path) }
}

/** Who is who: in a rebase "ours" is the branch below, and "theirs" the own commit that is put on top of it. */
async function whatMeets({ client, gitDir }: OpenRepository, unfinished: UnfinishedWork): Promise<Pick<Conflicts, 'ours' | 'theirs' | 'step'>> {
  const note = async (file: string): Promise<string | null> => readFile(join(gitDir, file), 'utf8').then((text) => text.split('\n')[0]?.trim() ?? null, () => null)
  const title = async (revision: string | null): Promise<string | null> => (revision === null ? null : client.run(['log', '--max-count=1', '--format=%h %s', revision, '--'], { ok: [0, 128] }).then(({ exitCode, stdout }) => (exitCode === 0 ? stdout.toString('utf8').trim() : null)))
  const heads: Partial<Record<UnfinishedWork, string>> = { merge: 'MERGE_HEAD', rebase: 'REBASE_HEAD', 'cherry-pick': 'CHERRY_PICK_HEAD', revert: 'REVERT_HEAD' }
  const head = heads[unfinished]
  const [ours, theirs, now, total] = await Promise.all([title('HEAD'), head === undefined ? null : note(head).then(title), note('rebase-merge/msgnum'), note('rebase-merge/end')])
  return { ours, theirs, step: unfinished === 'rebase' && now !== null && total !== null ? { now: Number(now), total: Number(total) } : null }
}
