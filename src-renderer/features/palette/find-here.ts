/** Ctrl+F means the thing one is in: the log, or the list of pipelines. In the editor Monaco answers it first. */
import { logOnScreen } from '../runs/log-commands'

export function isInEditor(): boolean {
  return document.activeElement?.closest('.monaco-editor') != null
}

export function findHere(): void {
  const log = logOnScreen()
  const inSideBar = document.activeElement?.closest('.side-bar') != null
  if (log !== null && !inSideBar) log.openSearch()
  else document.querySelector<HTMLElement>('[data-filter]')?.focus()
}
