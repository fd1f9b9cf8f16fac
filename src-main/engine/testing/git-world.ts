/** Real repositories in temporary folders: `git` as a user in a terminal, on a configuration of its own. */
import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { GitOperation } from '@shared/contract/git'
import { createGitChanges, type GitChanges } from '../git/git-changes'
import { createGitOperations, type GitOperations } from '../git/git-operations'
import { createRepositoryState, type RepositoryState } from '../git/repository-state'
import { addFiles, makeTemporaryWorkspace } from './temporary-workspace'

const user = { GIT_AUTHOR_NAME: 'Test', GIT_AUTHOR_EMAIL: 'test@example.org', GIT_COMMITTER_NAME: 'Test', GIT_COMMITTER_EMAIL: 'test@example.org', GIT_CONFIG_NOSYSTEM: '1' }

/** What the app's environment is in these tests: no configuration of whoever runs them. */
export function gitEnvironment(home: string = makeTemporaryWorkspace()): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: home, ...user }
}

/** Standard output, without the last line's end. Throws when git ends with another code than 0. */
export function git(folder: string, ...argv: string[]): string {
  return execFileSync('git', ['-c', 'commit.gpgSign=false', '-c', 'protocol.file.allow=always', ...argv], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...user } }).trimEnd()
}

/** Two committed pipelines, `demo` and `other`, on the branch `main`. */
export function makeRepository(files: Record<string, string> = { 'demo/main.py': 'print(1)\n', 'other/main.py': 'print(2)\n' }): string {
  const root = makeTemporaryWorkspace(files)
  git(root, 'init', '-q', '-b', 'main')
  git(root, 'add', '.')
  git(root, 'commit', '-q', '-m', 'first')
  return root
}

/** With a bare remote `origin` that has the same commit; its branch is the upstream. */
export function makeRepositoryWithRemote(files?: Record<string, string>): { root: string; remote: string } {
  const root = makeRepository(files)
  const remote = join(makeTemporaryWorkspace(), 'remote.git')
  git(root, 'init', '-q', '--bare', '-b', 'main', remote)
  git(root, 'remote', 'add', 'origin', remote)
  git(root, 'push', '-q', '-u', 'origin', 'main')
  return { root, remote }
}

export function commitFiles(root: string, files: Record<string, string>, message: string): string {
  addFiles(root, files)
  git(root, 'add', '-A')
  git(root, 'commit', '-q', '-m', message)
  return git(root, 'rev-parse', 'HEAD')
}

/** A repository whose newest commit merges `side` (a new demo/side.py) into `main` (another demo/main.py). */
export function makeRepositoryWithMerge(): string {
  const root = makeRepository()
  git(root, 'switch', '-q', '-c', 'side')
  commitFiles(root, { 'demo/side.py': 'x\n' }, 'side')
  git(root, 'switch', '-q', 'main')
  commitFiles(root, { 'demo/main.py': 'y\n' }, 'main')
  git(root, 'merge', '-q', '--no-edit', 'side')
  return root
}

export type ChangesWorld = GitChanges & {
  state: RepositoryState
  operations: GitOperations
  /** Waits for the end of an operation that was begun. */
  over(begun: Promise<GitOperation>): Promise<GitOperation>
  discardedDir: string
}

/** What the app does to a repository, without the app. */
export function changesOf(root: string, { isTrusted = true, environment = gitEnvironment(), nowMs = Date.now, pipelinesDir = root }: { isTrusted?: boolean; environment?: NodeJS.ProcessEnv; nowMs?: () => number; pipelinesDir?: string } = {}): ChangesWorld {
  const state = createRepositoryState({ workspace: () => ({ root, pipelinesDir }), isTrusted: () => isTrusted, environment: () => environment, publish: () => undefined, onRepository: () => undefined })
  const operations = createGitOperations({ publish: () => undefined, onEnded: () => undefined, nowMs: Date.now })
  const discardedDir = join(makeTemporaryWorkspace(), 'discarded')
  const changes = createGitChanges({ state, operations, workspace: () => ({ root }), environment: () => environment, discardedDir, nowMs })
  return { ...changes, state, operations, discardedDir, over: async (begun) => operations.ended((await begun).id) }
}

/** A hook of the repository, as a shell script. */
export function writeHook(root: string, name: string, script: string): void {
  addFiles(root, { [`.git/hooks/${name}`]: `#!/bin/sh\n${script}\n` })
  chmodSync(join(root, '.git/hooks', name), 0o755)
}
