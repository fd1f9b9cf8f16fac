/** Reads a log while it grows and after. Bytes are counted over the whole output, what the cap left out included. */
import { closeSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { LogSegment } from '@shared/contract/runs'
import { indexFile, logParts, logSizeBytes, omissionLine, type LogPart } from './log-files'
import { overlappingSegments, type LogIndexCache } from './log-index'

/** `nextByte` is further than `bytes` are long where bytes were left out: then `bytes` is the line that says so. */
export type LogRead = { bytes: Uint8Array<ArrayBuffer>; nextByte: number; sizeBytes: number; segments: LogSegment[] }

/** Reads at most `maxBytes` from `fromByte`; a log that is gone reads as empty. */
export async function readRunLog(logsDir: string, runId: string, fromByte: number, maxBytes: number, index: LogIndexCache): Promise<LogRead> {
  const parts = logParts(logsDir, runId)
  const sizeBytes = logSizeBytes(parts)
  const part = parts.find((candidate) => fromByte < candidate.fromByte + candidate.bytes)
  if (!part || maxBytes === 0) return { bytes: new Uint8Array(), nextByte: fromByte, sizeBytes, segments: [] }
  if (fromByte < part.fromByte) return { bytes: new Uint8Array(omissionLine(part.fromByte - fromByte)), nextByte: part.fromByte, sizeBytes, segments: [] }
  const bytes = await readPart(part, fromByte, maxBytes)
  const nextByte = fromByte + bytes.length
  return { bytes, nextByte, sizeBytes, segments: overlappingSegments(index.read(indexFile(logsDir, runId)), fromByte, nextByte) }
}

async function readPart(part: LogPart, fromByte: number, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(Math.min(maxBytes, part.fromByte + part.bytes - fromByte))
  let handle
  try {
    handle = await open(part.file, 'r')
  } catch (error) {
    // The cap took the part away in this moment; the next read finds what came after it.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return new Uint8Array()
    throw error
  }
  try {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, fromByte - part.fromByte)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** The first bytes that a stream wrote, at most `maxBytes`; fewer when the other stream wrote in between. */
export function readStreamHead(logsDir: string, runId: string, stream: LogSegment['stream'], maxBytes: number, index: LogIndexCache): Buffer {
  const [head] = logParts(logsDir, runId)
  const segments = index.read(indexFile(logsDir, runId))
  const first = segments.findIndex((segment) => segment.stream === stream)
  const fromByte = segments[first]?.fromByte
  if (!head || fromByte === undefined || fromByte >= head.bytes) return Buffer.alloc(0)
  const toByte = segments.slice(first).find((segment) => segment.stream !== stream)?.fromByte ?? head.bytes
  const buffer = Buffer.alloc(Math.min(maxBytes, toByte - fromByte, head.bytes - fromByte))
  const file = openSync(head.file, 'r')
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, fromByte))
  } finally {
    closeSync(file)
  }
}

/** The last bytes of a log as text, at once; empty where it is gone. */
export function readLogEnd(logsDir: string, runId: string, maxBytes: number): string {
  const part = logParts(logsDir, runId).at(-1)
  if (!part) return ''
  const buffer = Buffer.alloc(Math.min(maxBytes, part.bytes))
  const file = openSync(part.file, 'r')
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, part.bytes - buffer.length)).toString('utf8')
  } finally {
    closeSync(file)
  }
}
