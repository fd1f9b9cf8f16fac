/** The doctor: what the app needs around it, in which state it is, and what to do about it. Looks, never changes anything. */
import { statfs } from 'node:fs/promises'
import type { EngineStatus, ToolHealth, WorkerImageStatus } from '@shared/contract/tools'
import type { RefusedCall } from '../docker/proxy-check'
import type { NetworkEnvironment } from '../platform/network-environment'
import { runTool } from '../platform/process'
import type { UvBinary } from '../uv/uv-binary'

export type HealthInput = {
  engine: () => Promise<EngineStatus>
  /** null: no proxy before the engine, or no engine. */
  refusedCalls: () => Promise<RefusedCall[] | null>
  workerImage: () => Promise<WorkerImageStatus>
  uv: () => Promise<UvBinary | null>
  network: () => Promise<NetworkEnvironment>
  env: NodeJS.ProcessEnv
  userDataDir: string
  settingsProblems: () => string[]
  damagedDatabase: string | null
  databaseHasWal: boolean
}

const lowDiskBytes = 2 * 1024 ** 3

export async function checkHealth(input: HealthInput): Promise<ToolHealth[]> {
  const engine = await input.engine()
  const lines = await Promise.all([
    engineHealth(engine),
    engineProxyHealth(input),
    imageHealth(engine, input),
    uvHealth(engine, input),
    gitHealth(input.env),
    diskHealth(input.userDataDir),
    certificateHealth(input),
    proxyHealth(input),
    userDataHealth(input),
  ])
  return lines.filter((line) => line !== null)
}

function engineHealth(engine: EngineStatus): ToolHealth {
  if (engine.state === 'ready') return { id: 'engine', state: 'ok', detail: `Engine ${engine.version ?? ''} (${engine.architecture ?? 'unknown architecture'}) at ${engine.endpoint ?? ''}`, hint: null, action: null }
  return { id: 'engine', state: 'warning', detail: 'No container engine answers: pipelines run on this computer, not isolated.', hint: engine.reason, action: 'recheck' }
}

/** Names every call that is refused, with one sentence for what to set. */
async function engineProxyHealth({ refusedCalls }: HealthInput): Promise<ToolHealth | null> {
  const refused = await refusedCalls()
  if (refused === null) return null
  const needed = refused.filter(({ isNeeded }) => isNeeded)
  const missing = (needed.length > 0 ? needed : refused).flatMap(({ switches }) => switches.split(' '))
  const detail = refused.length === 0 ? 'It lets every call of the app through.' : `It refuses: ${refused.map(({ call }) => call).join(', ')}.`
  if (refused.length === 0) return { id: 'engine-proxy', state: 'ok', detail, hint: null, action: null }
  const set = [...new Set(missing)].join(' ')
  return needed.length > 0
    ? { id: 'engine-proxy', state: 'missing', detail, hint: `Runs need what it refuses: set ${set} at the proxy and restart it.`, action: 'recheck' }
    : { id: 'engine-proxy', state: 'ok', detail, hint: `Runs do without; to have it known how much the engine has and runs use, set ${set} at the proxy.`, action: null }
}

async function imageHealth(engine: EngineStatus, { workerImage }: HealthInput): Promise<ToolHealth> {
  if (engine.state !== 'ready') return { id: 'worker-image', state: 'warning', detail: 'Not known while no container engine answers.', hint: null, action: null }
  const image = await workerImage()
  switch (image.state) {
    case 'present':
      return { id: 'worker-image', state: 'ok', detail: `${image.reference} ${(image.digest ?? '').slice(0, 19)}`.trim(), hint: null, action: null }
    case 'pulling':
      return { id: 'worker-image', state: 'warning', detail: `${image.reference} is being pulled.`, hint: null, action: null }
    case 'failed':
      return { id: 'worker-image', state: 'missing', detail: image.error ?? 'The pull failed.', hint: 'Check the network and try again; without a registry, "npm run worker-image" builds an equivalent image.', action: 'pull-image' }
    case 'absent':
    case 'unknown':
      return { id: 'worker-image', state: 'warning', detail: `${image.reference} is not on this computer yet.`, hint: 'The first run pulls it; or pull it now.', action: 'pull-image' }
  }
}

