// @ts-check
/**
 * One dockerd of our own on Linux as root, with its own data, socket, network and containerd namespace, so that it neither sees nor
 * disturbs another engine on the machine. Whatever an earlier one left behind (a killed test run) is swept before the next start.
 *
 *   folder/state.json   who owns it and what it made, written before anything is made
 *   folder/docker.sock  the endpoint
 *   folder/data, exec   dockerd's own
 *   folder/dockerd.log
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { setupError, tryRun } from './child.mjs'
import { callEngine, whyEngineIsSilent } from './engine-api.mjs'
import { createNetwork, removeNetwork } from './engine-network.mjs'

const folderPrefix = 'ffd-engine-'
const startLimitMs = 60_000
const stopLimitMs = 30_000

/** @typedef {{ ownerPid: number, enginePid: number, containerdPid: number, network: { bridge: string, subnet: string } | null }} EngineState */

/**
 * @typedef {object} PrivateEngine
 * @property {string} endpoint
 * @property {string} folder
 * @property {(signal: NodeJS.Signals) => Promise<void>} end ends dockerd alone and waits for it; data and network stay
 * @property {(signal: NodeJS.Signals) => void} signal sends a signal to dockerd, for example SIGSTOP
 * @property {() => Promise<void>} restart after `end`: the same engine comes back
 * @property {() => Promise<void>} stop for good; nothing is left
 *
 * @param {{ folder?: string, liveRestore?: boolean, diskMegabytes?: number }} [options] a folder of the caller's choice, made when
 *   missing; whether containers outlive dockerd; a disk of its own of that size, in memory
 * @returns {Promise<PrivateEngine>}
 */
export async function startPrivateEngine({ folder: wantedFolder, liveRestore = false, diskMegabytes } = {}) {
  await sweepLeftovers(wantedFolder)
  if (wantedFolder) mkdirSync(wantedFolder, { recursive: true, mode: 0o711 })
  const folder = wantedFolder ?? mkdtempSync(join(tmpdir(), folderPrefix))
  /** @type {EngineState} */
  const state = { ownerPid: process.pid, enginePid: 0, containerdPid: 0, network: null }
  const saveState = () => writeFileSync(join(folder, 'state.json'), JSON.stringify(state))
  saveState()

  const id = randomBytes(4).toString('hex')
  try {
    if (diskMegabytes !== undefined) {
      mkdirSync(join(folder, 'data'))
      await tryRun('mount', ['-t', 'tmpfs', '-o', `size=${diskMegabytes}m`, 'tmpfs', join(folder, 'data')])
    }
    const network = await createNetwork(id)
    state.network = network
    saveState()
    const endpoint = `unix://${join(folder, 'docker.sock')}`
    // As on a user's computer: dockerd may die and come back, containerd stays. One that dockerd starts itself does not survive it.
    state.containerdPid = spawnContainerd(folder).pid ?? 0
    saveState()
    const start = async () => {
      const engine = spawnEngine(folder, id, network, liveRestore)
      state.enginePid = engine.pid ?? 0
      saveState()
      await waitUntilAnswering(endpoint, engine, folder)
    }
    await start()
    return {
      endpoint,
      folder,
      signal: (signal) => signalProcess(state.enginePid, signal),
      async end(signal) {
        signalProcess(state.enginePid, signal)
        while (isOurEngine(state.enginePid, folder)) await sleep(20)
      },
      restart: start,
      stop: () => cleanUp(folder, state),
    }
  } catch (error) {
    await cleanUp(folder, state)
    throw error
  }
}

/** @param {string} folder */
function spawnContainerd(folder) {
  const file = join(folder, 'containerd.toml')
  const text = (/** @type {string} */ value) => JSON.stringify(value)
  writeFileSync(
    file,
    [
      'version = 2',
      `root = ${text(join(folder, 'data', 'containerd'))}`,
      `state = ${text(join(folder, 'exec', 'containerd'))}`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      '[grpc]',
      `address = ${text(containerdSocket(folder))}`,
      '',
    ].join('\n'),
  )
  const logFile = openSync(join(folder, 'containerd.log'), 'w')
  const containerd = spawn('containerd', ['--config', file], { stdio: ['ignore', logFile, logFile], detached: true })
  // What is wrong with it shows when dockerd cannot reach it.
  containerd.once('error', () => undefined)
  closeSync(logFile)
  return containerd
}

/** @param {string} folder */
function containerdSocket(folder) {
  return join(folder, 'containerd.sock')
}

/**
 * @param {string} folder
 * @param {string} id
 * @param {import('./engine-network.mjs').EngineNetwork} network
 * @param {boolean} liveRestore
 */
