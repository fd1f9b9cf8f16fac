// @ts-check
/** Pure but for reading files: whether what was installed and built still fits the lock file and the sources. */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean, peer?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} LockFile
 */

/**
 * npm keeps a lock file of what it really installed. Optional packages of other platforms are rightly missing from it; anything else
 * that differs means that node_modules is not what the lock file says.
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile | null} installed node_modules/.package-lock.json
 */
export function isInstallStale(wanted, installed) {
  if (!wanted.packages || !installed?.packages) return true
  const wantedPackages = Object.entries(wanted.packages).filter(([path]) => path !== '')
  const installedPackages = installed.packages
  const isMissing = wantedPackages.some(([path, { version, optional }]) => {
    const there = installedPackages[path]
    return there ? there.version !== version : !optional
  })
  return isMissing || Object.keys(installedPackages).some((path) => !wanted.packages?.[path])
}

/**
 * A hash of everything that the build reads.
 * @param {string} root
 */
export function hashOfSources(root) {
  const hash = createHash('sha256')
  const files = [
    ...['package.json', 'package-lock.json', 'electron.vite.config.ts', 'tsconfig.base.json'],
    ...['src-shared', 'src-main', 'src-renderer'].flatMap((folder) => filesBelow(root, folder)),
  ]
  for (const file of files.sort()) {
    const content = readIfThere(join(root, file))
    if (content !== null) hash.update(`${file.replaceAll(sep, '/')}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(root, path)
    return /\.test\.tsx?$/.test(entry.name) ? [] : [path]
  })
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file)
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return null
    throw error
  }
}
