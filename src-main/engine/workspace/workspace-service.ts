/**
 * Which folder is open and whether it can be used. Watches it, notices when it vanishes and when it returns, and says where
 * its pipelines are. What the changes on disk mean is for the catalog and the files to find out.
 */
import { access, constants, realpath, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { AppError } from '@shared/app-error'
import type { Workspace, WorkspaceState } from '@shared/contract/workspace'
import { hasErrorCode } from '../platform/error-code'
import type { ChangedPaths } from './change-batcher'
import { choosePipelinesDir } from './pipelines-dir'
import { provideSamples } from './sample-copy'
import { untrustedWorkspace } from './untrusted'
import { watchFolder, type FolderWatch } from './watch'

export type WorkspaceServiceDeps = {
  /** Absolute paths of workspaces that were open, newest first. */
  store: { recent(): string[]; remember(path: string): void; isTrusted(root: string): boolean; trust(root: string): void }
  settings: () => { pipelinesSubdir: string }
  publish: (state: WorkspaceState) => void
  samplesDir: string
  userSamplesDir: string
  /** Something below the open root changed. */
  onDisk: (paths: ChangedPaths) => void
}

export type WorkspaceService = {
  current(): WorkspaceState
  /** Errors: workspace/vanished (no such folder), workspace/not-a-folder, workspace/unreadable, input/invalid (pipelines' subfolder). The open one stays open then. */
  open(path: string): Promise<WorkspaceState>
  openSamples(): Promise<WorkspaceState>
  /** Looks again at where the pipelines are and whether the folder can be used, for example after a change of the settings. */
  recheck(): Promise<void>
  /** Throws workspace/none-open. */
  trust(): WorkspaceState
  /** What executes something of the open folder asks here first. Throws workspace/untrusted; says nothing where none is open. */
  requireTrust(): void
  close(): Promise<WorkspaceState>
  dispose(): Promise<void>
}

export function createWorkspaceService(deps: WorkspaceServiceDeps): WorkspaceService {
  let workspace: Workspace | null = null
  let rev = 0
  let watch: FolderWatch | null = null
  /** One change of the open folder after the other. */
  let turn: Promise<unknown> = Promise.resolve()

  const current = (): WorkspaceState => ({ workspace, recent: deps.store.recent(), rev })

  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = turn.then(action)
    turn = result.catch(() => undefined)
    return result
  }

  function set(next: Workspace | null): WorkspaceState {
    workspace = next
    rev++
    deps.publish(current())
    return current()
  }

  async function open(path: string): Promise<WorkspaceState> {
    const root = await usableRoot(resolve(path))
    const pipelinesDir = await choosePipelinesDir(root, deps.settings().pipelinesSubdir)
    const samplesRoot = await realpath(deps.userSamplesDir).catch(() => null)
    await watch?.close()
    watch = await watchFolder(root, (paths) => {
      deps.onDisk(paths)
      void inTurn(recheck)
    })
    deps.store.remember(root)
    const isSample = root === samplesRoot
    return set({ root, name: basename(root) || root, pipelinesDir, isSample, isTrusted: isSample || deps.store.isTrusted(root), belongsToOther: await belongsToOther(root), problem: null })
  }

  async function recheck(): Promise<void> {
    if (!workspace) return
    const { root, pipelinesDir, problem } = workspace
    try {
      if ((await usableRoot(root)) !== root) {
        const message = `${root} is now a link to another folder. Open that one instead.`
        throw new AppError('workspace/vanished', message, { path: root })
      }
      const nextDir = await choosePipelinesDir(root, deps.settings().pipelinesSubdir)
      if (nextDir !== pipelinesDir || problem) set({ ...workspace, pipelinesDir: nextDir, problem: null })
      if (problem) deps.onDisk('rescan')
    } catch (error) {
      const found = asProblem(error)
      if (found && (found.code !== problem?.code || found.message !== problem.message)) set({ ...workspace, problem: found })
    }
  }

  async function close(): Promise<void> {
    await watch?.close()
    watch = null
  }

  return {
    current,
    open: (path) => inTurn(() => open(path)),
    openSamples: () =>
      inTurn(async () => {
        await provideSamples(deps.samplesDir, deps.userSamplesDir)
        return open(deps.userSamplesDir)
      }),
    recheck: () => inTurn(recheck),
    trust() {
      if (!workspace) throw new AppError('workspace/none-open', 'No folder is open. Open a folder with pipelines, or the sample workspace.')
      deps.store.trust(workspace.root)
      return set({ ...workspace, isTrusted: true })
    },
    requireTrust() {
      if (workspace !== null && !workspace.isTrusted) throw untrustedWorkspace(workspace.root)
    },
    close: () =>
      inTurn(async () => {
        await close()
        return workspace ? set(null) : current()
      }),
    dispose: () => inTurn(close),
  }
}

/** On Windows nobody is asked: there a folder's owner says little. */
async function belongsToOther(root: string): Promise<boolean> {
  const user = process.getuid?.()
  return user !== undefined && (await stat(root)).uid !== user
}

async function usableRoot(path: string): Promise<string> {
  try {
    const root = await realpath(path)
    if (!(await stat(root)).isDirectory()) {
      const message = `${path} is not a folder. Open the folder that holds it.`
      throw new AppError('workspace/not-a-folder', message, { path })
    }
    await access(root, constants.R_OK | constants.X_OK)
    return root
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) {
      const message = `The folder ${path} does not exist. Restore it or open another one.`
      throw new AppError('workspace/vanished', message, { path }, { cause: error })
    }
    if (hasErrorCode(error, 'ENOTDIR')) {
      const message = `${path} is not a folder. Open the folder that holds it.`
      throw new AppError('workspace/not-a-folder', message, { path }, { cause: error })
    }
    if (error instanceof AppError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    const message = `The folder ${path} cannot be read (${reason}). Change its permissions or open another one.`
    throw new AppError('workspace/unreadable', message, { path }, { cause: error })
  }
}

/** Null: not about the folder; a wrong subfolder in the settings leaves the last good place. */
function asProblem(error: unknown): Workspace['problem'] {
  if (!(error instanceof AppError)) return null
  switch (error.code) {
    case 'workspace/vanished':
    case 'workspace/unreadable':
    case 'workspace/not-a-folder':
      return { code: error.code, message: error.message }
    default:
      return null
  }
}
