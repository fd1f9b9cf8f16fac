/** The commits of a real, trusted repository, with its picture and its operations. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { GitOperation } from '@shared/contract/git'
import { createConflictService, type ConflictService } from '../git/conflicts'
import { createGitOperations, type GitOperations } from '../git/git-operations'
import { createOutputStripping, type OutputStrippingService } from '../git/output-stripping'
import { createRepositoryState } from '../git/repository-state'
import { createRepositoryWork, type RepositoryWork } from '../git/repository-work'
import { createRollback, type Rollback } from '../git/rollback'
import { gitEnvironment } from './git-world'

export type CommitsWorld = {
  work: RepositoryWork
  operations: GitOperations
  conflicts: ConflictService
  rollback: Rollback
  stripping: OutputStrippingService
  /** Waits for the operation's end. */
  ended(operation: Promise<GitOperation>): Promise<GitOperation>
}

export function openCommitsWorld(root: string, { isTrusted = true, environment = gitEnvironment() }: { isTrusted?: boolean; environment?: NodeJS.ProcessEnv } = {}): CommitsWorld {
  if (!existsSync(join(root, '.git'))) throw new Error(`${root} is no repository`)
  const state = createRepositoryState({ workspace: () => ({ root, pipelinesDir: root }), isTrusted: () => isTrusted, environment: () => environment, publish: () => undefined, onRepository: () => undefined })
  const operations = createGitOperations({ publish: () => undefined, onEnded: () => undefined, nowMs: Date.now })
  const work = createRepositoryWork(state)
  return {
    work,
    operations,
    conflicts: createConflictService({ work, operations, refresh: () => state.refresh() }),
    rollback: createRollback({ work, operations }),
    stripping: createOutputStripping(work),
    ended: async (operation) => operations.ended((await operation).id),
  }
}
