/**
 * Where every change of a repository begins: the workspace must be trusted, and changes that lock the index come one after the
 * other. What is looked at afterwards is there when the change is answered.
 */
import type { OpenRepository } from './open-repository'
import type { RepositoryState } from './repository-state'

export type RepositoryWork = {
  /** For looking: executes nothing of an untrusted repository. Throws git/no-repository, workspace/none-open. */
  open(): Promise<OpenRepository>
  /** For an operation: when the changes that were asked for before are done. Throws also workspace/untrusted. */
  openTrusted(): Promise<OpenRepository>
  /** Takes its turn, and answers when the picture of the repository is that after it. */
  change<T>(work: (opened: OpenRepository) => Promise<T>): Promise<T>
}

export function createRepositoryWork(state: RepositoryState): RepositoryWork {
  let turn: Promise<unknown> = Promise.resolve()

  return {
    open: () => state.open(),
    async openTrusted() {
      await turn
      return state.openToChange()
    },
    change(work) {
      const mine = turn.then(async () => {
        try {
          return await work(await state.openToChange())
        } finally {
          await state.refresh()
        }
      })
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}

/** Reading must not write the index: whoever watches it would look for ever. */
export const lookingOnly = { GIT_OPTIONAL_LOCKS: '0' }

export const fromStandardInput = ['--pathspec-from-file=-', '--pathspec-file-nul'] as const
