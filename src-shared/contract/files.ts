import { z } from 'zod'
import { bytes, event, request, rev } from './define'
import { pipelineName } from './pipelines'

/** Path of a file relative to its pipeline's folder, with forward slashes. */
export const filePath = z.string().min(1).max(1024)

export const fileEntry = z.object({ path: filePath, kind: z.enum(['file', 'folder', 'link', 'other']), sizeBytes: bytes })
export type FileEntry = z.infer<typeof fileEntry>

export const fileListing = z.object({
  entries: z.array(fileEntry),
  /** True when the folder holds more than is listed. */
  truncated: z.boolean(),
})

export type FileListing = z.infer<typeof fileListing>

export const fileContent = z.object({
  text: z.string(),
  /** Names this content; hand it back with a write so that a change on disk is noticed. */
  version: z.string(),
  sizeBytes: bytes,
  readOnly: z.boolean(),
})
export type FileContent = z.infer<typeof fileContent>

export const filesContract = {
  /** All files below the pipeline's folder, depth first, folders before their content; hidden ones and __pycache__ left out. */
  list: request({ pipeline: pipelineName }, fileListing),
  /** UTF-8 text up to 5 MB. Errors: file/not-found, file/not-regular, file/outside-workspace, file/too-large, file/binary, file/permission-denied. */
  read: request({ pipeline: pipelineName, path: filePath }, fileContent),
  /**
   * Replaces the file atomically. With `expectedVersion` other than the version on disk: file/changed-on-disk and nothing is
   * written; null writes whatever is there, an empty one only where there is no file.
   */
  write: request({ pipeline: pipelineName, path: filePath, text: z.string().max(20_000_000), expectedVersion: z.string().nullable() }, z.object({ version: z.string() })),
  /** The files of a pipeline that was listed before are other ones now. */
  listingChanged: event(z.object({ pipeline: pipelineName, listing: fileListing, rev })),
  /** A file that was read before changed on disk, by whomever; `version` is null when it is gone. */
  changed: event(z.object({ pipeline: pipelineName, path: filePath, version: z.string().nullable(), rev })),
}
