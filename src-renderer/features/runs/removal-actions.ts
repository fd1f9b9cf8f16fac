/** Deletes runs: looks first at what that would take, asks with names and bytes, then does it. */
import { api } from '../../api'
import { addNotice, reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { type RemovalPreview, inPortions, removalLines, runsPerRemoval } from './removal-summary'
import { byteText } from '../../ui/format'

/** `runIds` null: what the retention settings would delete. null: it could not be found out, the user was told. */
export async function previewRemoval(runIds: readonly string[] | null): Promise<RemovalPreview | null> {
  try {
    return await api.call('runs.previewRemoval', { runIds: runIds === null ? null : runIds.slice(0, runsPerRemoval) })
  } catch (error) {
    reportError(error)
    return null
  }
}

/** True when something was deleted, so that what was previewed is no longer so. */
export async function removePreviewed(preview: RemovalPreview, language: string): Promise<boolean> {
  const answer = await ask({
    titleKey: 'settings.removal.ask.title',
    bodyKey: 'settings.removal.ask.body',
    values: { count: preview.runs.length, size: byteText(preview.sizeBytes, language) },
    details: removalLines(preview, Date.now(), language),
    choices: [{ answer: 'remove', labelKey: 'settings.removal.ask.confirm', kind: 'danger' }],
  })
  if (answer === null) return false
  let count = 0
  let sizeBytes = 0
  try {
    for (const runIds of inPortions(preview.runs.map(({ id }) => id), runsPerRemoval)) {
      const removed = await api.call('runs.remove', { runIds })
      count += removed.removed.length
      sizeBytes += removed.sizeBytes
    }
    addNotice({ severity: 'success', titleKey: 'settings.removal.done', values: { count, size: byteText(sizeBytes, language) } })
  } catch (error) {
    reportError(error)
  }
  return true
}

/** Deletes chosen runs after the question. */
export async function removeRuns(runIds: readonly string[], language: string): Promise<void> {
  const preview = await previewRemoval(runIds)
  if (preview === null) return
  if (preview.runs.length === 0) addNotice({ severity: 'information', titleKey: 'history.nothingToDelete' })
  else await removePreviewed(preview, language)
}
