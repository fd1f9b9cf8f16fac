/** All files below a folder, depth first and bounded; links are shown, never followed. */
import type { Stats } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileEntry } from '@shared/contract/files'

export const maxListedEntries = 5000
/** The contract's limit for a path; deeper ones cannot be asked for. */
const maxPathLength = 1024
const byName = new Intl.Collator('en', { numeric: true })

/** Folders before files, each sorted by name; hidden names and __pycache__ left out. A folder that cannot be read is listed without content. */
export async function listFiles(root: string): Promise<{ entries: FileEntry[]; truncated: boolean }> {
  const entries: FileEntry[] = []
  let truncated = false
  // An own stack: a pipeline can make folders deeper than calls may nest.
  const stack = await readSorted(root, '')
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (entries.length >= maxListedEntries) return { entries, truncated: true }
    const found = await lstat(join(root, next)).catch(() => null)
    // Gone since its folder was read.
    if (!found) continue
    entries.push({ path: next, kind: kindOf(found), sizeBytes: found.isFile() ? found.size : 0 })
    if (!found.isDirectory()) continue
    const content = await readSorted(root, next)
    const reachable = content.filter((path) => path.length <= maxPathLength)
    if (reachable.length < content.length) truncated = true
    for (const child of reachable) stack.push(child)
  }
  return { entries, truncated }
}

/** Last first, because the stack is taken from its end. */
async function readSorted(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => [])
  return entries
    .filter(({ name }) => !name.startsWith('.') && name !== '__pycache__')
    .sort((a, b) => Number(a.isDirectory()) - Number(b.isDirectory()) || byName.compare(b.name, a.name))
    .map(({ name }) => (folder === '' ? name : `${folder}/${name}`))
}

function kindOf(found: Stats): FileEntry['kind'] {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'folder'
  return found.isSymbolicLink() ? 'link' : 'other'
}
