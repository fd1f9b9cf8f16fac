/**
 * Finds uv for runs on this computer: on PATH, where its installers put it, or the app's own copy. Fetches that copy from the
 * package index through the user's pip: it knows their index, proxy and certificates, and checks the pinned hash.
 */
import { randomUUID } from 'node:crypto'
import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { AppError } from '@shared/app-error'
import { runTool } from '../platform/process'
import { uvVersion, uvWheelHashes } from './uv-release'

export type UvBinary = { path: string; version: string; source: 'path' | 'usual-place' | 'fetched' }

export type UvFinder = {
  /** null when no uv was found; looks anew each time until one is found. */
  find(): Promise<UvBinary | null>
  /** Finds it, or fetches it. Several callers share one fetch. Throws uv/fetch-failed. */
  require(): Promise<UvBinary>
}

export type UvFinderInput = {
  /** Folder of the app's own copy. */
  uvDir: string
  env: () => NodeJS.ProcessEnv
  homeDir: string
  platform: NodeJS.Platform
}

export function createUvFinder(input: UvFinderInput): UvFinder {
  let found: UvBinary | null = null
  let fetching: Promise<UvBinary> | null = null
  const find = async (): Promise<UvBinary | null> => {
    if (found && isExecutable(found.path)) return found
    found = null
    for (const candidate of candidates(input)) {
      if (!isExecutable(candidate.path)) continue
      const version = await readVersion(candidate.path, input.env())
      if (version !== null) return (found = { ...candidate, version })
    }
    return null
  }
  return {
    find,
    async require() {
      const existing = await find()
      if (existing) return existing
      fetching ??= fetchUv(input).finally(() => (fetching = null))
      return (found = await fetching)
    },
  }
}

function candidates({ uvDir, env, homeDir, platform }: UvFinderInput): Omit<UvBinary, 'version'>[] {
  const file = executableName(platform)
  const onPath = (env().PATH ?? '').split(delimiter).filter((dir) => dir !== '')
  // An app started from a desktop does not see what a shell's start-up files add to PATH.
  const usual = platform === 'win32' ? [join(homeDir, '.local', 'bin')] : [join(homeDir, '.local', 'bin'), join(homeDir, '.cargo', 'bin'), '/opt/homebrew/bin', '/usr/local/bin']
  return [
    ...onPath.map((dir) => ({ path: join(dir, file), source: 'path' as const })),
    ...usual.map((dir) => ({ path: join(dir, file), source: 'usual-place' as const })),
    { path: fetchedPath(uvDir, platform), source: 'fetched' },
  ]
}

function fetchedPath(uvDir: string, platform: NodeJS.Platform): string {
  return join(uvDir, uvVersion, 'bin', executableName(platform))
}

function executableName(platform: NodeJS.Platform): string {
  return platform === 'win32' ? 'uv.exe' : 'uv'
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

async function readVersion(path: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const result = await runTool(path, ['--version'], { env, timeoutMs: 10_000 })
  return /^uv (\S+)/.exec(result.stdout)?.[1] ?? null
}

async function fetchUv(input: UvFinderInput): Promise<UvBinary> {
  const python = await findPip(input)
  if (python === null) {
    throw new AppError('uv/fetch-failed', 'uv was not found, and there is no Python with pip to fetch it. Install uv (or Python), then try again.')
  }
  const staging = join(input.uvDir, `.fetch-${randomUUID()}`)
  mkdirSync(staging, { recursive: true })
  try {
    const requirements = join(staging, 'requirements.txt')
    writeFileSync(requirements, `uv==${uvVersion} ${uvWheelHashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`)
    const target = join(staging, 'target')
    const argv = ['-m', 'pip', '--disable-pip-version-check', '--no-input', 'install', '--quiet', '--no-deps', '--no-compile', '--only-binary', ':all:', '--require-hashes', '--target', target, '-r', requirements]
    const result = await runTool(python, argv, { env: input.env(), timeoutMs: 300_000 })
    if (result.exitCode !== 0) {
      throw new AppError('uv/fetch-failed', `uv ${uvVersion} could not be fetched from the package index: ${pipError(result.stderr)} Check the network, the proxy and the certificate file in the settings.`)
    }
    const destination = join(input.uvDir, uvVersion)
    rmSync(destination, { recursive: true, force: true })
    renameSync(target, destination)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  const path = fetchedPath(input.uvDir, input.platform)
  const version = await readVersion(path, input.env())
  if (version === null) throw new AppError('uv/fetch-failed', `The fetched ${path} does not start. Install uv for this computer by hand.`)
  return { path, version, source: 'fetched' }
}

async function findPip({ env, platform }: UvFinderInput): Promise<string | null> {
  for (const python of platform === 'win32' ? ['py', 'python'] : ['python3', 'python', '/usr/bin/python3']) {
    const result = await runTool(python, ['-m', 'pip', '--version'], { env: env(), timeoutMs: 20_000 })
    if (result.exitCode === 0) return python
  }
  return null
}

/** pip ends some errors with details (the hash it got): the line that names the error says more. */
function pipError(text: string): string {
  const lines = text.trim().split('\n')
  return (lines.filter((line) => line.startsWith('ERROR: ')).at(-1) ?? lines.at(-1) ?? '').replace('ERROR: ', '')
}
