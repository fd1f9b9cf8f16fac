/** The headless entry: the same engine and the same contract as the window, without Electron. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { toWireError, type ErrorCode } from '@shared/app-error'
import packageJson from '../../package.json'
import { createApi, type Api } from '../api'
import { createEngine, type Engine } from '../engine/engine'
import { defaultUserDataDir, userSamplesDir } from '../engine/platform/user-data'
import { cacheCheckCommand } from './cache-check-command'
import { cacheCommand } from './cache-command'
import { checkCommand } from './check-command'
import { pushCommand, statusCommand, syncCommand } from './git-commands'
import { parseInvocation, usage, type Invocation } from './invocation'
import type { Terminal } from './follow-operation'
import { doctorCommand, listCommand, logsCommand, runsCommand } from './look-commands'
import { createOutput, type Output } from './output'
import { preheatCommand } from './preheat-command'
import { exitCodes, runCommand } from './run-command'
import { scheduleCommand } from './schedule-command'
import { encryptCommand, readAll, readSecretValue, secretsCommand } from './secrets-command'
import { stopCommand } from './stop-command'
import { settleTrust, terminalConfirmation } from './trust'

async function main(argv: string[]): Promise<number> {
  const output = createOutput({ stdout: process.stdout, stderr: process.stderr })
  const parsed = parseInvocation(argv)
  if (!parsed.ok) {
    output.say(`${parsed.problem}\n\n${usage}`)
    return exitCodes.usage
  }
  const { invocation } = parsed
  if (invocation.command === 'help') {
    await output.line(usage)
    return exitCodes.ok
  }
  let engine: Engine | null = null
  try {
    engine = openEngine(invocation.userDataDir)
    const api = createApi(engine, { pickFolder: () => Promise.resolve(null), pickCacheFile: () => Promise.resolve(null), reveal: () => undefined, runtime: `Node ${process.versions.node}`, notices: [] }, packageJson.version)
    if (invocation.command !== 'doctor') await openWorkspace(api, invocation.workspace ?? (ofCurrentFolder.has(invocation.command) ? process.cwd() : null))
    return await carryOut(invocation, api, engine, output)
  } catch (error) {
    const wire = toWireError(error)
    if (invocation.json) await output.json({ type: 'error', error: wire })
    output.say(wire.message)
    return refusals.includes(wire.code) ? exitCodes.usage : exitCodes.failed
  } finally {
    await engine?.dispose()
  }
}

/** A hook of git and a job of CI are about the repository that they run in. */
const ofCurrentFolder = new Set<Invocation['command']>(['status', 'check', 'push', 'sync'])

const refusals: ErrorCode[] = [
  'git/no-repository',
  'git/not-found',
  'input/invalid',
  'pipeline/disabled',
  'pipeline/invalid-config',
  'pipeline/not-found',
  'pipeline/no-webhook',
  'run/not-found',
  'run/unknown-config',
  'secret/no-key',
  'secret/unavailable',
  'workspace/not-a-folder',
  'workspace/unreadable',
  'workspace/untrusted',
  'workspace/vanished',
]

function openEngine(dir: string | null): Engine {
  const input = { env: process.env, platform: process.platform, homeDir: homedir() }
  const userDataDir = dir === null ? defaultUserDataDir(input) : resolve(dir)
  return createEngine({
    userDataDir,
    samplesDir: join(__dirname, '..', '..', 'resources', 'samples'),
    workerDir: join(__dirname, '..', '..', 'resources', 'worker'),
    // A command ends with its run.
    followUps: { restarts: false, chains: false },
    adoptsRuns: false,
    preheats: false,
    userSamplesDir: userSamplesDir(userDataDir, input),
    homeDir: input.homeDir,
    platform: input.platform,
    // What is run from a terminal must not change which folder the window opens.
    rememberWorkspaces: false,
  })
}

async function openWorkspace(api: Api, dir: string | null): Promise<void> {
  const path = dir === null ? (await api('workspace.current', {})).recent[0] : resolve(dir)
  if (path === undefined) await api('workspace.openSamples', {})
  else await api('workspace.open', { path })
}

async function carryOut(invocation: Exclude<Invocation, { command: 'help' }>, api: Api, engine: Engine, output: Output): Promise<number> {
  const common = { api, events: engine.events, output }
  if ('trust' in invocation) await settleTrust({ api, output, trust: invocation.trust, confirm: terminalConfirmation() })
  switch (invocation.command) {
    case 'list':
      // Whether a pipeline is warm depends on the engine: have the first look behind us.
      await engine.connection.client().catch(() => undefined)
      await engine.cache.look()
      return listCommand({ ...common, invocation })
    case 'run':
      return runCommand({ ...common, invocation, onInterrupt })
    case 'runs':
      return runsCommand({ ...common, invocation })
    case 'preheat':
      return preheatCommand({ ...common, invocation, onInterrupt })
    case 'cache':
      return cacheCommand({ ...common, invocation, onInterrupt })
    case 'cache-check':
      return cacheCheckCommand({ ...common, invocation, onInterrupt })
    case 'status':
      return statusCommand({ ...common, invocation })
    case 'check':
      return checkCommand({ ...common, invocation, readAll })
    case 'push':
      return pushCommand({ ...common, invocation, onInterrupt, terminal: openTerminal() })
    case 'sync':
      return syncCommand({ ...common, invocation, onInterrupt, terminal: openTerminal() })
    case 'stop':
      return stopCommand({ ...common, invocation })
    case 'schedule':
      return scheduleCommand({ ...common, invocation })
    case 'secrets':
      return secretsCommand({ ...common, invocation, readValue: readSecretValue })
    case 'encrypt':
      return encryptCommand({ ...common, invocation, readValue: readSecretValue })
    case 'logs':
      return logsCommand({ ...common, invocation })
    case 'doctor':
      return doctorCommand({ ...common, invocation })
  }
}

/** null where nobody is there to answer. */
function openTerminal(): Terminal | null {
  const confirm = terminalConfirmation()
  return confirm === null ? null : { confirm, readHidden: readSecretValue }
}

function onInterrupt(listener: () => void): void {
  process.on('SIGINT', listener)
  process.on('SIGTERM', listener)
  // Nobody reads any more (`ffdesk run … | head`): what would come is for nobody.
  process.stdout.on('error', listener)
}

main(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`${toWireError(error).message}\n`)
    process.exit(exitCodes.failed)
  },
)
