/**
 * The pipelines of a commit, as the server will find them after it has taken it. What discovery looks at is laid out in a temporary
 * folder, content of metadata and requirements included, so that there is one discovery and one parser for both.
 */
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import { maxConfigBytes } from '@shared/pipeline-config'
import type { GitClient } from '../git/git-client'
import { isUtf8Path } from '../git/git-path'
import { forEachBounded } from '../pipelines/bounded'
import { createDiscovery, type DiscoveredPipeline, type Discovery } from '../pipelines/discovery'
import { isLockOutdated } from '../uv/requirements'
import { readBlobs, type GitTree, type TreeEntry } from './git-tree'

export type TreePipeline = DiscoveredPipeline & {
  /** Relative to the repository's root. */
  folder: string
  /** git's name for all that is in it. */
  treeId: string
  metadataText: string
  isLockOutdated: boolean
}

export type TreeLink = { pipeline: string; path: string; fault: 'outside' | 'other-folder' | 'submodule' }

export type TreePipelines = { pipelines: TreePipeline[]; skipped: Discovery['skipped']; links: TreeLink[] }

export const noTreePipelines: TreePipelines = { pipelines: [], skipped: [], links: [] }

type Planned = { path: string; entry: TreeEntry }

const mostChildren = 1_000
const parallelWrites = 16
/** A tree can be made to hold names that no checkout would take. */
const unsafeName = /^(?:\.{1,2}|\.git)$|[\\/:\0]/i
/** What discovery asks for by name, and what it takes for a slip of the pen. */
const looked = /^(?:main\.(?:py|ipynb)|.*\.json)$/i
const readable = /\.(?:txt|lock|in)$/

