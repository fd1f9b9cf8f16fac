// @ts-check
/**
 * Finds the Electron that `npm start`, the e2e tests and the benchmarks run on. In this order: the folder that
 * ELECTRON_OVERRIDE_DIST_PATH names, the installed binary, the official download, and on linux-x64 the fallback of
 * electron-fallback.mjs. `node scripts/electron-runtime.mjs` prints the executable.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { cacheFolder } from './cache-folder.mjs'
import { isSetupError, setupError, tryRun } from './child.mjs'
import { electronDownloadUrl, whyUnreachable } from './electron-download.mjs'
import { fallbackVersion, installFallback, isFallbackPossible } from './electron-fallback.mjs'
import { createProgress } from './progress.mjs'
import { modulesFolder, projectNode, readJson } from './project.mjs'

const installLimitMs = 900_000
const askAgainAfterMs = 3_600_000

/**
 * @typedef {object} ElectronRuntime
 * @property {string} executable
 * @property {string} version
 * @property {boolean} isFallback
 * @property {string | null} notice one line that the user must see
 */

/**
 * @param {{ progress: import('./progress.mjs').Progress }} options
 * @returns {Promise<ElectronRuntime>}
 */
export async function resolveElectron({ progress }) {
  const electronFolder = join(modulesFolder, 'electron')
  const { version, repository } = readJson(join(electronFolder, 'package.json'))

  const overrideFolder = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (overrideFolder) return overriddenRuntime(overrideFolder)
  const installed = installedExecutable(electronFolder)
  if (installed) return { executable: installed, version, isFallback: false, notice: null }

  const hasFallback = isFallbackPossible(process.platform, process.arch)
  const lately = hasFallback ? problemOfLate(version) : null
  const problem = lately ?? (await download(electronFolder, version, repository, progress))
  const downloaded = installedExecutable(electronFolder)
  if (downloaded) return { executable: downloaded, version, isFallback: false, notice: null }

  if (!hasFallback) {
    throw setupError(
      `Electron ${version} cannot be downloaded (${problem}), and there is no other runtime for ${process.platform}-${process.arch}. ` +
        'Set ELECTRON_MIRROR to a mirror, HTTPS_PROXY to a proxy, or ELECTRON_OVERRIDE_DIST_PATH to a folder with an unpacked Electron.',
    )
  }
  const executable = await installFallback({ progress })
  if (lately === null) writeFileSync(problemFile(), JSON.stringify({ version, problem, atMs: Date.now() }))
  const notice = `Electron ${version} cannot be downloaded (${problem}): running on Electron ${fallbackVersion}, for development and tests only.`
  return { executable, version: fallbackVersion, isFallback: true, notice }
}

/**
 * Where the network stalls, asking costs seconds: not at every start, then.
 * @param {string} version
 * @returns {string | null}
 */
function problemOfLate(version) {
  if (!existsSync(problemFile())) return null
  const last = readJson(problemFile())
  return last.version === version && Date.now() - last.atMs < askAgainAfterMs ? last.problem : null
}

function problemFile() {
  return join(cacheFolder('electron'), 'download-problem.json')
}

/** @param {string} folder */
function overriddenRuntime(folder) {
  const executable = join(folder, executableName())
  if (!existsSync(executable)) throw setupError(`ELECTRON_OVERRIDE_DIST_PATH is set, but there is no ${executable}`)
  const versionFile = join(folder, 'version')
  const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim().replace(/^v/, '') : 'unknown'
  return { executable, version, isFallback: false, notice: null }
}

/** @param {string} electronFolder */
function installedExecutable(electronFolder) {
  // electron writes path.txt last: without it an unpacking was cut short.
  if (!existsSync(join(electronFolder, 'path.txt'))) return null
  const executable = join(electronFolder, 'dist', executableName())
  return existsSync(executable) ? executable : null
}

function executableName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

/**
 * Asks with a short limit first: a network that accepts connections and never answers would hold electron's installer for ever.
 * @param {string} electronFolder
 * @param {string} version
 * @param {string} repository
 * @param {import('./progress.mjs').Progress} progress
 * @returns {Promise<string | null>} why it did not work
 */
async function download(electronFolder, version, repository, progress) {
  const url = electronDownloadUrl({ version, repository, platform: process.platform, arch: process.arch, env: process.env })
  const unreachable = await progress.step('Looking for the Electron download', () => whyUnreachable(url, process.env))
  if (unreachable !== null) return unreachable
  return progress.step(`Downloading Electron ${version}`, async () => {
    const env = { ...process.env, ELECTRON_GET_USE_PROXY: 'true' }
    const result = await tryRun(projectNode(), [join(electronFolder, 'install.js')], { env, timeoutMs: installLimitMs })
    if (result.code === 0) return null
    return result.output.trim().split('\n')[0] || 'the download did not end in time'
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const progress = createProgress()
  resolveElectron({ progress }).then(
    ({ executable, notice }) => {
      if (notice) progress.line(notice)
      console.log(executable)
    },
    (error) => {
      console.error(isSetupError(error) ? error.message : error)
      process.exitCode = 1
    },
  )
}