async function uvHealth(engine: EngineStatus, { uv }: HealthInput): Promise<ToolHealth> {
  const found = await uv()
  if (found) return { id: 'uv', state: 'ok', detail: `uv ${found.version} at ${found.path}`, hint: null, action: null }
  const needed = engine.state !== 'ready'
  return { id: 'uv', state: needed ? 'missing' : 'ok', detail: 'uv is not on this computer; only runs without a container need it.', hint: needed ? 'It is fetched with the first run; or fetch it now.' : null, action: 'fetch-uv' }
}

/** By minor version the first release with the corrections; older minors have none. */
const fixedGit: Record<number, number> = { 43: 7, 44: 4, 45: 4, 46: 4, 47: 3, 48: 2, 49: 1, 50: 1 }

/** RELIABILITY.md T21. Of a version that cannot be read nothing is said. */
export function isFixedGit(version: string): boolean {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)
  if (match === null) return true
  const [major, minor, patch] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)]
  if (major > 2) return true
  return major === 2 && (minor > 50 || patch >= (fixedGit[minor] ?? Infinity))
}

async function gitHealth(env: NodeJS.ProcessEnv): Promise<ToolHealth> {
  const result = await runTool('git', ['--version'], { env, timeoutMs: 5000 })
  const version = /git version (\S+)/.exec(result.stdout)?.[1]
  if (version !== undefined && !isFixedGit(version)) {
    return { id: 'git', state: 'warning', detail: `git ${version} has known holes: cloning a repository that was made for it can execute its code (CVE-2025-48384).`, hint: 'Update git to 2.43.7, 2.45.4, 2.47.3, 2.49.1, 2.50.1 or newer; your distribution may have corrected it under the old number. Until then clone only what you trust.', action: 'recheck' }
  }
  return version
    ? { id: 'git', state: 'ok', detail: `git ${version}`, hint: null, action: null }
    : { id: 'git', state: 'warning', detail: 'git was not found: runs are recorded without their commit.', hint: 'Install git and check again.', action: 'recheck' }
}

async function diskHealth(folder: string): Promise<ToolHealth> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const detail = `${(free / 1024 ** 3).toFixed(1)} GB free for logs and the cache in ${folder}`
  return free < lowDiskBytes ? { id: 'disk', state: 'warning', detail, hint: 'Free some space: logs that do not fit are cut.', action: 'recheck' } : { id: 'disk', state: 'ok', detail, hint: null, action: null }
}

async function certificateHealth({ network }: HealthInput): Promise<ToolHealth> {
  const { caSource, caBundleFile, problem } = await network()
  if (problem !== null) return { id: 'certificates', state: 'missing', detail: problem, hint: 'Set a PEM file with your network\'s certificate authority.', action: 'open-settings' }
  return { id: 'certificates', state: 'ok', detail: caBundleFile === null ? 'The usual certificate authorities.' : `The usual certificate authorities and those of ${caSource ?? 'the settings'}.`, hint: null, action: null }
}

async function proxyHealth({ network }: HealthInput): Promise<ToolHealth> {
  const { proxyEnv } = await network()
  const names = Object.keys(proxyEnv).filter((name) => name === name.toUpperCase())
  const loopback = Object.values(proxyEnv).some((value) => /\/\/(?:[^@/]*@)?(?:localhost|127\.|\[::1\])/.test(value))
  if (loopback) return { id: 'proxy', state: 'warning', detail: `${names.join(', ')} names a proxy on this computer.`, hint: 'A container does not reach it by that name: set an address that is valid in the container network.', action: 'open-settings' }
  return { id: 'proxy', state: 'ok', detail: names.length === 0 ? 'No proxy.' : `Handed to every run: ${names.join(', ')}`, hint: null, action: null }
}

function userDataHealth({ userDataDir, settingsProblems, damagedDatabase, databaseHasWal }: HealthInput): ToolHealth {
  const [problem] = settingsProblems()
  if (problem !== undefined) return { id: 'user-data', state: 'warning', detail: problem, hint: 'Correct the settings file.', action: 'open-settings' }
  if (damagedDatabase !== null) return { id: 'user-data', state: 'warning', detail: `The history was damaged; it was put aside as ${damagedDatabase} and begun anew.`, hint: 'Log files are kept in the logs folder beside it.', action: null }
  if (!databaseHasWal) return { id: 'user-data', state: 'warning', detail: `${userDataDir} is on a file system without shared memory, such as a network drive: the history works, slower.`, hint: 'Choose a folder on a local disk with --user-data-dir.', action: null }
  return { id: 'user-data', state: 'ok', detail: userDataDir, hint: null, action: null }
}
