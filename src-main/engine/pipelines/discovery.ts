/**
 * Which folders are pipelines, exactly as the server finds them (FASTFLOW.md §1): direct children of one folder, links
 * included, hidden names left out; the metadata's type decides which entry point is needed. Every other folder gets a reason.
 */
import { type Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { Pipeline, Problem, SkippedFolder } from '@shared/contract/pipelines'
import type { PipelineConfig } from '@shared/pipeline-config-model'
import { hasErrorCode } from '../platform/error-code'
import { isInside } from '../workspace/workspace-paths'
import { forEachBounded } from './bounded'
import { summaryOfConfig } from './config-summary'
import { createMetadataReader, type MetadataReader } from './metadata'
import { problemsOfNames } from './name-problems'
import { problemsOfRequirements } from './requirement-problems'
import { reasonForSkipping } from './skip-reason'
import { problemsOfTriggers, type TriggerPlace } from './trigger-problems'

export type DiscoveredPipeline = Omit<Pipeline, 'cache'> & {
  config: PipelineConfig
  /** False when the metadata does not say what the file says; such a pipeline is not run without asking. */
  configUsable: boolean
  /** `path` without links; what a container mounts. */
  realPath: string
  /** The folder is a link out of the workspace: nothing in it is read beyond this listing, and it is not run. */
  outsideWorkspace: boolean
}

export type Discovery = { pipelines: DiscoveredPipeline[]; skipped: SkippedFolder[] }
export type DiscoveryOptions = {
  defaultPythonVersion: string
  /** Links may lead anywhere inside of it; the pipelines' folder itself where none is given. */
  workspaceRoot?: string
}
/** Errors: workspace/vanished, workspace/unreadable, workspace/not-a-folder (of the pipelines' folder). */
export type Discover = (pipelinesDir: string, options: DiscoveryOptions) => Promise<Discovery>

/** More calls at once than this only wait in the queue of the system's four workers. */
const parallelFolders = 32
const byName = new Intl.Collator('en', { numeric: true })

/** Remembers parsed metadata between calls; one for each window or command. */
export function createDiscovery(): Discover {
  const readMetadata = createMetadataReader()
  return async (pipelinesDir, options) => {
    const entries = await readFolder(pipelinesDir)
    const realDir = await realpath(pipelinesDir)
    const scope: Scope = {
      pipelinesDir,
      realDir,
      workspaceRoot: options.workspaceRoot === undefined ? realDir : await realpath(options.workspaceRoot),
      defaultPythonVersion: options.defaultPythonVersion,
      readMetadata,
    }
    const pipelines: DiscoveredPipeline[] = []
    const skipped: SkippedFolder[] = []
    const placesByName = new Map<string, readonly TriggerPlace[]>()
    await forEachBounded(entries, parallelFolders, async (entry) => {
      const found = await examine(scope, entry)
      if (found?.kind === 'pipeline') {
        pipelines.push(found.pipeline)
        placesByName.set(entry.name, found.triggerPlaces)
      } else if (found?.kind === 'skipped') skipped.push({ name: entry.name, reason: found.reason })
    })
    const nameProblems = problemsOfNames(pipelines.map(({ name }) => name))
    const triggerProblems = problemsOfTriggers(pipelines, placesByName)
    for (const { name, problems } of pipelines) {
      problems.unshift(...(nameProblems.get(name) ?? []))
      problems.push(...(triggerProblems.get(name) ?? []))
    }
    return { pipelines: pipelines.sort(compareNames), skipped: skipped.sort(compareNames) }
  }
}

/** True when at least one direct child is a pipeline; stops at the first. False for a folder that cannot be read. */
export async function holdsPipeline(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const realDir = await realpath(folder).catch(() => folder)
  const scope: Scope = { pipelinesDir: folder, realDir, workspaceRoot: realDir, defaultPythonVersion: '', readMetadata: createMetadataReader() }
  let found = false
  await forEachBounded(entries, parallelFolders, async (entry) => {
    if (!found && (await examine(scope, entry))?.kind === 'pipeline') found = true
  })
  return found
}

type Scope = { pipelinesDir: string; realDir: string; workspaceRoot: string; defaultPythonVersion: string; readMetadata: MetadataReader }
type Examined = { kind: 'pipeline'; pipeline: DiscoveredPipeline; triggerPlaces: readonly TriggerPlace[] } | { kind: 'skipped'; reason: string } | null

async function examine(scope: Scope, entry: Dirent): Promise<Examined> {
  const { name } = entry
  if (name.startsWith('.') || !(entry.isDirectory() || entry.isSymbolicLink() || isUnknown(entry))) return null
  const path = join(scope.pipelinesDir, name)
  try {
    if (!entry.isDirectory() && !(await stat(path)).isDirectory()) return null
    const realPath = entry.isDirectory() ? join(scope.realDir, name) : await realpath(path)
    return await examineFolder(scope, { name, path, realPath })
  } catch (error) {
    return { kind: 'skipped', reason: reasonForError(error, entry) }
  }
}

async function examineFolder(scope: Scope, folder: { name: string; path: string; realPath: string }): Promise<Examined> {
  const { name, path, realPath } = folder
  const outsideWorkspace = !isInside(scope.workspaceRoot, realPath)
  const content = new Map((await readdir(path, { withFileTypes: true })).map((entry) => [entry.name, entry]))
  const { workspaceRoot, defaultPythonVersion } = scope
  const metadata = await scope.readMetadata({ ...folder, content, workspaceRoot, outsideWorkspace, defaultPythonVersion })
  const { config } = metadata
  const entryPoint = config.type === 'notebook' ? 'main.ipynb' : 'main.py'
  const entry = content.get(entryPoint)
  if (!entry || !(await isRegularFile(path, entry))) {
    const reason = reasonForSkipping({ type: config.type, metadataFile: metadata.file, metadataUsable: metadata.usable, content })
    return { kind: 'skipped', reason }
  }
  const problems: Problem[] = [...metadata.problems]
  if (outsideWorkspace) {
    const advice = 'The server follows it; here its files are not opened. Open the folder it leads to as a workspace.'
    problems.unshift(problemOf(null, `This folder is a link that leads out of the workspace. ${advice}`))
  } else if (entry.isSymbolicLink() && !isInside(realPath, await realpath(join(path, entryPoint)))) {
    const advice = 'In the container only this folder exists: put the file itself here.'
    problems.unshift(problemOf(entryPoint, `${entryPoint} is a link that leads out of this folder. ${advice}`))
  }
  const requirements = content.get('requirements.txt')
  const lock = content.get('requirements.txt.lock')
  const hasRequirements = requirements !== undefined && (await isRegularFile(path, requirements))
  if (hasRequirements && !outsideWorkspace) problems.push(...problemsOfRequirements(realPath))
  return {
    kind: 'pipeline',
    triggerPlaces: metadata.triggerPlaces,
    pipeline: {
      name,
      path,
      realPath,
      outsideWorkspace,
      ...summaryOfConfig(config),
      entryPoint,
      hasRequirements,
      hasLock: hasRequirements && lock !== undefined && (await isRegularFile(path, lock)),
      metadataFile: metadata.file,
      config,
      configUsable: metadata.usable,
      problems,
    },
  }
}

/** Follows links, as the server does; a link that leads nowhere is no file. */
async function isRegularFile(folder: string, entry: Dirent): Promise<boolean> {
  if (entry.isFile()) return true
  if (!entry.isSymbolicLink() && !isUnknown(entry)) return false
  return stat(join(folder, entry.name)).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** Some file systems do not tell the type in a listing. */
function isUnknown(entry: Dirent): boolean {
  const isSpecial = entry.isFIFO() || entry.isSocket() || entry.isBlockDevice() || entry.isCharacterDevice()
  return !(isSpecial || entry.isFile() || entry.isDirectory() || entry.isSymbolicLink())
}

async function readFolder(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    const details = { path: folder }
    if (hasErrorCode(error, 'ENOENT')) {
      const message = `The folder ${folder} does not exist. Restore it or open another one.`
      throw new AppError('workspace/vanished', message, details, { cause: error })
    }
    if (hasErrorCode(error, 'ENOTDIR')) throw new AppError('workspace/not-a-folder', `${folder} is not a folder.`, details, { cause: error })
    const message = `The folder ${folder} cannot be read. Change its permissions or open another one.`
    throw new AppError('workspace/unreadable', message, details, { cause: error })
  }
}

function reasonForError(error: unknown, entry: Dirent): string {
  if (hasErrorCode(error, 'EACCES', 'EPERM')) return 'cannot be read: no permission; change its permissions or owner'
  if (entry.name.includes('\uFFFD')) return 'its name is not valid UTF-8; rename it'
  if (hasErrorCode(error, 'ELOOP')) return 'is a link that leads back to itself'
  if (hasErrorCode(error, 'ENOENT')) return entry.isSymbolicLink() ? 'is a link that leads nowhere' : 'vanished while it was read'
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`
}

function problemOf(file: string | null, message: string): Problem {
  return { severity: 'error', message, file, line: null, column: null }
}

function compareNames(a: { name: string }, b: { name: string }): number {
  return byName.compare(a.name, b.name) || (a.name < b.name ? -1 : 1)
}
