/** Looks at what the retention settings would delete, and deletes it after a question. */
import { api } from '../../api'
import { addNotice, reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { byteText } from '../../ui/format'
import { type RemovalPreview, inPortions, removalByPipeline, runsPerRemoval } from './removal-summary'

export async function previewRetention(): Promise<RemovalPreview | null> {
  try {
    return await api.call('runs.previewRemoval', { runIds: null })
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
    details: removalByPipeline(preview).map(({ pipeline, count, sizeBytes }) => `${pipeline}: ${count} · ${byteText(sizeBytes, language)}`),
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
