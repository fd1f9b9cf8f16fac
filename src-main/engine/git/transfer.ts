/** Fetch, pull, push, publish and clone: what git is told for each. Signing in is remote-session's, whether one may is remote-service's. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { ApiParsedInput } from '@shared/contract/index'
import type { PullMode } from '@shared/contract/remote'
import { currentBranch, findUpstream } from './divergence'
import type { OperationHandle } from './git-operations'
import type { OpenRepository } from './open-repository'
import type { RemoteSession } from './remote-session'

/** Submodules are said, not followed: their addresses are the repository's choice. */
const fetchOptions = ['--progress', '--no-recurse-submodules']

export async function fetchRemote(session: RemoteSession, remote: string, options: { unshallow?: boolean } = {}): Promise<void> {
  await session.run(['fetch', ...fetchOptions, '--prune', ...(options.unshallow === true ? ['--unshallow'] : []), '--', remote])
}

const pullOptions: Record<PullMode, string[]> = { configured: [], rebase: ['--rebase', '--autostash'], merge: ['--no-rebase', '--no-edit', '--ff'], 'ff-only': ['--ff-only'] }

/** Throws git/no-upstream, git/detached-head. */
export async function pull(opened: OpenRepository, session: RemoteSession, mode: PullMode): Promise<void> {
  if ((await findUpstream(opened)) === null) throw noUpstream()
  await session.run(['pull', ...fetchOptions, ...pullOptions[mode]])
}

export type PushInput = Omit<ApiParsedInput<'remote.push'>, 'remote'>

/** Throws git/no-upstream, git/detached-head, and what the server or a hook refuses. */
export async function push(opened: OpenRepository, handle: OperationHandle, session: RemoteSession, remote: string, input: PushInput): Promise<void> {
  const { client } = opened
  if (input.branch !== null) await client.run(['check-ref-format', '--branch', input.branch], { ok: [0] }).catch(() => Promise.reject(new AppError('git/invalid-name', `git does not take ${input.branch ?? ''} for the name of a branch.`)))
  if (input.createBranch && input.branch !== null) await client.run(['switch', '--no-track', '--create', input.branch], handle.call())
  const branch = await currentBranch(opened)
  const upstream = await findUpstream(opened)
  const isUpstreamHere = upstream !== null && upstream.remote === remote
  if (upstream === null && !input.setUpstream) throw noUpstream()
  const onRemote = input.branch ?? (isUpstreamHere ? upstream.remoteBranch : branch)
  const target = `refs/heads/${onRemote}`
  const options = [
    ...(input.setUpstream ? ['--set-upstream'] : []),
    ...(input.tags ? ['--tags'] : []),
    ...(input.forceWithLease === null ? [] : [`--force-with-lease=${target}:${input.forceWithLease}`]),
  ]
  try {
    await session.run(['push', '--progress', '--no-recurse-submodules', ...options, '--', remote, `refs/heads/${branch}:${target}`])
  } catch (error) {
    if (error instanceof AppError && error.code === 'git/non-fast-forward') {
      // What came in between is shown with the refusal.
      handle.print('\n')
      await session.run(['fetch', ...fetchOptions, '--', remote]).catch(() => undefined)
    }
    throw error
  }
}

/** One commit of what is there, where there is none. Throws git/identity-unknown, git/nothing-to-commit. */
export async function makeFirstCommit({ client, root }: OpenRepository, handle: OperationHandle, message: string): Promise<void> {
  const head = await client.run(['rev-parse', '--verify', '--quiet', 'HEAD'], { ok: [0, 1, 128] })
  if (head.exitCode === 0) return
  await client.run(['-C', root, 'add', '--all', '--', '.'], handle.call())
  handle.waitFor('commit')
  await client.run(['-C', root, 'commit', '--file=-', '--cleanup=strip'], handle.call({ input: message }))
  handle.waitFor(null)
}

/** What a cancelled or failed clone left is removed; a folder that was there stays, empty. */
export async function clone(session: RemoteSession, url: string, folder: string): Promise<void> {
  if (!isAbsolute(folder)) throw new AppError('input/invalid', 'Name the folder with its whole path.', { field: 'folder' })
  const before = await readdir(folder).catch(() => null)
  if (before !== null && before.length > 0) throw new AppError('git/exists', `The folder ${folder} is not empty. Choose another.`, { folder })
  await mkdir(dirname(folder), { recursive: true })
  try {
    await session.run(['clone', '--progress', '--no-recurse-submodules', '--', url, folder])
  } catch (error) {
    for (const name of await readdir(folder).catch(() => [])) await rm(join(folder, name), { recursive: true, force: true })
    if (before === null) await rm(folder, { recursive: true, force: true })
    throw error
  }
}

function noUpstream(): AppError {
  return new AppError('git/no-upstream', 'This branch has no upstream yet. Push it once with its upstream set.')
}
