/** A file as HEAD, the index and the working tree have it, for showing. Follows no link, opens nothing but regular files. */
import { lstat, readlink } from 'node:fs/promises'
import { AppError } from '@shared/app-error'
import type { FileVersion, VersionKind } from '@shared/contract/git-changes'
import { decodeText, maxTextBytes, readInside } from '../files/text-file'
import { inPinnedFolder } from '../workspace/workspace-paths'
import { isUtf8Path } from './git-path'
import type { OpenRepository } from './open-repository'
import { lookingOnly } from './repository-work'

export type Version = 'head' | 'index' | 'working-tree'

export async function readVersion(opened: OpenRepository, path: string, version: Version): Promise<FileVersion> {
  if (!isUtf8Path(path)) return without('unnameable')
  return version === 'working-tree' ? readWorkingTree(opened.root, path) : readBlob(opened, path, version)
}

function without(kind: Exclude<VersionKind, 'text' | 'link'>, sizeBytes: number | null = null): FileVersion {
  return { kind, text: null, sizeBytes, isExecutable: false }
}

async function readBlob({ client, root }: OpenRepository, path: string, version: 'head' | 'index'): Promise<FileVersion> {
  const entry = version === 'index'
    ? (await client.run(['-C', root, 'ls-files', '-z', '--stage', '--', path], { env: lookingOnly })).stdout
    : (await client.run(['-C', root, 'ls-tree', '-z', '--full-tree', 'HEAD', '--', path], { ok: [0, 128] })).stdout
  // `mode object stage<TAB>path` or `mode type object<TAB>path`; of a file in conflict the index has up to three.
  const entries = entry.toString('utf8').split('\0').filter((line) => line.slice(line.indexOf('\t') + 1) === path)
  const [line = ''] = entries.filter((one) => /^\d+ \S+ [02]\t/.test(one) || version === 'head')
  const [mode = '', a = '', b = ''] = line.slice(0, line.indexOf('\t')).split(' ')
  const object = version === 'index' ? a : b
  if (object === '' || mode === '040000') return without('missing')
  if (mode === '160000') return without('submodule')
  const sizeBytes = Number(await client.read(['cat-file', '-s', object]))
  if (sizeBytes > maxTextBytes) return without('too-large', sizeBytes)
  const { stdout } = await client.run(['cat-file', 'blob', object])
  return fromBytes(stdout, path, mode)
}

async function readWorkingTree(root: string, path: string): Promise<FileVersion> {
  try {
    const facts = await inPinnedFolder(root, path, async (pinned) => {
      const found = await lstat(pinned)
      return { isLink: found.isSymbolicLink(), isFolder: found.isDirectory(), isExecutable: (found.mode & 0o100) !== 0, sizeBytes: found.size, target: found.isSymbolicLink() ? await readlink(pinned) : null }
    })
    if (facts.isLink) return { kind: 'link', text: facts.target, sizeBytes: facts.sizeBytes, isExecutable: false }
    if (facts.isFolder) return without('submodule')
    if (facts.sizeBytes > maxTextBytes) return without('too-large', facts.sizeBytes)
    return fromBytes(await readInside(root, path), path, facts.isExecutable ? '100755' : '100644')
  } catch (error) {
    const code = error instanceof AppError ? error.code : (error as NodeJS.ErrnoException).code
    if (code === 'file/not-found' || code === 'ENOENT' || code === 'ENOTDIR') return without('missing')
    if (code === 'file/too-large') return without('too-large')
    if (code === 'file/not-regular' || code === 'file/outside-workspace') return without('not-regular')
    throw error
  }
}

function fromBytes(bytes: Buffer, path: string, mode: string): FileVersion {
  const about = { sizeBytes: bytes.length, isExecutable: mode === '100755' }
  if (mode === '120000') return { ...about, kind: 'link', text: bytes.toString('utf8') }
  if (bytes.includes(0)) return { ...about, kind: 'binary', text: null }
  try {
    return { ...about, kind: 'text', text: decodeText(bytes, path) }
  } catch {
    return { ...about, kind: 'not-utf8', text: null }
  }
}
