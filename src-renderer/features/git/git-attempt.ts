/** Every change of the repository goes through here: what is refused is told, and a workspace that is not trusted is asked about. */
import { toWireError } from '@shared/app-error'
import type { GitOperation } from '@shared/contract/git'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'
import { ask } from '../../state/questions'

export type Tell = (error: unknown) => void

/** null: it was refused, and that was told. */
export async function attempt<T>(work: () => Promise<T>, tell: Tell = reportError): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    if (toWireError(error).code !== 'workspace/untrusted') tell(error)
    else if (await trust()) return attempt(work, tell)
    return null
  }
}

async function trust(): Promise<boolean> {
  const executes = useEngineMirror.getState().git?.repository?.executes ?? []
  const details = executes.slice(0, 20).map(({ key, value }) => (value === '' ? key : `${key} = ${value}`))
  const answer = await ask({ titleKey: 'gitChanges.trust.title', bodyKey: 'gitChanges.trust.body', values: {}, details, choices: [{ answer: 'trust', labelKey: 'gitChanges.trust.trust', kind: 'primary' }] })
  if (answer === null) return false
  try {
    await api.call('workspace.trust', {})
    return true
  } catch (error) {
    reportError(error)
    return false
  }
}

function isOver({ state }: GitOperation): boolean {
  return state !== 'running' && state !== 'waiting'
}

/** Resolves when the operation is over. */
export function operationOver(begun: GitOperation): Promise<GitOperation> {
  const current = (): GitOperation => useEngineMirror.getState().gitOperations[begun.id] ?? begun
  if (isOver(current())) return Promise.resolve(current())
  return new Promise((resolve) => {
    const stop = useEngineMirror.subscribe(() => {
      if (!isOver(current())) return
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
