/** The steps of a cause card: open the place that helps, copy what a colleague needs to know. */
import type { Run } from '@shared/contract/runs'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'
import { openFile } from '../editor/document-actions'
import { fieldPlace } from './cause'
import { copyText } from './run-actions'
import { reportText } from './run-report'

const reportedLogBytes = 16_384

/** Opens pipeline.json at the field; a file that does not have it, at its top. */
export async function openConfigField(run: Run, field: string): Promise<void> {
  const file = useEngineMirror.getState().catalog?.pipelines.find(({ name }) => name === run.pipeline)?.metadataFile ?? 'pipeline.json'
  try {
    const { text } = await api.call('files.read', { pipeline: run.pipeline, path: file })
    openFile(run.pipeline, file, fieldPlace(text, run.runConfigId, field) ?? { line: 1 })
  } catch (error) {
    reportError(error)
  }
}

export async function copyReport(run: Run): Promise<void> {
  try {
    const { bytes } = await api.call('runs.readLog', { runId: run.id, fromByte: Math.max(0, run.logBytes - reportedLogBytes), maxBytes: reportedLogBytes })
    await copyText(reportText(run, new TextDecoder().decode(bytes)))
  } catch (error) {
    reportError(error)
  }
}
