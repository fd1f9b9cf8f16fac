/**
 * Which engine Docker's own tools would use: the current context of ~/.docker. Files that are missing or broken mean that
 * there is none; the usual sockets are tried anyway.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TlsFolder } from './endpoint-tls'

/** `tls` is null for a context without certificates that checks those of the engine, which is most of them. */
export type DockerContext = { name: string; host: string; tls: TlsFolder | null }

type DockerFiles = { env: Record<string, string | undefined>; homeDir: string }

/** Where Docker's tools keep their configuration, and the certificates that no context names. */
export function dockerFolder({ env, homeDir }: DockerFiles): string {
  return env['DOCKER_CONFIG'] || join(homeDir, '.docker')
}

export async function readDockerContext(files: DockerFiles): Promise<DockerContext | null> {
  const directory = dockerFolder(files)
  const config = await readJson(join(directory, 'config.json'))
  const name = files.env['DOCKER_CONTEXT'] || valueAt(config, ['currentContext'])
  if (typeof name !== 'string' || name === '' || name === 'default') return null
  const id = createHash('sha256').update(name).digest('hex')
  const meta = await readJson(join(directory, 'contexts', 'meta', id, 'meta.json'))
  const host = valueAt(meta, ['Endpoints', 'docker', 'Host'])
  if (typeof host !== 'string' || host === '') return null
  const verifies = valueAt(meta, ['Endpoints', 'docker', 'SkipTLSVerify']) !== true
  const folder = join(directory, 'contexts', 'tls', id, 'docker')
  const isThere = await readdir(folder).then((names) => names.length > 0, () => false)
  return { name, host, tls: isThere || !verifies ? { folder, isNamed: isThere, verifies } : null }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}

function valueAt(value: unknown, path: string[]): unknown {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return null
    found = (found as Record<string, unknown>)[key]
  }
  return found
}