function spawnEngine(folder, id, network, liveRestore) {
  const logFile = openSync(join(folder, 'dockerd.log'), 'w')
  const engine = spawn(
    'dockerd',
    [
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'dockerd.pid')],
      ...['--host', `unix://${join(folder, 'docker.sock')}`],
      // Without an own configuration file the one of the machine's engine would be read.
      ...['--config-file', writeConfig(folder, { 'live-restore': liveRestore })],
      ...['--bridge', network.bridge, '--iptables=false', '--mtu', String(network.mtu)],
      ...['--containerd', containerdSocket(folder)],
      ...['--containerd-namespace', `ffd-${id}`, '--containerd-plugins-namespace', `ffd-plugins-${id}`],
    ],
    // Its own process group: Ctrl-C at the terminal must reach the script, which then ends the engine in order.
    { stdio: ['ignore', logFile, logFile], detached: true },
  )
  closeSync(logFile)
  return engine
}

/**
 * @param {string} folder
 * @param {object} config
 */
function writeConfig(folder, config) {
  const file = join(folder, 'daemon.json')
  writeFileSync(file, JSON.stringify(config))
  return file
}

/**
 * @param {string} endpoint
 * @param {import('node:child_process').ChildProcess} engine
 * @param {string} folder
 */
async function waitUntilAnswering(endpoint, engine, folder) {
  /** @type {Error | null} */
  let startError = null
  engine.once('error', (error) => (startError = error))
  const deadlineAt = Date.now() + startLimitMs
  while (Date.now() < deadlineAt) {
    await sleep(100)
    if (startError) throw setupError(`dockerd could not be started: ${/** @type {Error} */ (startError).message}`)
    if (engine.exitCode !== null || engine.signalCode !== null) throw setupError(`dockerd ended at its start:\n${tailOf(join(folder, 'dockerd.log'))}`)
    if ((await whyEngineIsSilent(endpoint)) === null) return
  }
  throw setupError(`dockerd did not answer within ${startLimitMs / 1000} s:\n${tailOf(join(folder, 'dockerd.log'))}`)
}

/** @param {string} file */
function tailOf(file) {
  return readFileSync(file, 'utf8').trim().split('\n').slice(-15).join('\n')
}

/**
 * @param {string} folder
 * @param {EngineState} state
 */
async function cleanUp(folder, state) {
  if (isOurEngine(state.enginePid, folder)) {
    await removeContainers(`unix://${join(folder, 'docker.sock')}`)
    await endProcess(state.enginePid, folder)
  }
  if (isOurEngine(state.containerdPid, folder)) await endProcess(state.containerdPid, folder)
  if (state.network) await removeNetwork(state.network)
  for (const mount of mountsBelow(folder)) await tryRun('umount', ['-l', mount]).catch(() => null)
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

/**
 * Running containers would make dockerd wait 10 s for each of them.
 * @param {string} endpoint
 */
async function removeContainers(endpoint) {
  try {
    const list = await callEngine(endpoint, { method: 'GET', path: '/containers/json?all=1', timeoutMs: 5000 })
    for (const { Id } of JSON.parse(list.body)) {
      await callEngine(endpoint, { method: 'DELETE', path: `/containers/${Id}?force=1&v=1`, timeoutMs: 10_000 })
    }
  } catch {
    // The engine hangs or is gone: the signal that follows deals with both.
  }
}

/**
 * @param {number} pid
 * @param {string} folder
 */
async function endProcess(pid, folder) {
  signalProcess(pid, 'SIGTERM')
  const deadlineAt = Date.now() + stopLimitMs
  while (isOurEngine(pid, folder)) {
    if (Date.now() > deadlineAt) signalProcess(pid, 'SIGKILL')
    await sleep(50)
  }
}

/**
 * @param {number} pid
 * @param {NodeJS.Signals} signal
 */
function signalProcess(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended between the look and the signal.
  }
}

/**
 * A pid alone may belong to somebody else by now; the folder on its command line makes it ours.
 * @param {number} pid
 * @param {string} folder
 */
function isOurEngine(pid, folder) {
  if (!(pid > 0)) return false
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${folder}/`)
  } catch {
    return false
  }
}

/** @param {string} folder */
function mountsBelow(folder) {
  const mountPoints = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
  return mountPoints.filter((mountPoint) => mountPoint.startsWith(`${folder}/`)).reverse()
}

/** @param {string | undefined} alsoFolder */
async function sweepLeftovers(alsoFolder) {
  const folders = readdirSync(tmpdir())
    .filter((name) => name.startsWith(folderPrefix))
    .map((name) => join(tmpdir(), name))
  for (const folder of new Set([...folders, ...(alsoFolder ? [alsoFolder] : [])])) {
    const state = readState(folder)
    if (!state) continue
    if (!isAlive(state.ownerPid)) await cleanUp(folder, state)
    else if (folder === alsoFolder) throw setupError(`A test engine already runs in ${folder} (process ${state.ownerPid})`)
  }
}

/**
 * @param {string} folder
 * @returns {EngineState | null}
 */
function readState(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'))
  } catch {
    return null
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
