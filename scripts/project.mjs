// @ts-check
/** Where things are in this project, for all scripts. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = dirname(dirname(fileURLToPath(import.meta.url)))
export const modulesFolder = join(projectRoot, 'node_modules')

/**
 * The Node.js that the lock file brings: tools need a newer one than the machine may have.
 */
export function projectNode() {
  const executable = join(modulesFolder, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  return existsSync(executable) ? executable : process.execPath
}

/**
 * The script behind a command of an installed package, to run with projectNode: the wrappers in node_modules/.bin take whatever
 * node is first in the PATH.
 * @param {string} packageName
 * @param {string} [command]
 */
export function packageCommand(packageName, command = packageName) {
  const folder = join(modulesFolder, packageName)
  const { bin } = readJson(join(folder, 'package.json'))
  const script = typeof bin === 'string' ? bin : bin?.[command]
  if (!script) throw new Error(`${packageName} has no command ${command}`)
  return join(folder, script)
}

/** @param {string} file */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}
