/** Which dialog about remotes is open. */
import { create } from 'zustand'
import type { SyncPreview } from '@shared/contract/remote'

export type RemoteDialogKind = { kind: 'clone' } | { kind: 'publish' } | { kind: 'sync'; preview: SyncPreview }

export const useRemoteDialog = create<{ dialog: RemoteDialogKind | null }>(() => ({ dialog: null }))

export function openRemoteDialog(dialog: RemoteDialogKind): void {
  useRemoteDialog.setState({ dialog })
}

export function closeRemoteDialog(): void {
  useRemoteDialog.setState({ dialog: null })
}
