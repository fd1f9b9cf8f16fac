/** Small questions about commits, answered by git. */
import { AppError } from '@shared/app-error'
import type { OpenRepository } from './open-repository'

/** Throws git/not-found. */
export async function expectCommit(client: OpenRepository['client'], id: string): Promise<void> {
  const { exitCode } = await client.run(['cat-file', '-e', `${id}^{commit}`], { ok: [0, 1, 128] })
  if (exitCode !== 0) throw new AppError('git/not-found', `git knows no commit ${id.slice(0, 12)} (any more).`, { commit: id })
}

export async function headOf(client: OpenRepository['client']): Promise<string | null> {
  const { exitCode, stdout } = await client.run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], { ok: [0, 1] })
  return exitCode === 0 ? stdout.toString('utf8').trim() : null
}

/** The newest commit, made by a revert, and on no remote. */
export async function isUndoable(client: OpenRepository['client'], commit: string): Promise<boolean> {
  if ((await headOf(client)) !== commit) return false
  const [message, holding] = await Promise.all([client.read(['log', '--max-count=1', '--format=%B', commit, '--']), client.read(['for-each-ref', '--count=1', `--contains=${commit}`, '--format=%(refname)', 'refs/remotes/'])])
  return /^This reverts commit [0-9a-f]{40}/m.test(message) && holding === '' && (await parentsOf(client, commit)).length === 1
}

export async function parentsOf(client: OpenRepository['client'], commit: string): Promise<string[]> {
  return (await client.read(['log', '--max-count=1', '--format=%P', commit, '--'])).trim().split(' ').filter(Boolean)
}
