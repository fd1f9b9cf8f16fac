/** Git of the open workspace: one live picture, one list of operations, and what the parts of this folder do with both. */
import type { GitOperation, GitState } from '@shared/contract/git'
import type { Publish } from '../events'
import type { NetworkEnvironment } from '../platform/network-environment'
import { subscribeIgnoring, watchFolder, type FolderWatch } from '../workspace/watch'
import { createGitChanges, type GitChanges } from './git-changes'
import { createCommits, type Commits, type CommitsDeps } from './commits'
import { createGitOperations, type GitOperations } from './git-operations'
import { createRemoteService, type RemoteService } from './remote-service'
import type { SignInStore } from './sign-in-store'
import { createRepositoryState, type RepositoryState } from './repository-state'

export type GitServiceDeps = {
  workspace: () => { root: string; pipelinesDir: string } | null
  isTrusted: () => boolean
  environment: () => NodeJS.ProcessEnv
  publish: Publish
  signIns: SignInStore
  runDir: string
  network: () => Promise<NetworkEnvironment>
  autoSyncMinutes: () => number
  onSynced: () => Promise<void>
  /** Where what was discarded is kept. */
  discardedDir: string
  /** What running an earlier commit needs. */
  checkouts: CommitsDeps['checkouts']
}

export type GitService = {
  state: RepositoryState
  operations: GitOperations
  remote: RemoteService
  changes: GitChanges
  commits: Commits
  dispose(): Promise<void>
}

/** Much is written there that tells nothing about the state. */
const withinGitDir = ['objects', 'lfs', 'modules', 'logs']

export function createGitService({ workspace, isTrusted, environment, publish, ...deps }: GitServiceDeps): GitService {
  let watches: Promise<FolderWatch>[] = []

  const watch = (folders: string[]): void => {
    for (const ended of watches) void ended.then((one) => one.close())
    // What git keeps for itself lies outside of what the workspace watches: commits and switches in a terminal show here alone.
    watches = [...new Set(folders)].map((folder) => watchFolder(folder, () => state.noteChange(), subscribeIgnoring(withinGitDir)))
  }
  const state = createRepositoryState({
    workspace,
    isTrusted,
    environment,
    publish: (next: GitState) => publish('git.changed', next),
    onLooked: (rev) => publish('git.looked', { rev }),
    onRepository: (repository) => watch(repository === null ? [] : [repository.gitDir, repository.commonDir]),
  })
  const operations = createGitOperations({
    publish: (operation: GitOperation) => publish('git.operationChanged', operation),
    onEnded: () => state.noteChange(),
    nowMs: Date.now,
  })

  const remote = createRemoteService({ ...deps, state, operations, isTrusted, environment, workspaceRoot: () => workspace()?.root ?? null, nowMs: Date.now })

  return {
    state,
    operations,
    remote,
    changes: createGitChanges({ state, operations, workspace, environment, discardedDir: deps.discardedDir, nowMs: Date.now }),
    commits: createCommits({ state, operations, workspace, environment, checkouts: deps.checkouts }),
    async dispose() {
      remote.dispose()
      state.dispose()
      await operations.dispose()
      await Promise.all(watches.map(async (one) => (await one).close()))
    },
  }
}
