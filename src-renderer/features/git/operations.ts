/** Operations of git as the window follows them: whether one is under way, its end, and trust asked for where it could not begin. */
import { fromWireError, toWireError } from '@shared/app-error'
import type { GitOperation } from '@shared/contract/git'
import { useEngineMirror } from '../../state/engine-mirror'
import { tabId, useLayout } from '../../state/layout'
import { reportError } from '../../state/notices'
import { ensureTrusted } from '../trust/trust-actions'

export type Tell = (error: unknown) => void

export function isLive({ state }: GitOperation): boolean {
  return state === 'running' || state === 'waiting'
}

const withRemote = new Set<GitOperation['kind']>(['fetch', 'pull', 'push', 'clone', 'sync', 'publish'])

/** Their refusals have cards of their own, in the strip under the top bar. */
export function isWithRemote({ kind }: GitOperation): boolean {
  return withRemote.has(kind)
}

/** Every change of the repository goes through here: what is refused is told, and a workspace that is not trusted is asked about. null: it was refused. */
export async function attempt<T>(work: () => Promise<T>, tell: Tell = reportError): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (toWireError(error).code !== 'workspace/untrusted') tell(error)
    else if (await ensureTrusted('git')) return attempt(work, tell)
    return null
  }
}

/** Resolves with it when it is over. */
function operationOver(begun: GitOperation): Promise<GitOperation> {
  const current = (): GitOperation => useEngineMirror.getState().gitOperations[begun.id] ?? begun
  if (!isLive(current())) return Promise.resolve(current())
  return new Promise((resolve) => {
    const stop = useEngineMirror.subscribe(() => {
      if (isLive(current())) return
      stop()
      resolve(current())
    })
  })
}

/** Begins an operation and waits for its end; null: it could not begin. */
export async function perform(begin: () => Promise<GitOperation>): Promise<GitOperation | null> {
  const begun = await attempt(begin)
  return begun === null ? null : operationOver(begun)
}

const changesTab = tabId({ kind: 'page', page: 'git' })

/** The page of changes has a card for it: told there, it is not told again. */
export function tellFailure(ended: GitOperation | null): void {
  if (ended?.error != null && useLayout.getState().activeTab !== changesTab) reportError(fromWireError(ended.error))
}
