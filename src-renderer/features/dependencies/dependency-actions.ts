/** What the window asks about a pipeline's packages, and the edits of its requirements: these go into the open document, unsaved. */
import { create } from 'zustand'
import type { LockProposal } from '@shared/contract/dependencies'
import { api } from '../../api'
import { documentId, editDocument, getDocument, isDirty, useDocuments } from '../../state/documents'
import { useEngineMirror } from '../../state/engine-mirror'
import { openPage, selectPipeline, useLayout, withTab } from '../../state/layout'
import { addNotice, reportError } from '../../state/notices'
import { applyDependencies } from '../../state/sync'
import { ensureDocument, saveDocument } from '../editor/document-actions'
import { withRequirement, withoutRequirement } from './requirements-edit'

/** A text for the lock file that waits for a yes. */
export const useLockProposal = create<{ waiting: (LockProposal & { pipeline: string; root: string | null }) | null }>(() => ({ waiting: null }))

const requirementsFile = 'requirements.txt'
const lockFile = 'requirements.txt.lock'

export function workspaceRoot(): string | null {
  return useEngineMirror.getState().workspace?.workspace?.root ?? null
}

export function openDependencies(pipeline: string): void {
  selectPipeline(pipeline)
  openPage('dependencies')
}

/** What comes of it arrives as an event. */
export async function lookAtDependencies(pipeline: string, again = false): Promise<void> {
  try {
    applyDependencies(await api.call('dependencies.look', { pipeline, again }))
  } catch (error) {
    reportError(error)
  }
}

export async function checkDependencies(pipeline: string): Promise<void> {
  try {
    await api.call('dependencies.check', { pipeline })
  } catch (error) {
    reportError(error)
  }
}

export async function cancelDependencies(pipeline: string): Promise<void> {
  try {
    await api.call('dependencies.cancel', { pipeline })
  } catch (error) {
    reportError(error)
  }
}

/** `upgrade`: no version of the present lock is kept. Unsaved requirements are saved first: uv reads the file. */
export async function proposeLock(pipeline: string, upgrade: boolean): Promise<void> {
  openDependencies(pipeline)
  const root = workspaceRoot()
  useLockProposal.setState({ waiting: null })
  if (!(await saveDocument(documentId(pipeline, requirementsFile)))) return
  try {
    const proposal = await api.call('dependencies.proposeLock', { pipeline, upgrade })
    if (proposal === null) return
    if (proposal.after === proposal.before) addNotice({ severity: 'information', titleKey: 'dependencies.lock.same' })
    else useLockProposal.setState({ waiting: { ...proposal, pipeline, root } })
  } catch (error) {
    reportError(error)
  }
}

export async function writeLock(): Promise<void> {
  const { waiting } = useLockProposal.getState()
  if (waiting === null || waiting.root !== workspaceRoot()) return
  const { pipeline, after, version } = waiting
  try {
    await api.call('files.write', { pipeline, path: lockFile, text: after, expectedVersion: version })
    useLockProposal.setState({ waiting: null })
    addNotice({ severity: 'success', titleKey: 'dependencies.lock.written' })
    await lookAtDependencies(pipeline)
  } catch (error) {
    reportError(error)
  }
}

/** Adds a line to requirements.txt; where there is none, an empty one is made first. */
export async function addRequirement(pipeline: string, requirement: string, hasRequirements: boolean): Promise<void> {
  try {
    if (!hasRequirements) await api.call('files.write', { pipeline, path: requirementsFile, text: '', expectedVersion: '' })
    await editInTab(pipeline, requirementsFile, (text) => withRequirement(text, requirement))
  } catch (error) {
    reportError(error)
  }
}

export async function removeRequirement(pipeline: string, file: string, name: string): Promise<void> {
  try {
    await editInTab(pipeline, file, (text) => withoutRequirement(text, name))
  } catch (error) {
    reportError(error)
  }
}

/** In a tab behind the page, so that the next finding is at hand. */
async function editInTab(pipeline: string, path: string, edit: (text: string) => string): Promise<void> {
  const id = documentId(pipeline, path)
  useLayout.setState((layout) => ({ tabs: withTab(layout, { kind: 'file', pipeline, path }).tabs }))
  ensureDocument(pipeline, path)
  await isReady(id)
  const document = getDocument(id)
  if (document?.status !== 'ready' || document.readOnly) {
    addNotice({ severity: 'error', titleKey: 'dependencies.notEditable', values: { file: path } })
    return
  }
  // With its model there, the edit can be undone in the editor.
  const { modelOf } = await import('../editor/models')
  modelOf(document)
  editDocument(id, edit(document.text))
}

function isReady(id: string): Promise<void> {
  return new Promise((resolve) => {
    const isOver = (): boolean => getDocument(id)?.status !== 'loading'
    if (isOver()) return resolve()
    const end = useDocuments.subscribe(() => {
      if (!isOver()) return
      end()
      resolve()
    })
  })
}

/** Files of the pipeline's requirements that were edited and not saved. */
export async function saveRequirements(pipeline: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    const document = getDocument(documentId(pipeline, file))
    if (document !== undefined && isDirty(document)) await saveDocument(document.id)
  }
}
