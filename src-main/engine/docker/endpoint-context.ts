/**
 * Which engine Docker's own tools would use: the current context of ~/.docker. Files that are missing or broken mean that
 * there is none; the usual sockets are tried anyway.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type DockerContext = { name: string; host: string }

export async function readDockerContext(input: { env: Record<string, string | undefined>; homeDir: string }): Promise<DockerContext | null> {
  const directory = input.env['DOCKER_CONFIG'] || join(input.homeDir, '.docker')
  const config = await readJson(join(directory, 'config.json'))
  const name = input.env['DOCKER_CONTEXT'] || stringAt(config, ['currentContext'])
  if (!name || name === 'default') return null
  const folder = createHash('sha256').update(name).digest('hex')
  const host = stringAt(await readJson(join(directory, 'contexts', 'meta', folder, 'meta.json')), ['Endpoints', 'docker', 'Host'])
  return host ? { name, host } : null
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch {
    return null
  }
}

function stringAt(value: unknown, path: string[]): string | null {
  let found = value
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return null
    found = (found as Record<string, unknown>)[key]
  }
  return typeof found === 'string' ? found : null
}
