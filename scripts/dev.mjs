// @ts-check
/** `npm run dev`: the app with live reload, on the same Electron that `npm start` uses. */
import { resolveElectron } from './electron-runtime.mjs'
import { runInForeground } from './foreground.mjs'
import { packageCommand, projectNode, projectRoot } from './project.mjs'
import { runScript } from './script-main.mjs'
import { ensureDependencies } from './set-up.mjs'
import { requireElectronLibraries } from './system-packages.mjs'

await runScript(async (progress) => {
  await ensureDependencies({ progress })
  const electron = await resolveElectron({ progress })
  await requireElectronLibraries(electron.executable, { why: 'to open a window', progress })
  if (electron.notice) progress.line(electron.notice)
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  const env = { ...process.env, ELECTRON_EXEC_PATH: electron.executable, ...(isRoot ? { NO_SANDBOX: '1' } : {}) }
  return runInForeground(projectNode(), [packageCommand('electron-vite'), 'dev', ...process.argv.slice(2)], { env, cwd: projectRoot })
})
