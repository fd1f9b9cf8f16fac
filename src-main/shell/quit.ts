/** Quitting stops live runs, so it asks first. */
import { dialog, type BrowserWindow } from 'electron'
import type { Run } from '@shared/contract/runs'

export function confirmQuit(window: BrowserWindow | null, live: Run[]): boolean {
  if (live.length === 0) return true
  const names = live.map((run) => run.pipeline).join(', ')
  const options = {
    type: 'warning' as const,
    message: live.length === 1 ? `${names} is still running.` : `${live.length} pipelines are still running.`,
    detail: `Quitting stops ${live.length === 1 ? 'it' : `them: ${names}`}.`,
    buttons: ['Stop and quit', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  }
  return (window ? dialog.showMessageBoxSync(window, options) : dialog.showMessageBoxSync(options)) === 0
}
