/** Electron's entry: one instance per profile, folders, engine, window, orderly quit. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { app, dialog, ipcMain, Menu, nativeTheme, protocol, safeStorage, session, shell, type BrowserWindow } from 'electron'
import { toWireError } from '@shared/app-error'
import { createApi } from './api'
import { createEngine, type Engine } from './engine/engine'
import { defaultUserDataDir, userSamplesDir } from './engine/platform/user-data'
import { answerCalls, sendEvents } from './shell/ipc'
import { createMenu } from './shell/menu'
import { pageSchemePrivileges, servePage } from './shell/page-protocol'
import { askAboutLiveRuns } from './shell/quit'
import { createSafeStorageCipher } from './shell/secret-cipher'
import { createWindow, lockSession } from './shell/window'
import { readWindowPlace, saveWindowPlace } from './shell/window-place'

const outDir = resolve(__dirname, '..')
const platformInput = { env: process.env, platform: process.platform, homeDir: homedir() }
const userDataDir = resolve(app.commandLine.getSwitchValue('user-data-dir') || defaultUserDataDir(platformInput))

// Chromium's own files beside ours, in the same profile: a test or a second profile must not meet the first.
app.setPath('userData', userDataDir)
app.setName('Fast-Flow Desktop')
protocol.registerSchemesAsPrivileged([pageSchemePrivileges])

let window: BrowserWindow | null = null
/** Asked and answered: the app may end, and live runs are stopped. */
let mayQuit = false

function openWindow(engine: Engine): void {
  const created = createWindow(outDir, readWindowPlace(userDataDir), engine.settings.current().theme)
  window = created
  created.on('close', (event) => {
    saveWindowPlace(userDataDir, created)
    const live = engine.runs.live()
    if (mayQuit || live.length === 0) return
    const choice = askAboutLiveRuns(created, live)
    if (choice === 'cancel') event.preventDefault()
    mayQuit = choice === 'stop'
  })
  created.on('closed', () => (window = null))
}

/** What the user must know about this start. */
function startNotices(): string[] {
  const notices: string[] = []
  if (process.platform !== 'win32' && process.getuid?.() === 0) notices.push('Fast-Flow Desktop runs as root; Chromium’s sandbox is off. Use an ordinary account for daily work.')
  if (process.versions.electron.startsWith('25.')) notices.push(`This is the fallback runtime Electron ${process.versions.electron}: the current one could not be downloaded. It is meant for development and tests.`)
  return notices
}

async function start(): Promise<void> {
  let engine: Engine
  try {
    engine = createEngine({
      userDataDir,
      samplesDir: join(outDir, '..', 'resources', 'samples'),
      userSamplesDir: userSamplesDir(userDataDir, platformInput),
      workerDir: join(outDir, '..', 'resources', 'worker'),
      homeDir: platformInput.homeDir,
      platform: platformInput.platform,
      rememberWorkspaces: true,
      secretCipher: createSafeStorageCipher(safeStorage, platformInput.platform),
      followUps: { restarts: true, chains: true },
      adoptsRuns: true,
      preheats: true,
    })
  } catch (error) {
    dialog.showErrorBox('Fast-Flow Desktop cannot start', toWireError(error).message)
    return app.exit(1)
  }
  const api = createApi(
    engine,
    {
      async pickFolder() {
        const options = { properties: ['openDirectory' as const, 'createDirectory' as const] }
        const { filePaths } = window ? await dialog.showOpenDialog(window, options) : await dialog.showOpenDialog(options)
        return filePaths[0] ?? null
      },
      async pickCacheFile(purpose) {
        const filters = [{ name: 'Fast-Flow cache', extensions: ['tar.gz'] }]
        if (purpose === 'import') {
          const options = { filters, properties: ['openFile' as const] }
          return (window ? await dialog.showOpenDialog(window, options) : await dialog.showOpenDialog(options)).filePaths[0] ?? null
        }
        const options = { filters, defaultPath: 'fast-flow-cache.tar.gz' }
        const path = (window ? await dialog.showSaveDialog(window, options) : await dialog.showSaveDialog(options)).filePath
        if (!path) return null
        // GTK's dialog adds no ending. With another one the dialog has asked about the right file already.
        return path.endsWith('.tar.gz') ? path : `${path}.tar.gz`
      },
      reveal: (path) => shell.showItemInFolder(path),
      runtime: `Electron ${process.versions.electron}, Chromium ${process.versions.chrome}`,
      notices: startNotices(),
    },
    app.getVersion(),
  )
  answerCalls(ipcMain, () => window, api, engine.appLog)
  sendEvents(engine.events, () => window)
  engine.events.on('settings.changed', ({ settings }) => (nativeTheme.themeSource = settings.theme))
  lockSession(session.defaultSession)
  Menu.setApplicationMenu(createMenu())
  await servePage(protocol, join(outDir, 'renderer'))
  openWindow(engine)
  await reopenWorkspace(engine)

  app.on('activate', () => {
    if (!window) openWindow(engine)
  })
  app.on('second-instance', () => {
    if (!window) return openWindow(engine)
    if (window.isMinimized()) window.restore()
    window.focus()
  })
  app.on('window-all-closed', () => {
    if (mayQuit || engine.runs.live().length === 0) app.quit()
  })
  engine.events.on('runs.changed', ({ phase }) => {
    // Kept in the background for its runs: the last one has ended. The run leaves the list of live ones after this event.
    if (phase === 'finished' && !window) setImmediate(() => engine.runs.live().length === 0 && app.quit())
  })
  let disposed = false
  app.on('before-quit', (event) => {
    if (disposed) return
    event.preventDefault()
    if (!mayQuit && engine.runs.live().length > 0) {
      const choice = askAboutLiveRuns(window, engine.runs.live())
      if (choice === 'keep-running') window?.destroy()
      if (choice !== 'stop') return
      mayQuit = true
    }
    disposed = true
    void engine.dispose().finally(() => app.quit())
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      mayQuit = true
      app.quit()
    })
  }
  process.on('uncaughtException', (error) => engine.appLog.error('Uncaught', error))
  process.on('unhandledRejection', (error) => engine.appLog.error('Unhandled rejection', error))
}

/** The last workspace, or the samples at the very first start; a folder that is gone leaves the window empty, with a way out. */
async function reopenWorkspace(engine: Engine): Promise<void> {
  const [last] = engine.workspace.current().recent
  try {
    if (last === undefined) await engine.workspace.openSamples()
    else await engine.workspace.open(last)
    await engine.catalog.refresh()
  } catch (error) {
    engine.appLog.error('The last workspace could not be opened', error)
  }
}

if (app.requestSingleInstanceLock()) void app.whenReady().then(start)
else app.quit()
