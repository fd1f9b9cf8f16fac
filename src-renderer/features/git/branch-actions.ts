/** Branches, tags and stashes: what is listed, and what is done with them. */
import { create } from 'zustand'
import { toWireError } from '@shared/app-error'
import type { Branch, Discarded, Stash, Tag } from '@shared/contract/git-changes'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { addNotice, reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { saveAll } from '../editor/document-actions'
import { attempt, perform, tellFailure, type Tell } from './operations'

type Lists = { branches: readonly Branch[]; tags: readonly Tag[]; stashes: readonly Stash[]; discarded: readonly Discarded[] }

const nothing: Lists = { branches: [], tags: [], stashes: [], discarded: [] }

/** As of the last look. */
export const useGitLists = create<Lists>(() => nothing)

export async function lookAtBranches(): Promise<void> {
  const root = useEngineMirror.getState().git?.repository?.root
  if (root === undefined) return useGitLists.setState(nothing)
  try {
    const [lists, { stashes }, { discarded }] = await Promise.all([api.call('git.branches', {}), api.call('git.stashes', {}), api.call('git.listDiscarded', {})])
    if (useEngineMirror.getState().git?.repository?.root === root) useGitLists.setState({ ...lists, stashes, discarded })
  } catch (error) {
    reportError(error)
  }
}

export async function switchTo(name: string, isRemote: boolean): Promise<void> {
  if (!(await saveAll(null))) return
  const over = await perform(() => api.call('git.switchBranch', { name, isRemote, stash: false }))
  if (over?.error?.code === 'git/would-overwrite') {
    const answer = await ask({ titleKey: 'gitChanges.switch.title', bodyKey: 'gitChanges.switch.body', values: { name }, details: [], choices: [{ answer: 'stash', labelKey: 'gitChanges.switch.stash', kind: 'primary' }] })
    if (answer === null) return
    const again = await perform(() => api.call('git.switchBranch', { name, isRemote, stash: true }))
    if (again?.state === 'done') addNotice({ severity: 'information', titleKey: 'gitChanges.switch.stashed', action: 'view.git' })
    else tellFailure(again)
  } else tellFailure(over)
}

export async function createBranch(name: string, from: string | null, switches: boolean, tell: Tell): Promise<boolean> {
  const isMade = (await attempt(() => api.call('git.createBranch', { name, from }), tell)) !== null
  // Changes in the way are asked about: not behind the form.
  if (isMade && switches) void switchTo(name, false)
  return isMade
}

export async function renameBranch(from: string, to: string, tell: Tell): Promise<boolean> {
  return (await attempt(() => api.call('git.renameBranch', { from, to }), tell)) !== null
}

export async function deleteBranch({ name, commit }: Branch): Promise<void> {
  const remove = async (force: boolean): Promise<boolean> => {
    try {
      await api.call('git.deleteBranch', { name, force })
      return true
    } catch (error) {
      if (!force && toWireError(error).code === 'git/not-merged') return false
      throw error
    }
  }
  const isGone = await attempt(() => remove(false))
  if (isGone === null) return
  if (!isGone) {
    const answer = await ask({ titleKey: 'gitChanges.deleteBranch.title', bodyKey: 'gitChanges.deleteBranch.body', values: { name }, details: [], choices: [{ answer: 'delete', labelKey: 'gitChanges.deleteBranch.delete', kind: 'danger' }] })
    if (answer === null || (await attempt(() => remove(true))) === null) return
  }
  await offerUndo('gitChanges.deleteBranch.done', { name }, () => api.call('git.createBranch', { name, from: commit }))
}

export async function createTag(name: string, message: string | null, tell: Tell): Promise<boolean> {
  return (await attempt(() => api.call('git.createTag', { name, message }), tell)) !== null
}

export async function deleteTag(name: string): Promise<void> {
  await attempt(() => api.call('git.deleteTag', { name }))
}

export async function saveStash(message: string, includeUntracked: boolean): Promise<void> {
  if (!(await saveAll(null))) return
  const over = await perform(() => api.call('git.saveStash', { message, includeUntracked }))
  tellFailure(over)
}

export async function applyStash(commit: string, drop: boolean): Promise<void> {
  const over = await perform(() => api.call('git.applyStash', { commit, drop }))
  tellFailure(over)
}

export async function dropStash(commit: string): Promise<void> {
  const dropped = await attempt(() => api.call('git.dropStash', { commit }))
  if (dropped !== null) await offerUndo('gitChanges.stash.dropped', { message: dropped.message }, () => api.call('git.restoreStash', { commit: dropped.commit, message: dropped.message }))
}

/** What the palette's "undo" does: the last deletion that can be taken back. */
export const useUndo = create<{ undo: (() => Promise<unknown>) | null }>(() => ({ undo: null }))

async function offerUndo(titleKey: string, values: Record<string, string>, undo: () => Promise<unknown>): Promise<void> {
  useUndo.setState({ undo })
  addNotice({ severity: 'information', titleKey, values, action: 'git.undoDelete' })
  await lookAtBranches()
}

export async function undoDelete(): Promise<void> {
  const { undo } = useUndo.getState()
  useUndo.setState({ undo: null })
  if (undo !== null && (await attempt(undo)) !== null) await lookAtBranches()
}
