// @ts-check
/**
 * System libraries and programs that are not in the lock file. On Debian and Ubuntu as root what is missing is installed with apt;
 * everywhere else the exact command is named and the person decides.
 */
import { accessSync, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run, setupError, tryRun } from './child.mjs'
import { isInstallPossible, missingLibraries, packagesOfLibraries, parseOsRelease, probeOf } from './package-names.mjs'

const aptWaitSeconds = 600

/** @typedef {{ why: string, progress: import('./progress.mjs').Progress }} Purpose */

/**
 * Resolves when all of them are there, having installed them if that is possible here.
 * @param {string[]} packages Debian's names
 * @param {Purpose} purpose
 */
export async function requirePackages(packages, purpose) {
  const missing = await missingPackages(packages)
  if (missing.length > 0) await install(missing, purpose)
}

/**
 * What Electron needs to open a window; with a virtual display where there is no screen.
 * @param {string} executable
 * @param {Purpose & { withVirtualDisplay?: boolean }} options
 */
export async function requireElectronLibraries(executable, { withVirtualDisplay = false, ...purpose }) {
  if (process.platform !== 'linux') return
  const linked = await tryRun('ldd', [executable])
  const libraries = missingLibraries(linked.output)
  const packages = await missingPackages(withVirtualDisplay ? ['xvfb', 'fonts-dejavu-core'] : ['fonts-dejavu-core'])
  if (libraries.length > 0) packages.push(...packagesOfLibraries(libraries, await availablePackages()))
  if (packages.length > 0) await install(packages, purpose)
  const stillMissing = libraries.length > 0 ? missingLibraries((await tryRun('ldd', [executable])).output) : []
  if (stillMissing.length > 0) throw setupError(`Electron needs libraries that are not installed: ${stillMissing.join(', ')}`)
}

/** @param {string[]} packages */
async function missingPackages(packages) {
  const missing = []
  for (const name of packages) if (!(await isPresent(name))) missing.push(name)
  return missing
}

/**
 * By what the package is for, not by dpkg's list: a Docker or a Python from elsewhere is as good.
 * @param {string} name
 */
async function isPresent(name) {
  const probe = probeOf(name)
  switch (probe.kind) {
    case 'program':
      return isOnPath(probe.program)
    case 'python-module':
      return (await tryRun('python3', ['-c', `import ${probe.module}`]).catch(() => null))?.code === 0
    case 'file':
      return existsSync(probe.file)
    case 'font':
      return isOnPath('fc-list') ? (await tryRun('fc-list', [])).stdout.trim() !== '' : existsSync('/usr/share/fonts/truetype')
  }
}

/** @param {string} program */
export function isOnPath(program) {
  // Engines and firewalls live in sbin, which the PATH of a plain user's shell leaves out.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program))
      return true
    } catch {
      return false
    }
  })
}

/**
 * @param {string[]} packages
 * @param {Purpose} purpose
 */
async function install(packages, { why, progress }) {
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`
  if (!isInstallPossible(readOsRelease(), process.getuid?.())) {
    throw setupError(`Missing ${why}: ${packages.join(', ')}. On Debian and Ubuntu install them with\n  sudo ${command}`)
  }
  // Another apt may be at work (unattended upgrades): wait for it instead of failing.
  const wait = ['-o', `DPkg::Lock::Timeout=${aptWaitSeconds}`]
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'a' }
  await progress.step(`Installing ${packages.join(', ')} ${why}`, async (report) => {
    const known = await availablePackages()
    if (packages.some((name) => !known.has(name))) {
      report('package lists')
      await updateLists(wait, env)
    }
    const onLine = (/** @type {string} */ line) => report(line.slice(0, 60))
    const first = await tryRun('apt-get', [...wait, 'install', '--yes', '--no-install-recommends', ...packages], { env, onLine })
    if (first.code === 0) return
    // Lists that are there but old name versions that the mirror has dropped.
    await updateLists(wait, env)
    await run('apt-get', [...wait, 'install', '--yes', '--no-install-recommends', ...packages], { env, onLine })
  })
}

/**
 * A source of somebody else's that cannot be reached is no reason to stop: the install tells what is missing.
 * @param {string[]} wait
 * @param {NodeJS.ProcessEnv} env
 */
async function updateLists(wait, env) {
  const lockWaitUntil = Date.now() + aptWaitSeconds * 1000
  for (;;) {
    const { output } = await tryRun('apt-get', [...wait, 'update'], { env })
    // `update` does not honour the time-out for the lock of the lists in every version of apt.
    if (!/Could not get lock/.test(output) || Date.now() > lockWaitUntil) return
    await new Promise((resolve) => setTimeout(resolve, 2000))
  }
}

async function availablePackages() {
  const result = await tryRun('apt-cache', ['pkgnames']).catch(() => null)
  return new Set(result?.stdout.split('\n') ?? [])
}

function readOsRelease() {
  try {
    return parseOsRelease(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return []
  }
}
