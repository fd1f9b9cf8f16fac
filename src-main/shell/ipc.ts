/** The one channel each way: requests are taken from our page's main frame only, answered in an envelope; events go out. */
import type { BrowserWindow, IpcMain, WebFrameMain } from 'electron'
import { AppError, toWireError } from '@shared/app-error'
import type { ApiInput, ApiRequest, Envelope } from '@shared/contract'
import type { Api } from '../api'
import type { AppLog } from '../engine/platform/app-log'
import type { Events } from '../engine/events'
import { isOwnPage } from './navigation'

export function answerCalls(ipcMain: IpcMain, window: () => BrowserWindow | null, api: Api, appLog: AppLog): void {
  ipcMain.handle('call', async (event, name: unknown, input: unknown): Promise<Envelope<unknown>> => {
    try {
      if (!isOurFrame(event.senderFrame, window())) throw new AppError('ipc/sender', 'Only the window of Fast-Flow Desktop may ask.')
      if (typeof name !== 'string') throw new AppError('input/invalid', 'A request has a name.')
      // The contract decides what `name` and `input` may be; anything else is input/invalid.
      return { ok: true, value: await api(name as ApiRequest, input as ApiInput<ApiRequest>) }
    } catch (error) {
      const wire = toWireError(error)
      if (wire.code === 'internal' || wire.code === 'ipc/sender') appLog.error(`Request ${JSON.stringify(name)}`, error)
      return { ok: false, error: wire }
    }
  })
}

export function sendEvents(events: Events, window: () => BrowserWindow | null): () => void {
  return events.subscribe((name, payload) => {
    const target = window()
    if (target && !target.isDestroyed()) target.webContents.send('event', name, payload)
  })
}

function isOurFrame(frame: WebFrameMain | null, window: BrowserWindow | null): boolean {
  return frame !== null && window !== null && !window.isDestroyed() && frame === window.webContents.mainFrame && isOwnPage(frame.url)
}
