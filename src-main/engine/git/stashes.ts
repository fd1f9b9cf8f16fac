/** Changes put aside. A stash is named by its commit: its number is another one's as soon as a terminal stashes too. */
import { AppError } from '@shared/app-error'
import type { GitOperation } from '@shared/contract/git'
import type { Stash } from '@shared/contract/git-changes'
import type { GitOperations } from './git-operations'
import { decodePath } from './git-path'
import type { OpenRepository } from './open-repository'
import type { RepositoryWork } from './repository-work'

export type Stashes = {
  /** Newest first. */
  list(): Promise<Stash[]>
  files(commit: string): Promise<string[]>
  save(message: string, includeUntracked: boolean): Promise<GitOperation>
  /** The operation ends with git/conflict or git/would-overwrite where it does not go; then the stash is kept. */
  apply(commit: string, drop: boolean): Promise<GitOperation>
  /** Answers what was dropped; `restore` undoes it. */
  drop(commit: string): Promise<Stash>
  restore(commit: string, message: string): Promise<void>
}

/** git stash gives git patterns of its own (`:/`); with every pattern taken for a name, untracked files would stay behind unnoticed. */
export const ownPatterns = { GIT_LITERAL_PATHSPECS: '0' }

export function createStashes({ operations, open, openTrusted, change }: { operations: GitOperations } & Pick<RepositoryWork, 'open' | 'openTrusted' | 'change'>): Stashes {
  return {
    list: async () => listOf(await open()),

    async files(commit) {
      const { stdout } = await (await open()).client.run(['stash', 'show', '--include-untracked', '--name-only', '--no-ext-diff', '--no-textconv', '-z', commit])
      return stdout.length === 0 ? [] : stdout.toString('latin1').split('\0').filter((name) => name !== '').map((name) => decodePath(Buffer.from(name, 'latin1')))
    },

    async save(message, includeUntracked) {
      if (message.includes('\0')) throw new AppError('input/invalid', 'The message of a stash cannot hold a NUL character.', { field: 'message' })
      const { client, root } = await openTrusted()
      return operations.start('stash', async (handle) => {
        const { stdout } = await client.run(['-C', root, 'stash', 'push', ...(includeUntracked ? ['--include-untracked'] : []), ...(message.trim() === '' ? [] : ['--message', message.trim()])], handle.call({ env: ownPatterns }))
        if (/^No local changes to save/m.test(stdout.toString('utf8'))) throw new AppError('git/nothing-to-commit', 'There is nothing to stash.')
      })
    },

    async apply(commit, drop) {
      const opened = await openTrusted()
      const name = await nameOf(opened, commit)
      return operations.start('stash', async (handle) => void (await opened.client.run(['-C', opened.root, 'stash', drop ? 'pop' : 'apply', '--index', name], handle.call({ env: ownPatterns })).catch((error: unknown) => withoutIndex(opened, handle.call({ env: ownPatterns }), drop ? 'pop' : 'apply', name, error))))
    },

    drop: (commit) =>
      change(async (opened) => {
        const name = await nameOf(opened, commit)
        const dropped = (await listOf(opened)).find((stash) => stash.commit === commit)
        await opened.client.run(['stash', 'drop', '--quiet', name])
        return dropped ?? { commit, atMs: 0, message: '' }
      }),

    restore: (commit, message) => change(async ({ client }) => void (await client.run(['stash', 'store', '--message', message, commit]))),
  }
}

/** What was staged cannot always be staged again; the changes themselves can be brought back all the same. */
async function withoutIndex({ client, root }: OpenRepository, call: Parameters<OpenRepository['client']['run']>[1], command: 'pop' | 'apply', name: string, error: unknown): Promise<void> {
  if (!(error instanceof AppError) || !/[Tt]ry without --index/.test(String(error.details.output ?? ''))) throw error
  await client.run(['-C', root, 'stash', command, name], call)
}

async function listOf({ client }: OpenRepository): Promise<Stash[]> {
  const text = await client.read(['stash', 'list', '--format=%H%x00%ct%x00%gs'])
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [commit = '', seconds = '0', message = ''] = line.split('\0')
    return { commit, atMs: Number(seconds) * 1000, message }
  })
}

/** Throws git/not-found. */
async function nameOf(opened: OpenRepository, commit: string): Promise<string> {
  const at = (await listOf(opened)).findIndex((stash) => stash.commit === commit)
  if (at < 0) throw new AppError('git/not-found', 'This stash is not there any more.', { commit })
  return `stash@{${at}}`
}
