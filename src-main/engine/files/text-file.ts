/**
 * Text files as the editor handles them: UTF-8 only, byte for byte the same after reading and writing back. A byte order
 * mark travels as the first character of the text, line ends as they are.
 */
import { createHash } from 'node:crypto'
import { AppError } from '@shared/app-error'
import { openInside, readUpTo } from '../workspace/workspace-paths'

export const maxTextBytes = 5_000_000

export function versionOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Errors: those of openInside, and file/too-large. */
export async function readInside(root: string, relativePath: string): Promise<Buffer> {
  const file = await openInside(root, relativePath)
  try {
    if (file.sizeBytes > maxTextBytes) throw tooLarge(relativePath, file.sizeBytes)
    const bytes = await readUpTo(file, maxTextBytes + 1)
    if (bytes.length > maxTextBytes) throw tooLarge(relativePath, bytes.length)
    return bytes
  } finally {
    await file.handle.close()
  }
}

/** Errors: file/binary. */
export function decodeText(bytes: Uint8Array, relativePath: string): string {
  if (bytes.includes(0)) throw binary(relativePath, 'holds NUL bytes')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw binary(relativePath, 'is not UTF-8')
  }
}

/** Half a surrogate pair, which no encoding can hold, becomes U+FFFD. Errors: file/binary, file/too-large. */
export function encodeText(text: string, relativePath: string): Buffer {
  if (text.includes('\0')) throw binary(relativePath, 'would hold a NUL character')
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > maxTextBytes) throw tooLarge(relativePath, bytes.length)
  return bytes
}

function tooLarge(path: string, sizeBytes: number): AppError {
  const message = `${JSON.stringify(path)} is larger than 5 MB (${(sizeBytes / 1_000_000).toFixed(1)} MB) and is not opened here; use another editor.`
  return new AppError('file/too-large', message, { path, sizeBytes })
}

function binary(path: string, why: string): AppError {
  return new AppError('file/binary', `${JSON.stringify(path)} ${why}: it is not a text file and is not opened as one.`, { path })
}
