/** Staging, diffs and discarding, as the page, the diff and the palette do them. */
import i18next from 'i18next'
import type { ChangedFile } from '@shared/contract/git'
import type { DiffSide, Discarded } from '@shared/contract/git-changes'
import { create } from 'zustand'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { openTab } from '../../state/layout'
import { addNotice } from '../../state/notices'
import { ask } from '../../state/questions'
import { byteText } from '../../ui/format'
import { attempt } from './operations'
import { shownPath } from './change-rows'

export function openDiff(path: string, side: DiffSide): void {
  openTab({ kind: 'diff', path, side })
}

export function openChange({ path, staged, unstaged }: ChangedFile): void {
  openDiff(path, staged !== null && unstaged === null ? 'staged' : 'unstaged')
}

/** null: all. */
export async function stage(paths: readonly string[] | null): Promise<void> {
  await attempt(() => api.call('git.stage', { paths: paths === null ? null : [...paths] }))
}

export async function unstage(paths: readonly string[] | null): Promise<void> {
  await attempt(() => api.call('git.unstage', { paths: paths === null ? null : [...paths] }))
}

/** What is wholly staged is unstaged, all else is staged. */
export async function toggleStaged(files: readonly ChangedFile[]): Promise<void> {
  const isStaged = files.every(({ staged, unstaged }) => staged !== null && unstaged === null)
  const paths = files.map(({ path }) => path)
  await (isStaged ? unstage(paths) : stage(paths))
}

/** The newest one that was not undone, for the undo of the palette. */
export const useLastDiscarded = create<{ id: string | null }>(() => ({ id: null }))

const mostShown = 12

export async function discard(files: readonly ChangedFile[]): Promise<void> {
  const paths = files.map(({ path }) => path)
  if (paths.length === 0) return
  const preview = await attempt(() => api.call('git.previewDiscard', { paths }))
  if (preview === null) return
  const lines = preview.files.slice(0, mostShown).map(({ path, sizeBytes }) => `${shownPath(path)}  ${byteText(sizeBytes, i18next.language)}`)
  const isStaged = files.some(({ staged }) => staged !== null)
  const isUnstaged = files.some(({ unstaged }) => unstaged !== null)
  const to = await ask({
    titleKey: 'gitChanges.discard.title',
    bodyKey: isStaged ? 'gitChanges.discard.bodyStaged' : 'gitChanges.discard.body',
    values: { count: paths.length, size: byteText(preview.totalBytes, i18next.language) },
    details: preview.files.length > mostShown ? [...lines, '…'] : lines,
    choices: [
      ...(isStaged && isUnstaged ? [{ answer: 'index' as const, labelKey: 'gitChanges.discard.unstaged', kind: 'plain' as const }] : []),
      { answer: 'head', labelKey: isStaged ? 'gitChanges.discard.all' : 'gitChanges.discard.discard', kind: 'danger' },
    ],
  })
  if (to === null) return
  const discarded = await attempt(() => api.call('git.discard', { paths, to }))
  if (discarded !== null) noteDiscarded(discarded)
}

export function noteDiscarded(discarded: Discarded): void {
  useLastDiscarded.setState({ id: discarded.id })
  addNotice({ severity: 'information', titleKey: 'gitChanges.discard.done', values: { count: discarded.files.length }, action: 'git.undoDiscard' })
}

export async function undoDiscard(id: string | null): Promise<void> {
  if (id === null) return
  const answer = await attempt(() => api.call('git.undoDiscard', { id }))
  if (answer === null) return
  useLastDiscarded.setState({ id: null })
  addNotice({ severity: 'success', titleKey: answer.discarded === null ? 'gitChanges.discard.undone' : 'gitChanges.discard.undoneReplaced' })
}

export async function initRepository(): Promise<void> {
  const root = useEngineMirror.getState().workspace?.workspace?.root ?? ''
  const answer = await ask({
    titleKey: 'gitChanges.init.title', bodyKey: 'gitChanges.init.body', values: { root }, details: [],
    choices: [{ answer: 'plain', labelKey: 'gitChanges.init.plain', kind: 'plain' }, { answer: 'ignore', labelKey: 'gitChanges.init.withIgnore', kind: 'primary' }],
  })
  if (answer !== null) await attempt(() => api.call('git.init', { withIgnoreFile: answer === 'ignore' }))
}
