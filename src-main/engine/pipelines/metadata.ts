/**
 * Finds and reads the one metadata file of a folder: pipeline.json if anything of that name is there, else `<folder>.json`.
 * Parses again only what changed. Never reads more than 1 MB, never waits for a pipe, never leaves the workspace.
 */
import { constants, type BigIntStats, type Dirent } from 'node:fs'
import { open, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { maxConfigBytes, parsePipelineConfig, unusablePipelineConfig, type ParsedPipelineConfig } from '@shared/pipeline-config'
import { defaultPipelineConfig } from '@shared/pipeline-config-model'
import { hasErrorCode } from '../platform/error-code'
import { isInside, readUpTo } from '../workspace/workspace-paths'

export type Metadata = ParsedPipelineConfig & { file: string | null }

export type MetadataRequest = {
  name: string
  path: string
  /** What lies in the folder, by name. */
  content: ReadonlyMap<string, Dirent>
  workspaceRoot: string
  outsideWorkspace: boolean
  defaultPythonVersion: string
}
export type MetadataReader = (request: MetadataRequest) => Promise<Metadata>

type ParseOptions = { defaultPythonVersion: string; file: string }
type Cached = { fingerprint: string; parsed: ParsedPipelineConfig }

/** Two changes within one tick of the file system's clock have the same times; so young a file is not remembered. */
const settledMs = 100
const maxCached = 20_000

export function createMetadataReader(): MetadataReader {
  const cache = new Map<string, Cached>()
  return async (request) => {
    const file = await chooseFile(request)
    if (file === null) return { config: defaultPipelineConfig(request.defaultPythonVersion), problems: [], usable: true, triggerPlaces: [], file }
    const options = { defaultPythonVersion: request.defaultPythonVersion, file }
    if (request.outsideWorkspace) return { ...unusablePipelineConfig('is outside the workspace and was not read', null, options), file }
    try {
      return { ...(await read(request, file)), file }
    } catch (error) {
      if (hasErrorCode(error, 'EACCES', 'EPERM')) return { ...unusablePipelineConfig('cannot be read: no permission', null, options), file }
      const reason = error instanceof Error ? error.message : String(error)
      return { ...unusablePipelineConfig(`cannot be read (${reason})`, null, options), file }
    }
  }

  async function read(request: MetadataRequest, file: string): Promise<ParsedPipelineConfig> {
    const path = join(request.path, file)
    const options = { defaultPythonVersion: request.defaultPythonVersion, file }
    const isLink = request.content.get(file)?.isSymbolicLink() === true
    if (isLink && !isInside(request.workspaceRoot, await realpath(path))) {
      return unusablePipelineConfig('is a link that leads out of the workspace and was not read', null, options)
    }
    const found = await stat(path, { bigint: true })
    const fault = faultOf(found)
    if (fault !== null) return unusablePipelineConfig(fault, null, options)

    const fingerprint = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs, request.defaultPythonVersion].join(':')
    const cached = cache.get(path)
    if (cached?.fingerprint === fingerprint) return copyOf(cached.parsed)
    const parsed = await parseFile(path, isLink, found, options)
    if (cache.size >= maxCached) cache.clear()
    const ageMs = Date.now() - Number((found.mtimeNs > found.ctimeNs ? found.mtimeNs : found.ctimeNs) / 1_000_000n)
    if (ageMs > settledMs) cache.set(path, { fingerprint, parsed })
    else cache.delete(path)
    return copyOf(parsed)
  }
}

async function chooseFile({ name, path, content }: MetadataRequest): Promise<string | null> {
  for (const file of ['pipeline.json', `${name}.json`]) {
    const entry = content.get(file)
    // A link that leads nowhere does not exist for the server.
    if (entry && (!entry.isSymbolicLink() || (await leadsSomewhere(join(path, file))))) return file
  }
  return null
}

function leadsSomewhere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function faultOf(found: BigIntStats): string | null {
  if (found.isDirectory()) return 'is a folder, not a file'
  if (!found.isFile()) return 'is not a regular file'
  if (found.size > BigInt(maxConfigBytes)) return `is larger than 1 MB (${Math.round(Number(found.size) / 1_000_000)} MB) and was not read`
  return null
}

async function parseFile(path: string, isLink: boolean, expected: BigIntStats, options: ParseOptions): Promise<ParsedPipelineConfig> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (isLink ? 0 : (constants.O_NOFOLLOW ?? 0)))
  try {
    const opened = await handle.stat({ bigint: true })
    if (opened.dev !== expected.dev || opened.ino !== expected.ino) return unusablePipelineConfig('was replaced while it was read', null, options)
    const bytes = await readUpTo({ handle, sizeBytes: Number(opened.size) }, maxConfigBytes + 1)
    return parseBytes(bytes, options)
  } finally {
    await handle.close()
  }
}

function parseBytes(bytes: Uint8Array, options: ParseOptions): ParsedPipelineConfig {
  try {
    // The byte order mark is kept: the server stumbles over it, so it must be seen.
    return parsePipelineConfig(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes), options)
  } catch {
    const start = { line: 1, column: 1 }
    return unusablePipelineConfig('is not UTF-8 text; save it as UTF-8 without BOM', start, options)
  }
}

/** Callers add problems of their own. */
function copyOf(parsed: ParsedPipelineConfig): ParsedPipelineConfig {
  return { ...parsed, problems: [...parsed.problems] }
}
