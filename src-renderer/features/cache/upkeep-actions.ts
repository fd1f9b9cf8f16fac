/** Asks the engine to look what of the cache could go, to remove it, and to write or read the cache as a file. Asks the user before. */
import { create } from 'zustand'
import type { ApiInput } from '@shared/contract/index'
import type { CacheRemoval } from '@shared/contract/cache'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { openPage } from '../../state/layout'
import { addNotice, reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { byteText } from '../../ui/format'
import { lookIntoCache } from './cache-actions'

type Choice = ApiInput<'cache.previewRemoval'>
type Upkeep = { root: string | null; preview: CacheRemoval | null; work: 'looking' | 'removing' | null }

const nothing: Upkeep = { root: null, preview: null, work: null }

/** What could go, as of the newest look; of one workspace. */
export const useUpkeep = create<Upkeep>(() => nothing)

function openRoot(): string | null {
  return useEngineMirror.getState().workspace?.workspace?.root ?? null
}

export async function lookWhatCanGo(choice: Choice): Promise<void> {
  if (useUpkeep.getState().work !== null) return
  const root = openRoot()
  useUpkeep.setState({ root, preview: null, work: 'looking' })
  try {
    const preview = await api.call('cache.previewRemoval', choice)
    useUpkeep.setState(openRoot() === root ? { preview, work: null } : nothing)
  } catch (error) {
    useUpkeep.setState(nothing)
    reportError(error)
  }
}

/** All that no pipeline uses, and what uv has left behind. */
export async function showWhatCanGo(): Promise<void> {
  openPage('cache')
  await lookWhatCanGo({ packages: [], unused: true, leftovers: true })
}

export function closePreview(): void {
  if (useUpkeep.getState().work === null) useUpkeep.setState(nothing)
}

export async function removePreviewed(preview: CacheRemoval, language: string): Promise<void> {
  const answer = await ask({
    titleKey: 'cache.upkeep.ask.title',
    bodyKey: preview.affected.length === 0 ? 'cache.upkeep.ask.body' : 'cache.upkeep.ask.bodyAffected',
    values: { size: byteText(preview.bytes, language), pipelines: preview.affected.join(', ') },
    details: [],
    choices: [{ answer: 'remove', labelKey: 'cache.upkeep.ask.confirm', kind: 'danger' }],
  })
  if (answer === null) return
  useUpkeep.setState({ work: 'removing' })
  try {
    const { freedBytes, kept } = await api.call('cache.remove', { id: preview.id })
    addNotice({ severity: kept.length > 0 ? 'warning' : 'success', titleKey: kept.length > 0 ? 'cache.upkeep.removedPartly' : 'cache.upkeep.removed', values: { size: byteText(freedBytes, language) }, detail: kept.length > 0 ? kept.join('\n') : null })
    useUpkeep.setState(nothing)
    await lookIntoCache()
  } catch (error) {
    useUpkeep.setState({ work: null })
    reportError(error)
  }
}

export async function exportCache(): Promise<void> {
  openPage('cache')
  try {
    const { path } = await api.call('cache.pickFile', { purpose: 'export' })
    if (path !== null) await api.call('cache.export', { file: path })
  } catch (error) {
    reportError(error)
  }
}

export async function importCache(): Promise<void> {
  openPage('cache')
  try {
    const { path } = await api.call('cache.pickFile', { purpose: 'import' })
    if (path === null) return
    const answer = await ask({
      titleKey: 'cache.transfer.ask.title',
      bodyKey: 'cache.transfer.ask.body',
      values: {},
      details: [path],
      choices: [{ answer: 'import', labelKey: 'cache.transfer.ask.confirm', kind: 'danger' }],
    })
    if (answer !== null) await api.call('cache.import', { file: path })
  } catch (error) {
    reportError(error)
  }
}

export async function cancelTransfer(): Promise<void> {
  try {
    await api.call('cache.cancelTransfer', {})
  } catch (error) {
    reportError(error)
  }
}

export async function dismissCap(): Promise<void> {
  try {
    await api.call('cache.dismissCap', {})
  } catch (error) {
    reportError(error)
  }
}
