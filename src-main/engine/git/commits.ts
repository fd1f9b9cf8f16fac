/** Everything about commits that were made and files that could not be merged: the parts of this folder as one. */
import type { RunSource } from '../runs/run-order'
import { createCommitCheckouts, type CommitCheckoutDeps, type CommitCheckouts } from './commit-checkouts'
import { createCommitReader, type CommitReader } from './commit-reader'
import { createConflictService, type ConflictService } from './conflicts'
import type { GitOperations } from './git-operations'
import { createOutputStripping, type OutputStrippingService } from './output-stripping'
import type { RepositoryState } from './repository-state'
import { createRepositoryWork } from './repository-work'
import { createRollback, type Rollback } from './rollback'

export type CommitsDeps = {
  state: RepositoryState
  operations: GitOperations
  workspace: () => { root: string; pipelinesDir: string } | null
  environment: () => NodeJS.ProcessEnv
  checkouts: Omit<CommitCheckoutDeps, 'work' | 'workspace' | 'environment'>
}

export type Commits = CommitReader & Rollback & {
  /** Hands a checkout of the commit to `start`, and removes it if that fails. */
  runFrom<T>(commit: string, pipeline: string, start: (source: RunSource) => Promise<T>): Promise<T>
  checkouts: CommitCheckouts
  conflicts: ConflictService
  stripping: OutputStrippingService
}

export function createCommits({ state, operations, workspace, environment, checkouts: more }: CommitsDeps): Commits {
  const work = createRepositoryWork(state)
  const checkouts = createCommitCheckouts({ ...more, work, workspace, environment })
  return {
    ...createCommitReader({ open: () => state.open(), workspace }),
    ...createRollback({ work, operations }),
    async runFrom(commit, pipeline, start) {
      const source = await checkouts.checkOut(commit, pipeline)
      // Held until the run holds it itself.
      source.hold()
      try {
        return await start(source)
      } finally {
        source.release()
      }
    },
    checkouts,
    conflicts: createConflictService({ work, operations, refresh: () => state.refresh() }),
    stripping: createOutputStripping(work),
  }
}
