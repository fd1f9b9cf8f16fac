/** Starts the real Electron app on a profile of its own and ends it again. Nothing of the user's is read or written. */
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { _electron, type ElectronApplication } from 'playwright'
import { createAppPage, type AppPage } from './app-page'

const projectRoot = resolve(import.meta.dirname, '..')

export type Profile = { userDataDir: string; samplesDir: string; remove(): void }

export function createProfile(): Profile {
  const userDataDir = mkdtempSync(join(tmpdir(), 'ffd-e2e-'))
  return { userDataDir, samplesDir: join(userDataDir, 'fast-flow-samples'), remove: () => rmSync(userDataDir, { recursive: true, force: true }) }
}

/** Adds or replaces a file of the sample workspace, for example `demo/main.py`. */
export function writeSample({ samplesDir }: Profile, path: string, text: string): void {
  const file = join(samplesDir, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  // The run user of a workspace that belongs to root.
  if (process.getuid?.() === 0) for (const owned of [dirname(file), file]) chownSync(owned, 1001, 1001)
}

export type RunningApp = { electron: ElectronApplication; page: AppPage; close(): Promise<void> }

/** The engine that scripts/test.mjs started; null where none can be had. */
export const testEngine = process.env.FFD_TEST_ENGINE ?? null

const closeLimitMs = 20_000

/** `engine` null: the app finds none, whatever this computer has. */
export async function startApp(profile: Profile, { engine }: { engine: string | null }): Promise<RunningApp> {
  const executablePath = process.env.FFD_TEST_ELECTRON
  if (executablePath === undefined) throw new Error('FFD_TEST_ELECTRON names no Electron: run these tests with `npm test`')
  const electron = await _electron.launch({
    executablePath,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), projectRoot, `--user-data-dir=${profile.userDataDir}`, '--force-device-scale-factor=1'],
    env: { ...inheritedEnv(), DOCKER_HOST: engine ?? 'unix:///nowhere/engine.sock', LANG: 'en_US.UTF-8' },
    timeout: 60_000,
  })
  const window = await electron.firstWindow()
  return {
    electron,
    page: createAppPage(window),
    async close() {
      const child = electron.process()
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = new Promise((resolve) => child.once('exit', resolve))
      // The orderly way: the app stops its runs and removes the container that it keeps ready, without asking.
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), closeLimitMs)
      await exited
      clearTimeout(timer)
      await electron.close().catch(() => undefined)
    },
  }
}

function inheritedEnv(): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined && !/^(DOCKER_|ELECTRON_|NODE_OPTIONS|VITEST)/.test(name)) result[name] = value
  return result
}
