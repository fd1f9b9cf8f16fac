/** Asks once for each workspace whether what is in it may be executed; nothing is asked before the user wants to execute something. */
import { create } from 'zustand'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'

/** What the user wants to do: words of the button that says yes. */
export type TrustPurpose = 'run' | 'preheat' | 'schedule' | 'git' | 'none'

type Pending = { purpose: TrustPurpose; resolve: (isTrusted: boolean) => void }

export const useTrustQuestion = create<{ pending: Pending | null }>(() => ({ pending: null }))

/** True when the open workspace is trusted, or has just been. What asks nothing of the engine may go on then. */
export async function ensureTrusted(purpose: TrustPurpose): Promise<boolean> {
  const workspace = useEngineMirror.getState().workspace?.workspace
  if (workspace == null || workspace.isTrusted) return true
  const isTrusted = await new Promise<boolean>((resolve) => {
    useTrustQuestion.getState().pending?.resolve(false)
    useTrustQuestion.setState({ pending: { purpose, resolve } })
  })
  // Another folder may have been opened behind the question.
  if (!isTrusted || useEngineMirror.getState().workspace?.workspace?.root !== workspace.root) return false
  try {
    await api.call('workspace.trust', {})
    return true
  } catch (error) {
    reportError(error)
    return false
  }
}

export function answerTrust(isTrusted: boolean): void {
  const { pending } = useTrustQuestion.getState()
  useTrustQuestion.setState({ pending: null })
  pending?.resolve(isTrusted)
}
