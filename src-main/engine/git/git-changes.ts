/** What is done to the repository on this computer alone, put together. */
import { AppError } from '@shared/app-error'
import { createBranches, type Branches } from './branches'
import { createCommitting, type Committing } from './commit'
import { createDiscard, type Discard } from './discard'
import { createDiscardedFiles } from './discarded-files'
import type { GitOperations } from './git-operations'
import { createHunks, type Hunks } from './hunks'
import { initRepository } from './new-repository'
import { createRepositoryWork } from './repository-work'
import type { RepositoryState } from './repository-state'
import { createStaging, type Staging } from './staging'
import { createStashes, type Stashes } from './stashes'

export type GitChangesDeps = {
  state: RepositoryState
  operations: GitOperations
  workspace: () => { root: string } | null
  environment: () => NodeJS.ProcessEnv
  /** Of the app: what was discarded is kept there. */
  discardedDir: string
  nowMs: () => number
}

export type GitChanges = {
  staging: Staging
  hunks: Hunks
  discard: Discard
  committing: Committing
  branches: Branches
  stashes: Stashes
  init(withIgnoreFile: boolean): Promise<void>
}

export function createGitChanges({ state, operations, workspace, environment, discardedDir, nowMs }: GitChangesDeps): GitChanges {
  const work = createRepositoryWork(state)
  const discarded = createDiscardedFiles({ folder: discardedDir, nowMs })
  const deps = { ...work, state, operations, discarded }
  return {
    staging: createStaging(deps),
    hunks: createHunks(deps),
    discard: createDiscard(deps),
    committing: createCommitting(deps),
    branches: createBranches(deps),
    stashes: createStashes(deps),
    async init(withIgnoreFile) {
      const folder = workspace()?.root
      if (folder === undefined) throw new AppError('workspace/none-open', 'No folder is open. Open a folder with pipelines, or the sample workspace.')
      await initRepository({ folder, environment: environment(), withIgnoreFile })
      await state.refresh()
    },
  }
}
