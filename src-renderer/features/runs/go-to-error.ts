/** From the last traceback in the log on screen to its innermost line of the user's own code. */
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { addNotice } from '../../state/notices'
import { openFile } from '../editor/document-actions'
import { logOnScreen } from './log-commands'
import { lastPlace } from './traceback'

export function goToError(): void {
  const { selectedRunId, selectedPipeline } = useLayout.getState()
  const { runs, catalog } = useEngineMirror.getState()
  const pipeline = (selectedRunId === null ? undefined : runs[selectedRunId]?.pipeline) ?? selectedPipeline
  const folder = catalog?.pipelines.find(({ name }) => name === pipeline)?.path ?? '/app'
  const place = lastPlace(logOnScreen()?.lastLines() ?? '', folder)
  if (pipeline === null || place === null) addNotice({ severity: 'information', titleKey: 'run.noTraceback.title', hintKey: 'run.noTraceback.hint' })
  else openFile(pipeline, place.path, { line: place.line })
}
