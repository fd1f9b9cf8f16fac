/**
 * The files of a pipeline for the editor: list, read, write, and what changed on disk while they are open. Nothing outside
 * the workspace; a change that somebody else made is never overwritten unasked.
 */
import { access, constants } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '@shared/app-error'
import type { ApiOutput, ApiPayload } from '@shared/contract'
import type { FileContent, FileListing } from '@shared/contract/files'
import { writeFileAtomically } from '../platform/atomic-file'
import type { ChangedPaths } from '../workspace/change-batcher'
import { inPinnedFolder, isInside, resolveInside } from '../workspace/workspace-paths'
import { listFiles } from './file-listing'
import { decodeText, encodeText, readInside, versionOf } from './text-file'

export type FileServiceDeps = {
  /** Throws pipeline/not-found. */
  findPipeline: (name: string) => { name: string; realPath: string; outsideWorkspace: boolean }
  publishChanged: (change: ApiPayload<'files.changed'>) => void
  publishListing: (change: ApiPayload<'files.listingChanged'>) => void
}

export type FileService = {
  list(pipeline: string): Promise<ApiOutput<'files.list'>>
  /** Errors: file/not-found, file/not-regular, file/outside-workspace, file/too-large, file/binary, file/permission-denied. */
  read(pipeline: string, path: string): Promise<FileContent>
  /** Errors: as read, and file/changed-on-disk, file/disk-full. `expectedVersion` null writes whatever is there, empty only where there is nothing. */
  write(pipeline: string, path: string, text: string, expectedVersion: string | null): Promise<{ version: string }>
  /** Publishes each file that was read before and has another content now, and each listing that was asked for and is another one now. */
  noteDiskChanges(paths: ChangedPaths): Promise<void>
}

/** A file that somebody looked at; `version` null while it is gone. */
type Known = { pipeline: string; root: string; path: string; version: string | null }

/** More than one keeps open at once; the one that was used longest ago is forgotten. */
const maxKnownFiles = 500

export function createFileService({ findPipeline, publishChanged, publishListing }: FileServiceDeps): FileService {
  const known = new Map<string, Known>()
  /** By pipeline: what was last told of its files. */
  const listed = new Map<string, { root: string; shown: string }>()
  let rev = 0

  function rootOf(pipeline: string): string {
    const { name, realPath, outsideWorkspace } = findPipeline(pipeline)
    if (!outsideWorkspace) return realPath
    const message = `${name} is a link that leads out of the workspace; open the folder it leads to as a workspace.`
    throw new AppError('file/outside-workspace', message, { path: realPath })
  }

  function remember(entry: Known): void {
    const key = join(entry.root, entry.path)
    known.delete(key)
    known.set(key, entry)
    const oldest = known.keys().next()
    if (known.size > maxKnownFiles && !oldest.done) known.delete(oldest.value)
  }

  function announce(entry: Known): void {
    rev++
    publishChanged({ pipeline: entry.pipeline, path: entry.path, version: entry.version, rev })
  }

  async function lookAgain(key: string, entry: Known): Promise<void> {
    const version = await versionOnDisk(entry.root, entry.path)
    // Read or written meanwhile: that version is newer than this look.
    if (known.get(key) !== entry || version === entry.version) return
    const changed = { ...entry, version }
    known.set(key, changed)
    announce(changed)
  }

  async function list(pipeline: string): Promise<FileListing> {
    const root = rootOf(pipeline)
    const listing = await listFiles(root)
    listed.set(pipeline, { root, shown: JSON.stringify(listing) })
    return listing
  }

  async function listAgain(pipeline: string, shown: string): Promise<void> {
    try {
      const listing = await list(pipeline)
      if (JSON.stringify(listing) === shown) return
      rev++
      publishListing({ pipeline, listing, rev })
    } catch (error) {
      // The pipeline is gone, and the catalog says so; anything else is told to whoever asks for the listing again.
      listed.delete(pipeline)
      if (!(error instanceof AppError)) throw error
    }
  }

  return {
    list,

    async read(pipeline, path) {
      const root = rootOf(pipeline)
      const bytes = await readInside(root, path)
      const text = decodeText(bytes, path)
      const version = versionOf(bytes)
      remember({ pipeline, root, path, version })
      return { text, version, sizeBytes: bytes.length, readOnly: !(await isWritable(await resolveInside(root, path))) }
    },

    async write(pipeline, path, text, expectedVersion) {
      const root = rootOf(pipeline)
      const bytes = encodeText(text, path)
      const target = await resolveInside(root, path)
      const before = await versionOnDisk(root, path)
      if (before !== null && !(await isWritable(target))) {
        const message = `${JSON.stringify(path)} is read-only and was not saved. Change its permissions or save under another name.`
        throw new AppError('file/permission-denied', message, { path })
      }
      const beforeReplace = async () => {
        if (expectedVersion !== null && ((await versionOnDisk(root, path)) ?? '') !== expectedVersion) {
          const message = `${JSON.stringify(path)} was changed on disk since it was opened, and was not saved. Reload it, or overwrite it.`
          throw new AppError('file/changed-on-disk', message, { path })
        }
        if ((await resolveInside(root, path)) === target) return
        throw new AppError('file/outside-workspace', `${JSON.stringify(path)} was moved while it was saved; nothing was written.`, { path })
      }
      await inPinnedFolder(root, path, (pinnedPath) => writeFileAtomically(pinnedPath, bytes, { beforeReplace, shownAs: target }))
      const version = versionOf(bytes)
      const entry = { pipeline, root, path, version }
      remember(entry)
      if (version !== before) announce(entry)
      return { version }
    },

    async noteDiskChanges(paths) {
      const concerned = [...known].filter(([key]) => paths === 'rescan' || paths.some((path) => isInside(path, key)))
      for (const [key, entry] of concerned) await lookAgain(key, entry)
      const touched = [...listed].filter(([, { root }]) => paths === 'rescan' || paths.some((path) => isInside(root, path)))
      for (const [pipeline, { shown }] of touched) await listAgain(pipeline, shown)
    },
  }
}

/** Null when there is no such file. What is there but cannot be read has a version of its own, so that a change is seen. */
async function versionOnDisk(root: string, path: string): Promise<string | null> {
  try {
    return versionOf(await readInside(root, path))
  } catch (error) {
    if (!(error instanceof AppError)) return 'unreadable'
    return error.code === 'file/not-found' ? null : error.code
  }
}

/** The file, and its folder: saving replaces the file. */
async function isWritable(path: string): Promise<boolean> {
  return Promise.all([access(path, constants.W_OK), access(dirname(path), constants.W_OK)]).then(
    () => true,
    () => false,
  )
}
