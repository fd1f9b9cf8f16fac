/** The message that is being written, committing it, and taking the last commit back. */
import { create } from 'zustand'
import type { LastCommit } from '@shared/contract/git-changes'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { addNotice } from '../../state/notices'
import { ask } from '../../state/questions'
import { saveAll } from '../editor/document-actions'
import { attempt, perform } from './operations'
import { openGitDialog } from './git-dialog-state'

type Draft = { root: string | null; message: string; amend: boolean; signOff: boolean; isCommitting: boolean; last: LastCommit | null }

const storageKey = (root: string): string => `commit-message:${root}`

/** Of one workspace; a message outlives a restart. */
export const useCommitDraft = create<Draft>(() => ({ root: null, message: '', amend: false, signOff: localStorage.getItem('commit-sign-off') === 'true', isCommitting: false, last: null }))

export function enterWorkspace(root: string): void {
  if (useCommitDraft.getState().root !== root) useCommitDraft.setState({ root, message: localStorage.getItem(storageKey(root)) ?? '', amend: false, last: null })
}

export function writeMessage(message: string): void {
  const { root } = useCommitDraft.getState()
  useCommitDraft.setState({ message })
  if (root === null) return
  if (message === '') localStorage.removeItem(storageKey(root))
  else localStorage.setItem(storageKey(root), message)
}

export function setSignOff(signOff: boolean): void {
  useCommitDraft.setState({ signOff })
  localStorage.setItem('commit-sign-off', String(signOff))
}

/** The old message is offered where none was written yet. */
export function setAmend(amend: boolean): void {
  const { message, last } = useCommitDraft.getState()
  useCommitDraft.setState({ amend })
  if (amend && message.trim() === '') writeMessage(last?.message ?? '')
  else if (!amend && message === last?.message) writeMessage('')
}

export async function lookAtLastCommit(): Promise<void> {
  const root = useCommitDraft.getState().root
  const { last } = await api.call('git.lastCommit', {}).catch(() => ({ last: null }))
  if (useCommitDraft.getState().root === root) useCommitDraft.setState({ last })
}

export function canCommit(): boolean {
  const { message, amend, isCommitting } = useCommitDraft.getState()
  const repository = useEngineMirror.getState().git?.repository
  return repository != null && message.trim() !== '' && !isCommitting && (amend || repository.files.length > 0)
}

export async function commit(): Promise<void> {
  if (!canCommit() || !(await saveAll(null))) return
  const { message, amend, signOff, last } = useCommitDraft.getState()
  if (amend && last?.isPushed === true) {
    const answer = await ask({ titleKey: 'gitChanges.amendPushed.title', bodyKey: 'gitChanges.amendPushed.body', values: {}, details: [], choices: [{ answer: 'amend', labelKey: 'gitChanges.amendPushed.amend', kind: 'danger' }] })
    if (answer === null) return
  }
  const files = useEngineMirror.getState().git?.repository?.files ?? []
  let all = false
  if (!amend && files.every(({ staged }) => staged === null)) {
    const answer = await ask({ titleKey: 'gitChanges.commitAll.title', bodyKey: 'gitChanges.commitAll.body', values: { count: files.length }, details: [], choices: [{ answer: 'all', labelKey: 'gitChanges.commitAll.all', kind: 'primary' }] })
    if (answer === null) return
    all = true
  }
  useCommitDraft.setState({ isCommitting: true })
  const over = await perform(() => api.call('git.commit', { message, amend, signOff, all }))
  useCommitDraft.setState({ isCommitting: false })
  if (over?.state === 'done') {
    writeMessage('')
    useCommitDraft.setState({ amend: false })
    addNotice({ severity: 'success', titleKey: amend ? 'gitChanges.amended' : 'gitChanges.committed' })
  } else if (over?.error?.code === 'git/identity-unknown') openGitDialog({ kind: 'identity', then: () => void commit() })
}

export async function undoCommit(): Promise<void> {
  const { last } = useCommitDraft.getState()
  if (last === null) return
  const answer = await attempt(() => api.call('git.undoCommit', { commit: last.commit }))
  if (answer === null) return
  if (useCommitDraft.getState().message.trim() === '') writeMessage(answer.message)
  addNotice({ severity: 'success', titleKey: 'gitChanges.undoneCommit' })
}
