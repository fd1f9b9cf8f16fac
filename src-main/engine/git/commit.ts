/** Making a commit, and taking the last one back. Hooks and signing are the user's own; what they print is the operation's output. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { GitIdentity, LastCommit } from '@shared/contract/git-changes'
import type { GitOperation } from '@shared/contract/git'
import type { GitOperations, OperationHandle } from './git-operations'
import type { OpenRepository } from './open-repository'
import { lookingOnly, type RepositoryWork } from './repository-work'

export type CommitRequest = { message: string; amend: boolean; signOff: boolean; all: boolean }

export type Committing = {
  /** null: there is no commit yet. */
  last(): Promise<LastCommit | null>
  /** Throws input/invalid, workspace/untrusted, git/busy; all else ends the operation. */
  commit(request: CommitRequest): Promise<GitOperation>
  /** Throws git/rejected when it is not the last one any more, was pushed, or joins branches. Answers its message. */
  undo(commit: string): Promise<string>
  identity(): Promise<GitIdentity>
  setIdentity(identity: GitIdentity): Promise<void>
}

const mostMessageBytes = 1_000_000

export function createCommitting({ operations, open, openTrusted, change }: { operations: GitOperations } & Pick<RepositoryWork, 'open' | 'openTrusted' | 'change'>): Committing {
  return {
    last: async () => lastOf(await open()),

    async commit({ message, amend, signOff, all }) {
      checkMessage(message)
      const opened = await openTrusted()
      return operations.start('commit', async (handle) => {
        if (all) await opened.client.run(['-C', opened.root, 'add', '--all'], handle.call())
        await commitNow(opened, handle, ['commit', ...(amend ? ['--amend'] : []), ...(signOff ? ['--signoff'] : []), '--file=-'], message)
      })
    },

    undo: (commit) =>
      change(async (opened) => {
        const last = await lastOf(opened)
        if (last?.commit !== commit) throw new AppError('git/rejected', 'There is a newer commit on this branch; only the last one can be taken back.')
        if (last.isPushed) throw new AppError('git/rejected', 'This commit was pushed already. Revert it with a new commit instead.')
        if (last.isMerge) throw new AppError('git/rejected', 'This commit joins two branches. Revert it with a new commit instead.')
        const hasParent = (await opened.client.run(['rev-parse', '--verify', '--quiet', `${commit}^`], { ok: [0, 1] })).exitCode === 0
        await opened.client.run(hasParent ? ['reset', '--soft', `${commit}^`] : ['update-ref', '-d', 'HEAD', commit])
        return last.message
      }),

    async identity() {
      const { client } = await open()
      const value = async (key: string): Promise<string> => (await client.run(['config', '--get', key], { ok: [0, 1] })).stdout.toString('utf8').trim()
      const [name, email] = await Promise.all([value('user.name'), value('user.email')])
      return { name, email }
    },

    setIdentity: ({ name, email }) =>
      change(async ({ client }) => {
        for (const [key, value] of [['user.name', name], ['user.email', email]] as const) {
          if (/[\0-\x1f<>]/.test(value) || value.trim() === '') throw new AppError('input/invalid', `${key} must be a line of text without < and >.`, { field: key })
          await client.run(['config', '--local', '--replace-all', key, value.trim()])
        }
      }),
  }
}

function checkMessage(message: string): void {
  if (message.trim() === '') throw new AppError('input/invalid', 'A commit needs a message.', { field: 'message' })
  if (message.includes('\0')) throw new AppError('input/invalid', 'The message of a commit cannot hold a NUL character.', { field: 'message' })
  if (Buffer.byteLength(message) > mostMessageBytes) throw new AppError('input/invalid', 'The message of a commit is at most 1 MB long.', { field: 'message' })
}

async function lastOf({ client }: OpenRepository): Promise<LastCommit | null> {
  const found = await client.run(['log', '-1', '--format=%H%x00%P%x00%B'], { ok: [0, 128], env: lookingOnly })
  if (found.exitCode !== 0) return null
  const [commit = '', parents = '', message = ''] = found.stdout.toString('utf8').split('\0')
  const remote = await client.read(['for-each-ref', '--count=1', '--contains', commit, '--format=%(refname)', 'refs/remotes'])
  return { commit, message: message.trimEnd(), isPushed: remote.trim() !== '', isMerge: parents.includes(' ') }
}

/** Which hook refused git does not say in words of its own; its trace does. Nothing is guessed from what hooks print. */
async function commitNow({ client, root }: OpenRepository, handle: OperationHandle, argv: readonly string[], message: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ffd-commit-'))
  const trace = join(folder, 'trace')
  try {
    // Without it git would make an address up of this computer's name.
    await client.run(['-C', root, ...argv], handle.call({ input: message, env: { GIT_TRACE2_EVENT: trace }, config: [['user.useConfigOnly', 'true']] }))
  } catch (error) {
    const hook = await refusedHook(trace)
    if (hook === null || !(error instanceof AppError) || error.code === 'git/cancelled') throw error
    throw new AppError('git/hook-failed', `The hook ${hook} of this repository refused. Its words are in the output.`, { ...error.details, hook }, { cause: error })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type TraceEvent = { event?: string; child_id?: number; child_class?: string; hook_name?: string; code?: number; sid?: string }

async function refusedHook(trace: string): Promise<string | null> {
  const text = await readFile(trace, 'utf8').catch(() => '')
  const events = text.split('\n').flatMap((line): TraceEvent[] => (line.startsWith('{') ? [JSON.parse(line) as TraceEvent] : []))
  // Hooks run git too: only what this very git started counts.
  const own = events.filter(({ sid }) => sid === events[0]?.sid)
  const hooks = new Map(own.filter(({ event, child_class: kind }) => event === 'child_start' && kind === 'hook').map((start) => [start.child_id, start.hook_name ?? '']))
  const failed = own.find(({ event, child_id: id, code }) => event === 'child_exit' && hooks.has(id) && code !== 0)
  return failed === undefined ? null : (hooks.get(failed.child_id) ?? null)
}
