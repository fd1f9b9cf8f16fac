// @ts-check
/**
 * `npm start`: everything from a fresh clone to the open window. Without a display the sample pipeline runs through the CLI instead,
 * so that the main job is seen either way.
 */
import { join } from 'node:path'
import { resolveElectron } from './electron-runtime.mjs'
import { runInForeground } from './foreground.mjs'
import { prepareHostRuns } from './host-python.mjs'
import { projectNode, projectRoot } from './project.mjs'
import { runScript } from './script-main.mjs'
import { setUp } from './set-up.mjs'
import { requireElectronLibraries } from './system-packages.mjs'

const samplePipeline = 'hello'

await runScript(async (progress) => {
  await setUp({ progress })
  await prepareHostRuns({ progress })
  if (!hasDisplay()) {
    progress.line(`No display (DISPLAY and WAYLAND_DISPLAY are not set): running the sample pipeline "${samplePipeline}" here instead of opening a window.`)
    return runInForeground(projectNode(), [join(projectRoot, 'out', 'main', 'cli.js'), 'run', samplePipeline])
  }
  const electron = await resolveElectron({ progress })
  await requireElectronLibraries(electron.executable, { why: 'to open a window', progress })
  if (electron.notice) progress.line(electron.notice)
  return runInForeground(electron.executable, [...sandboxArguments(progress), projectRoot, ...process.argv.slice(2)])
})

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}

/** @param {import('./progress.mjs').Progress} progress */
function sandboxArguments(progress) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return []
  progress.line("Running as root: Chromium's sandbox is off. Start it as another user to have it on.")
  return ['--no-sandbox']
}
