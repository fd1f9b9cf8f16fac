/** Where the app keeps its own things. The window and the CLI must agree, so neither asks Electron. */
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

export type UserDataLayout = {
  root: string
  settingsFile: string
  databaseFile: string
  /** Log files of runs, kept. */
  logsDir: string
  /** Files of live runs that containers may mount; emptied by the runs themselves. */
  runDir: string
  /** uv itself, where it was not found on PATH. */
  uvDir: string
  /** Cache and Pythons of host runs. */
  hostCacheDir: string
  /** Working trees for runs of earlier commits, as long as these run. */
  checkoutsDir: string
  appLogFile: string
  /** What was discarded of working trees, for 30 days. */
  discardedDir: string
}

const productName = 'Fast-Flow Desktop'

export type UserDataInput = { env: NodeJS.ProcessEnv; platform: NodeJS.Platform; homeDir: string }

/** The folder that the platform's conventions give an app of this name. */
export function defaultUserDataDir({ env, platform, homeDir }: UserDataInput): string {
  switch (platform) {
    case 'darwin':
      return join(homeDir, 'Library', 'Application Support', productName)
    case 'win32':
      return join(env.APPDATA || join(homeDir, 'AppData', 'Roaming'), productName)
    default:
      return join(env.XDG_CONFIG_HOME || join(homeDir, '.config'), productName)
  }
}

/** The user's own copy of the samples: in the home folder, where people find it, unless a profile of its own was asked for. */
export function userSamplesDir(userDataDir: string, input: UserDataInput): string {
  return userDataDir === defaultUserDataDir(input) ? join(input.homeDir, 'fast-flow-samples') : join(userDataDir, 'fast-flow-samples')
}

/** Creates the folders, readable by the user alone: logs may hold what pipelines print. */
export function prepareUserData(root: string): UserDataLayout {
  const layout: UserDataLayout = {
    root,
    settingsFile: join(root, 'settings.json'),
    databaseFile: join(root, 'history.db'),
    logsDir: join(root, 'logs'),
    runDir: join(root, 'run'),
    uvDir: join(root, 'uv'),
    hostCacheDir: join(root, 'host-cache'),
    checkoutsDir: join(root, 'checkouts'),
    appLogFile: join(root, 'app.log'),
    discardedDir: join(root, 'discarded'),
  }
  mkdirSync(root, { recursive: true })
  if (process.platform !== 'win32') chmodSync(root, 0o700)
  for (const dir of [layout.logsDir, layout.runDir]) mkdirSync(dir, { recursive: true })
  return layout
}
