/** The bridge into the sandboxed window: two functions for the whole contract, so this file never grows. */
import { contextBridge, ipcRenderer } from 'electron'

contextBridge.exposeInMainWorld('bridge', {
  call: (name: string, input: unknown): Promise<unknown> => ipcRenderer.invoke('call', name, input),
  onEvent(listener: (name: string, payload: unknown) => void): () => void {
    const forward = (_event: unknown, name: string, payload: unknown): void => listener(name, payload)
    ipcRenderer.on('event', forward)
    return () => void ipcRenderer.removeListener('event', forward)
  },
})
