/** Starts the window: language and theme, the mirror of the engine, the watchers between stores, then the first paint. */
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { api } from './api'
import { App } from './app'
import { CrashPage } from './crash-page'
import { announceSelection } from './features/runs/announce-selection'
import { listenToKeyboard } from './features/palette/keyboard'
import { watchDocuments } from './features/editor/document-actions'
import { watchFileListings } from './features/pipelines/file-listings'
import { keepPipelineSelected } from './features/workspace/select-default'
import { startWorkspaceSession } from './features/workspace/workspace-session'
import { chooseLanguage } from './i18n/i18n'
import { useEngineMirror } from './state/engine-mirror'
import { reportError } from './state/notices'
import { createSync } from './state/sync'
import { chooseTheme } from './ui/theme'
import './ui/theme.css'
import './ui/base.css'
import './ui/page.css'
import './features/workspace/workspace.css'
import './features/pipelines/pipelines.css'
import './features/pipelines/overview.css'
import './features/editor/editor.css'
import './features/runs/runs.css'
import './features/tools/tools.css'
import './features/settings/settings.css'
import './features/secrets/secrets.css'
import './features/schedule/schedule.css'
import './features/palette/palette.css'

startWorkspaceSession()
keepPipelineSelected()
announceSelection()
watchFileListings()
watchDocuments()
listenToKeyboard()

useEngineMirror.subscribe(({ settings }, before) => {
  if (settings === null || settings === before.settings) return
  chooseTheme(settings.settings.theme)
  chooseLanguage(settings.settings.language)
})

window.addEventListener('unhandledrejection', (event) => reportError(event.reason))
// A file dropped anywhere must not replace the page.
for (const name of ['dragover', 'drop'] as const) window.addEventListener(name, (event) => event.preventDefault())

void createSync(api, reportError).start()

const container = document.getElementById('root')
if (container !== null) {
  // What no part of the window caught has emptied it: say so, with the way back. Runs and unsaved text are not in the page alone.
  const onUncaughtError = (error: unknown): void => createRoot(container).render(<CrashPage error={error} />)
  createRoot(container, { onUncaughtError }).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
