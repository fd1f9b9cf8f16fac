/**
 * Runs a pipeline with uv on this computer, for when no container engine answers. Same command, environment and observable
 * start as in the container, but no isolation and no limits: every place that shows such a run says so.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join, parse } from 'node:path'
import { AppError } from '@shared/app-error'
import { notebookRunnerFile } from '../docker/runner-volume'
import { notebookToken } from '../notebooks/notebook-message'
import type { NetworkEnvironment } from '../platform/network-environment'
import { createHostProcesses } from '../platform/host-process'
import { killGroup } from '../platform/process'
import type { UserDataLayout } from '../platform/user-data'
import { quoteCommand, uvRunArguments } from '../uv/command'
import type { UvFinder } from '../uv/uv-binary'
import { makeHostFolders } from './host-folders'
import { hostEnvironment } from './run-environment'
import { makeRouteFile, readRoute, removeRouteFile } from './route-file'
import { notStarted, signalOfExitCode, type Runner, type RunnerExit, type RunnerHooks, type RunSpec, type Setup } from './runner'

export type HostRunnerDeps = {
  uv: UvFinder
  layout: UserDataLayout
  network: () => Promise<NetworkEnvironment>
  env: () => NodeJS.ProcessEnv
  /** Folder of the notebook runner. */
  workerDir: string
  setup: (uvVersion: string, spec: RunSpec) => Promise<Setup>
}

/** When the group has ended, what it wrote is in the pipe already; a pipe that stays open longer belongs to a process that left the group. */
const drainMs = 2000

/** One cache per workspace, as with containers: a cache holds code that runs. */
export function hostCacheFolder(layout: UserDataLayout, workspaceRoot: string): string {
  return join(layout.hostCacheDir, createHash('sha256').update(workspaceRoot).digest('hex').slice(0, 16))
}

export function createHostRunner(deps: HostRunnerDeps): Runner {
  const processes = createHostProcesses(deps.layout.runDir)
  return {
    kind: 'host',
    // A process of an earlier app cannot be watched; recovery ends it.
    adopt: () => Promise.resolve(null),
    async run(spec, hooks, stop) {
      const uv = await deps.uv.require()
      const network = await deps.network()
      if (network.problem !== null) hooks.onNotice({ severity: 'warning', message: network.problem })
      if (stop.aborted) return notStarted
      const cache = hostCacheFolder(deps.layout, spec.workspaceRoot)
      makeHostFolders([cache])
      const routeFile = makeRouteFile(deps.layout.runDir, spec.runId, false)
      try {
        const requirementsFile = spec.requirements === null ? null : join(spec.pipelineDir, spec.requirements)
        const notebook = spec.entryPoint === 'main.py' ? null : { runnerFile: join(deps.workerDir, notebookRunnerFile), token: notebookToken(spec.runId), pipelineName: spec.pipelineName }
        const argv = uvRunArguments({ appDir: spec.pipelineDir, requirementsFile, notebook }, spec.pythonVersion)
        const { warmKey, isOffline, notice } = await deps.setup(uv.version, spec)
        if (notice !== null) hooks.onNotice({ severity: 'warning', message: notice })
        hooks.onFacts({ uvVersion: uv.version, commandLine: quoteCommand([uv.path, ...argv]), warmKey, ranOffline: isOffline })
        hooks.onStarting()
        const folders = { cacheDir: join(cache, 'uv'), pythonDir: join(deps.layout.hostCacheDir, 'python'), routeFile }
        const exit = await runProcess(uv.path, argv, hostEnvironment(deps.env(), folders, network, isOffline, spec.env), spec.stopGraceSeconds, hooks, stop, (processId) => void processes.note(spec.runId, processId))
        return { ...exit, route: readRoute(deps.layout.runDir, spec.runId) }
      } finally {
        processes.forget(spec.runId)
        removeRouteFile(deps.layout.runDir, spec.runId)
      }
    },
  }
}

async function runProcess(file: string, argv: string[], env: Record<string, string>, graceSeconds: number, hooks: RunnerHooks, stop: AbortSignal, onProcess: (processId: number) => void): Promise<RunnerExit> {
  const child = spawn(file, argv, {
    env,
    // The server's uv runs in `/` as well: a pyproject.toml or uv.toml of the pipeline's folder must not be found (FASTFLOW.md §3.3).
    cwd: parse(process.cwd()).root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of it can be ended.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  child.stdout.on('data', (chunk: Buffer) => hooks.onOutput('stdout', chunk))
  child.stderr.on('data', (chunk: Buffer) => hooks.onOutput('stderr', chunk))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const exited = new Promise<RunnerExit>((resolve, reject) => {
    child.once('error', (error) => reject(new AppError('tool/missing', `uv could not be started (${error.message}). Check ${file}.`, { file }, { cause: error })))
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal: signal ?? signalOfExitCode(exitCode), outOfMemory: false, route: null, stopped: stop.aborted, engineWasLost: false }))
  })
  child.once('spawn', () => {
    if (child.pid !== undefined) onProcess(child.pid)
    hooks.onStarted()
  })

  let killTimer: NodeJS.Timeout | undefined
  const onStop = (): void => {
    askToEnd(child)
    killTimer = setTimeout(() => void killGroup(child), graceSeconds * 1000)
  }
  stop.addEventListener('abort', onStop, { once: true })
  if (stop.aborted) onStop()
  try {
    const exit = await exited
    clearTimeout(killTimer)
    // What the pipeline left running in the background would keep the pipes open for ever; a container would end it too.
    await killGroup(child)
    if (!(await settlesWithin(closed, drainMs))) {
      hooks.onNotice({ severity: 'warning', message: 'A process that the pipeline started left its group and still runs; what it writes from now on is not kept. End it by hand.' })
      child.stdout.destroy()
      child.stderr.destroy()
    }
    return exit
  } finally {
    clearTimeout(killTimer)
    stop.removeEventListener('abort', onStop)
  }
}

async function settlesWithin(promise: Promise<void>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), timeoutMs)))
  const settled = await Promise.race([promise.then(() => true), late])
  clearTimeout(timer)
  return settled
}

/** uv hands SIGTERM on to Python, as it does as the container's main process (RELIABILITY.md F4). Windows knows no SIGTERM. */
function askToEnd(child: ChildProcess): void {
  if (process.platform === 'win32') void killGroup(child)
  else child.kill('SIGTERM')
}
