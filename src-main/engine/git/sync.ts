/** To the state of the upstream, as the server gets there by a hard reset, but without losing anything that is only here. */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { SyncWay } from '@shared/contract/remote'
import { lostFiles, previewSync } from './divergence'
import type { GitCall } from './git-client'
import type { OperationHandle } from './git-operations'
import type { OpenRepository } from './open-repository'

export type SyncOptions = { way: SyncWay; shownTip: string | null; nowMs: number }

/** After a fetch. Answers whether anything came. Throws git/would-overwrite, git/non-fast-forward, git/conflict. */
export async function syncToUpstream(opened: OpenRepository, handle: OperationHandle, { way, shownTip, nowMs }: SyncOptions): Promise<boolean> {
  const { verdict, upstream, upstreamTip, branch, outgoing } = await previewSync(opened)
  const { client, root } = opened
  const git = (argv: string[], more?: GitCall): Promise<unknown> => client.run(['-C', root, ...argv], handle.call(more))
  if (upstreamTip === null) throw new AppError('git/no-upstream', `${upstream} is not there (any more). Push this branch, or choose another upstream.`)
  if (way === 'reset') {
    if (shownTip !== upstreamTip) throw new AppError('git/non-fast-forward', `${upstream} has moved on since it was shown. Look at it again.`, { isSync: true })
    if (verdict === 'up-to-date' && outgoing.commits.length === 0 && (await lostFiles(opened, upstreamTip)).tracked.length === 0) return false
    await keepCommits(opened, handle, outgoing.commits.length > 0 ? branch : null, nowMs)
    await stash(opened, handle, upstreamTip)
    await git(['reset', '--hard', '--no-recurse-submodules', upstreamTip, '--'])
    return true
  }
  if (verdict === 'up-to-date') return false
  if (way === 'rebase') {
    await git(['rebase', '--autostash', upstreamTip])
    return true
  }
  if (verdict === 'diverged') throw new AppError('git/non-fast-forward', `Commits that are only here would be lost by a sync with ${upstream}. Rebase or merge them, or give them up.`, { isSync: true })
  if (verdict === 'dirty' && way === 'fast-forward') throw new AppError('git/would-overwrite', `Changes that are only here would be lost by a sync with ${upstream}. Stash or commit them, or give them up.`, { isSync: true })
  const isStashed = way === 'stash' && (await stash(opened, handle, upstreamTip))
  await git(['merge', '--ff-only', '--no-edit', upstreamTip])
  if (isStashed) {
    try {
      await git(['stash', 'pop', '--index'])
    } catch (error) {
      if (error instanceof AppError && error.code === 'git/conflict') throw error
      throw new AppError('git/conflict', 'The changes do not fit onto what came. They are kept as the newest stash; nothing is lost.', error instanceof AppError ? error.details : {}, { cause: error })
    }
  }
  return true
}

async function stash(opened: OpenRepository, handle: OperationHandle, tip: string): Promise<boolean> {
  const { tracked, inTheWay } = await lostFiles(opened, tip)
  if (tracked.length + inTheWay.length === 0) return false
  // Here alone git says nothing of a lock, it only fails.
  const lock = join(opened.gitDir, 'index.lock')
  if (await lstat(lock).then(() => true, () => false)) throw new AppError('git/locked', `${lock} is there: another git works in this repository, or one was killed in it.`, { file: lock })
  await opened.client.run(['-C', opened.root, 'stash', 'push', '--message', 'Before a sync', ...(inTheWay.length > 0 ? ['--include-untracked'] : [])], handle.call())
  handle.print('What was not committed is kept as the newest stash, "Before a sync".\n')
  return true
}

async function keepCommits({ client }: OpenRepository, handle: OperationHandle, branch: string | null, nowMs: number): Promise<void> {
  if (branch === null) return
  const name = `backup/${branch}-${new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[:T]/g, '-')}`
  await client.run(['branch', '--no-track', name, 'HEAD'], handle.call())
  handle.print(`The commits that were only here are kept on the branch ${name}.\n`)
}
