// @ts-check
/** The steps between a fresh clone and something that can be started: dependencies from the lock file, and the build. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './child.mjs'
import { modulesFolder, packageCommand, projectNode, projectRoot, readJson } from './project.mjs'
import { withLock } from './set-up-lock.mjs'
import { hashOfSources, isInstallStale } from './staleness.mjs'

const installedLockFile = join(modulesFolder, '.package-lock.json')
const outFolder = join(projectRoot, 'out')
const buildStampFile = join(outFolder, 'built-from')
const builtFiles = ['main/main.js', 'main/cli.js', 'preload/preload.js', 'renderer/index.html']

/** @typedef {{ progress: import('./progress.mjs').Progress }} SetUpOptions */

/** @param {SetUpOptions} options */
export async function ensureDependencies({ progress }) {
  if (!areDependenciesStale()) return
  await withLock(lockFile(), async () => {
    if (!areDependenciesStale()) return
    await progress.step('Installing dependencies (npm ci)', () => run('npm', ['ci', '--no-audit', '--no-fund', '--include=dev'], { cwd: projectRoot }))
  })
}

function areDependenciesStale() {
  const installed = existsSync(installedLockFile) ? readJson(installedLockFile) : null
  return isInstallStale(readJson(join(projectRoot, 'package-lock.json')), installed)
}

/**
 * Needs the dependencies.
 * @param {SetUpOptions} options
 */
export async function ensureBuild({ progress }) {
  if (!isBuildStale()) return
  await withLock(lockFile(), async () => {
    if (!isBuildStale()) return
    // The hash from before the build: what changes meanwhile is built the next time.
    const hash = hashOfSources(projectRoot)
    rmSync(buildStampFile, { force: true })
    await progress.step('Building', () => run(projectNode(), [packageCommand('electron-vite'), 'build'], { cwd: projectRoot }))
    mkdirSync(outFolder, { recursive: true })
    writeFileSync(buildStampFile, hash)
  })
}

function isBuildStale() {
  if (!existsSync(buildStampFile) || builtFiles.some((file) => !existsSync(join(outFolder, file)))) return true
  return readFileSync(buildStampFile, 'utf8') !== hashOfSources(projectRoot)
}

function lockFile() {
  const folder = join(projectRoot, '.cache')
  mkdirSync(folder, { recursive: true })
  return join(folder, 'set-up.lock')
}

/** @param {SetUpOptions} options */
export async function setUp(options) {
  await ensureDependencies(options)
  await ensureBuild(options)
}
