/** Which dialog about secrets is open. Names only: values are never in any state, they live in the dialog's field. */
import { create } from 'zustand'
import { useEngineMirror } from '../../state/engine-mirror'

/** `name` null: the user types it. */
export type SecretDialogKind = { kind: 'set'; name: string | null } | { kind: 'encrypt' } | { kind: 'key' }

/** `root`: the workspace it was opened for; with another one it closes. */
type State = { dialog: SecretDialogKind | null; root: string | null }

export const useSecretDialog = create<State>(() => ({ dialog: null, root: null }))

export function openSecretDialog(dialog: SecretDialogKind): void {
  useSecretDialog.setState({ dialog, root: useEngineMirror.getState().workspace?.workspace?.root ?? null })
}

export function closeSecretDialog(): void {
  useSecretDialog.setState({ dialog: null, root: null })
}
