// @ts-check
/** Where the scripts keep what is expensive to get again: the folder for caches of the user who runs them. */
import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Makes the folder when it is missing.
 * @param {string[]} parts folders below ours
 */
export function cacheFolder(...parts) {
  const folder = join(userCacheFolder(process.platform, process.env, homedir()), 'fast-flow-desktop', ...parts)
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} env
 * @param {string} home
 */
export function userCacheFolder(platform, env, home) {
  if (platform === 'darwin') return join(home, 'Library', 'Caches')
  if (platform === 'win32') return env['LOCALAPPDATA'] || join(home, 'AppData', 'Local')
  return env['XDG_CACHE_HOME'] || join(home, '.cache')
}
