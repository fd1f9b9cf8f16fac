/** Takes a commit back by a commit of its own, never by rewriting; and takes such a commit back as long as nobody else can have it. */
import { AppError, toWireError } from '@shared/app-error'
import type { GitOperation } from '@shared/contract/git'
import type { GitOperations } from './git-operations'
import type { RepositoryWork } from './repository-work'
import { expectCommit, isUndoable, parentsOf } from './revisions'

export type RollbackDeps = { work: RepositoryWork; operations: GitOperations }

export type Rollback = {
  /** `parent`: of a merge, the 1-based parent that it goes back to. Throws git/not-found, git/busy, input/invalid (which parent). */
  revert(commit: string, parent: number | null): Promise<GitOperation>
  /** Throws git/rejected when it is not (any more) the newest, or a remote has it; git/would-overwrite. */
  undo(commit: string): Promise<void>
}

export function createRollback({ work, operations }: RollbackDeps): Rollback {
  return {
    async revert(commit, parent) {
      const { client, root } = await work.openTrusted()
      await expectCommit(client, commit)
      const parents = await parentsOf(client, commit)
      if (parents.length > 1 && (parent === null || parent > parents.length)) {
        throw new AppError('input/invalid', `${commit.slice(0, 8)} is a merge of ${parents.length} lines: say which of them is kept.`, { field: 'parent', parents: parents.length })
      }
      const mainline = parents.length > 1 ? ['--mainline', String(parent)] : []
      return operations.start('revert', async (handle) => {
        try {
          const { stdout } = await client.run(['-C', root, 'revert', '--no-edit', ...mainline, commit], handle.call())
          handle.print(stdout.toString('utf8'))
        } catch (error) {
          if (toWireError(error).code !== 'git/nothing-to-commit') throw error
          // git stays in the middle of it, with nothing that could be resolved.
          await client.run(['-C', root, 'revert', '--abort'], { ok: [0, 1, 128] })
          throw new AppError('git/nothing-to-commit', `There is nothing to take back: what ${commit.slice(0, 8)} changed is not there any more.`, { commit }, { cause: error })
        }
      })
    },
    undo: (commit) =>
      work.change(async ({ client, root }) => {
        if (!(await isUndoable(client, commit))) throw new AppError('git/rejected', 'Only the newest commit is taken back, only where it was made by a revert, and only until it is pushed.', { commit })
        await client.run(['-C', root, 'reset', '--keep', `${commit}^`])
      }),
  }
}
