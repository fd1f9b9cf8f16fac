/** The one window: locked down, never led away from its own page, remembers where it was. */
import { join } from 'node:path'
import { BrowserWindow, nativeTheme, shell, type Session, type WebPreferences } from 'electron'
import { isOwnPage, mayOpenOutside } from './navigation'
import { pageOrigin } from './page-protocol'
import type { WindowPlace } from './window-place'

export function webPreferences(preloadFile: string): WebPreferences {
  return { preload: preloadFile, contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, spellcheck: false }
}

const startPage = `${pageOrigin}/index.html`

/** Dark and light ground of the page, so that nothing flashes before it is there. */
const ground = { dark: '#16181d', light: '#f2f4f7' }

export function createWindow(outDir: string, place: WindowPlace, theme: 'system' | 'light' | 'dark'): BrowserWindow {
  nativeTheme.themeSource = theme
  const window = new BrowserWindow({
    ...place.bounds,
    minWidth: 640,
    minHeight: 420,
    show: false,
    title: 'Fast-Flow Desktop',
    backgroundColor: nativeTheme.shouldUseDarkColors ? ground.dark : ground.light,
    autoHideMenuBar: true,
    webPreferences: webPreferences(join(outDir, 'preload', 'preload.js')),
  })
  if (place.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  const contents = window.webContents
  const stayHere = (event: { preventDefault(): void; url?: string }, url = event.url ?? ''): void => {
    if (!isOwnPage(url)) event.preventDefault()
  }
  contents.on('will-navigate', stayHere)
  contents.on('will-redirect', stayHere)
  // Chromium asks nobody about about:blank: come back from there.
  contents.on('did-navigate', (_event, url) => {
    if (!isOwnPage(url)) void window.loadURL(startPage)
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void shell.openExternal(url)
    return { action: 'deny' }
  })
  void window.loadURL(startPage)
  return window
}

/** The page needs the clipboard for "copy", nothing else. */
const allowedPermissions = new Set(['clipboard-sanitized-write'])

export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowedPermissions.has(permission)))
  session.setPermissionCheckHandler((_contents, permission) => allowedPermissions.has(permission))
  session.setDevicePermissionHandler(() => false)
}
