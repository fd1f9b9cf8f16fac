/** What the window asks of remotes. Each begins an operation; how it goes on arrives as events, and the strip shows it. */
import { create } from 'zustand'
import type { GitOperation } from '@shared/contract/git'
import type { PullMode, SyncWay } from '@shared/contract/remote'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { addNotice, reportError } from '../../state/notices'
import { perform } from '../git/operations'
import { openWorkspace } from '../workspace/workspace-actions'
import { openRemoteDialog } from './remote-dialog-state'

/** Failures that were read. */
export const useDismissed = create<{ ids: readonly string[] }>(() => ({ ids: [] }))

export function dismissOperation(id: string): void {
  useDismissed.setState(({ ids }) => ({ ids: [...ids, id] }))
}

/** What an earlier one failed with is over with a new one. Answers it at its end; null when it did not begin. */
export async function talk(begin: () => Promise<GitOperation>): Promise<GitOperation | null> {
  useDismissed.setState({ ids: Object.keys(useEngineMirror.getState().gitOperations) })
  const over = await perform(begin)
  if (over?.state === 'done') addNotice({ severity: 'success', titleKey: `remote.done.${over.kind}` })
  return over
}

export const fetchRemote = (unshallow = false): Promise<unknown> => talk(() => api.call('remote.fetch', { unshallow }))
export const pull = (mode: PullMode = 'configured'): Promise<unknown> => talk(() => api.call('remote.pull', { mode }))
export const publish = (url: string): Promise<unknown> => talk(() => api.call('remote.publish', { url }))
export const syncBy = (way: SyncWay, shownTip: string | null): Promise<unknown> => talk(() => api.call('remote.sync', { way, shownTip }))

export async function clone(url: string, folder: string): Promise<void> {
  const over = await talk(() => api.call('remote.clone', { url, folder }))
  if (over?.state === 'done') await openWorkspace(folder)
}

/** Without a question where nothing would be lost. */
export async function sync(): Promise<void> {
  const over = await talk(() => api.call('remote.sync', {}))
  const code = over?.error?.code
  if (over === null || (code !== 'git/would-overwrite' && code !== 'git/non-fast-forward')) return
  dismissOperation(over.id)
  try {
    openRemoteDialog({ kind: 'sync', preview: await api.call('remote.previewSync', {}) })
  } catch (error) {
    reportError(error)
  }
}

export async function cancelOperation(operationId: string): Promise<void> {
  try {
    await api.call('git.cancelOperation', { operationId })
  } catch (error) {
    reportError(error)
  }
}

export async function answerPrompt(operationId: string, promptId: string, answer: string | null, remember: boolean): Promise<void> {
  try {
    await api.call('git.answerPrompt', { operationId, promptId, answer, remember })
  } catch (error) {
    reportError(error)
  }
}

/** True when it was done. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    reportError(error)
    return false
  }
}
