/** Closing the window or quitting while runs are alive: asks what is to become of them. */
import { dialog, type BrowserWindow } from 'electron'
import type { Run } from '@shared/contract/runs'

export type LiveRunsChoice = 'stop' | 'keep-running' | 'cancel'

export function askAboutLiveRuns(window: BrowserWindow | null, live: Run[]): LiveRunsChoice {
  const names = live.map((run) => run.pipeline).join(', ')
  const options = {
    type: 'warning' as const,
    message: live.length === 1 ? `${names} is still running.` : `${live.length} pipelines are still running.`,
    detail: 'Fast-Flow Desktop can stay in the background until the end; starting it again shows the window.',
    buttons: ['Keep running in the background', 'Stop and quit', 'Cancel'],
    defaultId: 0,
    cancelId: 2,
  }
  const answer = window ? dialog.showMessageBoxSync(window, options) : dialog.showMessageBoxSync(options)
  return answer === 0 ? 'keep-running' : answer === 1 ? 'stop' : 'cancel'
}
