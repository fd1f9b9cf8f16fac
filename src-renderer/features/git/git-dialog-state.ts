/** Which dialog about git is open. */
import { create } from 'zustand'

export type GitDialogKind =
  | { kind: 'new-branch'; from: string | null }
  | { kind: 'rename-branch'; name: string }
  | { kind: 'new-tag' }
  | { kind: 'stash' }
  | { kind: 'identity'; /** What could not be done without it. */ then: (() => void) | null }

export const useGitDialog = create<{ dialog: GitDialogKind | null }>(() => ({ dialog: null }))

export function openGitDialog(dialog: GitDialogKind): void {
  useGitDialog.setState({ dialog })
}

export function closeGitDialog(): void {
  useGitDialog.setState({ dialog: null })
}
