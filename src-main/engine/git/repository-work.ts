/**
 * Where every change of a repository begins: the workspace must be trusted, and changes that lock the index come one after the
 * other. What is looked at afterwards is there when the change is answered.
 */
import { AppError } from '@shared/app-error'
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

  const openTrusted = async (): Promise<OpenRepository> => {
    const opened = await state.open()
    if (!opened.isTrusted) throw new AppError('workspace/untrusted', 'This workspace is not trusted, so nothing in its repository is changed. Trust it first.', { root: opened.root })
    return opened
  }
  return {
    open: () => state.open(),
    async openTrusted() {
      await turn
      return openTrusted()
    },
    change(work) {
      const mine = turn.then(async () => {
        try {
          return await work(await openTrusted())
        } finally {
          await state.refresh()
        }
      })
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}