export async function readTreePipelines(client: GitClient, tree: GitTree, prefix: string, defaultPythonVersion: string): Promise<TreePipelines> {
  const folder = await mkdtemp(join(tmpdir(), 'ffd-gate-'))
  try {
    const links: TreeLink[] = []
    const targets = await readLinkTargets(client, tree, prefix)
    const folders = new Map<string, TreeEntry>()
    const files: Planned[] = []
    for (const child of tree.children(prefix)) {
      const name = posix.basename(child.path)
      if (name.startsWith('.') || !isSafe(name)) continue
      if (child.kind === 'submodule') links.push({ pipeline: name, path: child.path, fault: 'submodule' })
      const real = child.kind === 'link' ? resolveLink(tree, targets, child) : child
      if (child.kind === 'link' && real === null) links.push({ pipeline: name, path: child.path, fault: 'outside' })
      if (real?.kind !== 'tree') continue
      folders.set(name, real)
      files.push(...planFolder(tree, targets, name, real, links))
    }
    await lay(client, folder, folders, files)
    const { pipelines, skipped } = await createDiscovery()(folder, { defaultPythonVersion })
    const texts = await readMetadataTexts(client, pipelines, files)
    return {
      links,
      skipped,
      pipelines: pipelines.map((pipeline) => {
        const entry = folders.get(pipeline.name)
        return { ...pipeline, folder: entry?.path ?? pipeline.name, treeId: entry?.id ?? '', metadataText: texts.get(pipeline.name) ?? '', isLockOutdated: isLockOutdated(pipeline.path) }
      }),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function isSafe(name: string): boolean {
  return !unsafeName.test(name) && isUtf8Path(name)
}

/** What discovery and the look at requirements read of a folder; all else is there by name alone. */
function planFolder(tree: GitTree, targets: ReadonlyMap<string, string>, name: string, folder: TreeEntry, links: TreeLink[]): Planned[] {
  const planned: Planned[] = []
  const add = (from: string, to: string, depth: number): void => {
    for (const child of tree.children(from).slice(0, mostChildren)) {
      const base = posix.basename(child.path)
      if (!isSafe(base)) continue
      const path = `${to}/${base}`
      const real = child.kind === 'link' ? resolveLink(tree, targets, child) : child
      if (child.kind === 'link' && depth === 0) {
        if (real === null) links.push({ pipeline: name, path: child.path, fault: 'outside' })
        else if (!real.path.startsWith(`${folder.path}/`)) links.push({ pipeline: name, path: child.path, fault: 'other-folder' })
      }
      if (real?.kind === 'submodule') links.push({ pipeline: name, path: child.path, fault: 'submodule' })
      if (real === null || real.kind === 'submodule') continue
      // One of the other files stands for all: that the folder is not empty.
      if (readable.test(base) || (depth === 0 && (looked.test(base) || planned.length === 0))) planned.push({ path, entry: real })
      if (real.kind === 'tree' && child.kind === 'tree' && depth < 4) add(child.path, path, depth + 1)
    }
  }
  add(folder.path, name, 0)
  return planned
}

function needsContent({ path }: Planned): boolean {
  return readable.test(path) || /^[^/]+\/[^/]+\.json$/.test(path)
}

async function lay(client: GitClient, root: string, folders: ReadonlyMap<string, TreeEntry>, files: readonly Planned[]): Promise<void> {
  for (const name of folders.keys()) await mkdir(join(root, name))
  for (const path of new Set(files.map(({ path, entry }) => (entry.kind === 'tree' ? path : posix.dirname(path))))) if (!folders.has(path)) await mkdir(join(root, path), { recursive: true })
  const wanted = new Map<string, Planned[]>()
  const empty: Planned[] = []
  for (const file of files) {
    if (file.entry.kind === 'tree') continue
    if (!needsContent(file) || file.entry.sizeBytes > maxConfigBytes) empty.push(file)
    else wanted.set(file.entry.id, [...(wanted.get(file.entry.id) ?? []), file])
  }
  await forEachBounded(empty, parallelWrites, async ({ path, entry }) => {
    await writeFile(join(root, path), '')
    // Too large to be read, and to be seen as such.
    if (entry.sizeBytes > maxConfigBytes && path.endsWith('.json')) await truncate(join(root, path), entry.sizeBytes)
  })
  const contents: { path: string; content: Buffer }[] = []
  await readBlobs(client, [...wanted.values()].map(([first]) => first!.entry), (id, content) => {
    for (const { path } of wanted.get(id) ?? []) contents.push({ path, content })
  })
  await forEachBounded(contents, parallelWrites, ({ path, content }) => writeFile(join(root, path), content))
}

async function readMetadataTexts(client: GitClient, pipelines: readonly DiscoveredPipeline[], files: readonly Planned[]): Promise<Map<string, string>> {
  const byPath = new Map(files.map((file) => [file.path, file.entry]))
  const wanted = pipelines.flatMap(({ name, metadataFile, configUsable }) => {
    // Of a file that can be used the config says it all.
    const entry = metadataFile === null || configUsable ? undefined : byPath.get(`${name}/${metadataFile}`)
    return entry === undefined || entry.sizeBytes > maxConfigBytes ? [] : [{ name, entry }]
  })
  const texts = new Map<string, string>()
  await readBlobs(client, wanted.map(({ entry }) => entry), (id, content) => {
    for (const { name, entry } of wanted) if (entry.id === id) texts.set(name, content.toString('utf8'))
  })
  return texts
}

/** Where links lead, as far as they are near pipelines; by the link's path. */
async function readLinkTargets(client: GitClient, tree: GitTree, prefix: string): Promise<Map<string, string>> {
  const links = tree.entries.filter(({ kind, path, sizeBytes }) => kind === 'link' && sizeBytes < 4096 && (prefix === '' || path.startsWith(`${prefix}/`)))
  const byId = new Map<string, string>()
  await readBlobs(client, links, (id, content) => void byId.set(id, content.toString('utf8')))
  return new Map(links.flatMap(({ path, id }) => (byId.has(id) ? [[path, byId.get(id)!]] : [])))
}

/** What a link leads to within the tree; null: out of it, or nowhere. */
function resolveLink(tree: GitTree, targets: ReadonlyMap<string, string>, link: TreeEntry): TreeEntry | null {
  let at = link
  for (let steps = 0; steps < 10; steps++) {
    const target = targets.get(at.path)
    if (target === undefined || posix.isAbsolute(target)) return null
    const path = posix.normalize(posix.join(posix.dirname(at.path), target)).replace(/\/$/, '')
    const found = path.startsWith('..') ? undefined : tree.at(path)
    if (found === undefined) return null
    if (found.kind !== 'link') return found
    at = found
  }
  return null
}
