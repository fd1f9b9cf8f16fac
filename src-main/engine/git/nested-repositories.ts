/**
 * Repositories inside of a pipeline's folder. A run can make one: its hooks and settings would be executed on the host by the git that
 * comes along next (RELIABILITY.md F31, T20), so it is found, reported, and not worked with.
 */
import { type Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Enough for a pipeline; what is deeper or more is said by git when it is asked. */
const mostEntries = 20_000
const mostDepth = 8

/** Relative paths, with `/`: of folders with a `.git`, and of bare repositories. Follows no links. Never rejects. */
export async function findNestedRepositories(folder: string): Promise<string[]> {
  const found: string[] = []
  let left = mostEntries
  let level = ['']
  for (let depth = 0; depth < mostDepth && level.length > 0; depth++) {
    const next: string[] = []
    for (const path of level) {
      const entries: Dirent[] = left <= 0 ? [] : await readdir(join(folder, path), { withFileTypes: true }).catch(() => [])
      left -= entries.length
      const names = new Set(entries.map(({ name }) => name))
      const isRepository = [...names].some((name) => name.toLowerCase() === '.git') || ['HEAD', 'objects', 'refs'].every((name) => names.has(name))
      if (isRepository) found.push(path === '' ? '.' : path)
      else next.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => (path === '' ? name : `${path}/${name}`)))
    }
    level = next
  }
  return found.sort()
}

export function nestedRepositoryNotice(path: string): string {
  return `The run left a git repository in the pipeline’s folder: ${path}. Its hooks and settings would be executed by the next git that works there, so git refuses changes here until it is gone. Look at what made it, then remove it.`
}
