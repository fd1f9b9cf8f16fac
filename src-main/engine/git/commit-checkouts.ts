/**
 * Working trees of their own for runs of an earlier commit, in the app's own folder and never in the workspace. Each lives as long as
 * a run needs it; what a crash left is removed later, our own folders alone. No hook runs in one.
 */
import { randomBytes } from 'node:crypto'
import { lchown, mkdir, readdir, readFile, realpath, rm, stat } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join, relative, sep } from 'node:path'
import { AppError } from '@shared/app-error'
import type { Discover, DiscoveredPipeline } from '../pipelines/discovery'
import type { RunSource } from '../runs/run-order'
import { createGitClient } from './git-client'
import type { RepositoryWork } from './repository-work'
import { expectCommit } from './revisions'

export type CommitCheckoutDeps = {
  work: RepositoryWork
  /** Ours alone. */
  dir: string
  workspace: () => { root: string; pipelinesDir: string } | null
  environment: () => NodeJS.ProcessEnv
  discover: Discover
  defaultPythonVersion: () => string
  presence: { instanceId: string; isAlive: (instanceId: string) => Promise<boolean> }
  /** Whether a run of an earlier process may still be in one. */
  isNeeded: () => boolean
}

export type CommitCheckouts = {
  /** For runs of this pipeline; gone when the last of them has ended. Throws git/not-found, pipeline/not-found, workspace/untrusted. */
  checkOut(commit: string, pipeline: string): Promise<RunSource>
  /** Folders whose direct children are pipelines, for the guard. */
  pipelinesRoots(): string[]
  /** What processes left that are gone. Never rejects. */
  removeLeft(): Promise<void>
  /** When what was let go is gone. */
  settled(): Promise<void>
}

/** `INSTANCE-RANDOM` */
const namePattern = /^([0-9a-f]{16})-[0-9a-f]{16}$/

export function createCommitCheckouts(deps: CommitCheckoutDeps): CommitCheckouts {
  const roots = new Map<string, string>()

  const removing = new Set<Promise<void>>()

  const remove = async (folder: string): Promise<void> => {
    roots.delete(folder)
    await forgetWorkingTree(folder, deps.environment())
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }

  return {
    async checkOut(commit, name) {
      const { client, root } = await deps.work.openTrusted()
      await expectCommit(client, commit)
      const below = relative(root, deps.workspace()?.pipelinesDir ?? root)
      await mkdir(deps.dir, { recursive: true, mode: 0o700 })
      const folder = join(await realpath(deps.dir), `${deps.presence.instanceId}-${randomBytes(8).toString('hex')}`)
      const pipelinesDir = join(folder, below)
      try {
        await client.run(['-C', root, 'worktree', 'add', '--quiet', '--detach', folder, commit], { config: [['core.hooksPath', devNull]], silentMs: null })
        await giveTo(folder, deps.workspace()?.root ?? root)
        const pipeline = await findPipeline(deps, folder, pipelinesDir, name, commit)
        roots.set(folder, pipelinesDir)
        let holders = 0
        return {
          commit,
          findPipeline: () => pipeline,
          hold: () => void (holders += 1),
          release() {
            holders -= 1
            if (holders > 0) return
            const gone = remove(folder).catch(() => undefined).finally(() => removing.delete(gone))
            removing.add(gone)
          },
        }
      } catch (error) {
        await remove(folder).catch(() => undefined)
        throw error
      }
    },
    pipelinesRoots: () => [...roots.values()],
    settled: async () => void (await Promise.all(removing)),
    async removeLeft() {
      const names = await readdir(deps.dir).catch(() => [])
      for (const name of names) {
        const owner = namePattern.exec(name)?.[1]
        if (owner === undefined || (await deps.presence.isAlive(owner)) || deps.isNeeded()) continue
        await remove(join(deps.dir, name)).catch(() => undefined)
      }
    },
  }
}

async function findPipeline(deps: CommitCheckoutDeps, folder: string, pipelinesDir: string, name: string, commit: string): Promise<DiscoveredPipeline> {
  const place = `in ${commit.slice(0, 8)}`
  const { pipelines, skipped } = await deps.discover(pipelinesDir, { defaultPythonVersion: deps.defaultPythonVersion(), workspaceRoot: folder }).catch((error: unknown) => {
    throw new AppError('pipeline/not-found', `There was no folder ${relative(folder, pipelinesDir).split(sep).join('/')} ${place}.`, { pipeline: name }, { cause: error })
  })
  const found = pipelines.find((pipeline) => pipeline.name === name)
  if (found) return found
  const reason = skipped.find((one) => one.name === name)?.reason
  throw new AppError('pipeline/not-found', reason === undefined ? `There was no ${name} ${place}.` : `${name} was no pipeline ${place}: it ${reason}.`, { pipeline: name })
}

/** The run user is the workspace's owner; what root checks out would be root's. */
async function giveTo(folder: string, like: string): Promise<void> {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = await stat(like)
  if (uid === 0) return
  const give = async (path: string): Promise<void> => {
    await lchown(path, uid, gid)
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const inside = join(path, entry.name)
      if (entry.isDirectory()) await give(inside)
      else await lchown(inside, uid, gid)
    }
  }
  await give(folder)
}

/** Its `.git` is a file that leads to where the repository keeps it; only this entry is removed there, and only if it leads back here. */
async function forgetWorkingTree(folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const entry = /^gitdir: (.+)$/m.exec(await readFile(join(folder, '.git'), 'utf8').catch(() => ''))?.[1]
  if (entry === undefined) return
  const back = await readFile(join(entry, 'gitdir'), 'utf8').catch(() => '')
  const place = await realpath(folder).catch(() => folder)
  if (![join(folder, '.git'), join(place, '.git')].includes(back.trim())) return
  const repository = join(entry, '..', '..')
  const client = createGitClient({ folder: repository, environment, isTrusted: false })
  await client.run([`--git-dir=${repository}`, 'worktree', 'remove', '--force', '--force', place], { ok: [0, 128], config: [['safe.directory', '*']] })
}
