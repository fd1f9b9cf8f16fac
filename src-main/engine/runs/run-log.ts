/**
 * The log of one run: a file with the bytes as they came, both streams in order of arrival, and beside it an index that
 * says which stream wrote where and when. Written synchronously: chunks are appended in order, the engine's stream is never
 * paused for a viewer, and a slow disk slows the pipeline rather than filling memory. A full disk ends the keeping, not the run.
 */
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogSegment } from '@shared/contract/runs'

export type RunLogWriter = {
  append(stream: LogSegment['stream'], chunk: Buffer): void
  sizeBytes(): number
  /** Bytes that could not be kept, and why; null while all is kept. */
  loss(): { bytes: number; reason: string } | null
  close(): void
}

/** A new segment begins when the other stream writes, and after this time, so that times are good to a quarter of a second. */
const segmentMs = 250
const maxSegments = 500_000

export function logFile(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.log`)
}

function indexFile(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.index`)
}

export type LogFiles = { write(file: number, bytes: Buffer, offset: number): number }

const realFiles: LogFiles = { write: (file, bytes, offset) => writeSync(file, bytes, offset) }

/** `onAppended` is called after each append with the new size; `files` is replaced in tests that need a full disk. */
export function createRunLogWriter(logsDir: string, runId: string, onAppended: (sizeBytes: number) => void, files: LogFiles = realFiles): RunLogWriter {
  const log = openSync(logFile(logsDir, runId), 'wx', 0o600)
  const index = openSync(indexFile(logsDir, runId), 'wx', 0o600)
  let sizeBytes = 0
  let segments = 0
  let last: LogSegment | null = null
  let lost: { bytes: number; reason: string } | null = null

  /** Answers how many bytes were kept. */
  const write = (file: number, chunk: Buffer): number => {
    let written = 0
    try {
      while (written < chunk.length) written += files.write(file, chunk, written)
    } catch (error) {
      lost ??= { bytes: 0, reason: error instanceof Error ? error.message : String(error) }
    }
    return written
  }

  const noteSegment = (stream: LogSegment['stream']): void => {
    const atMs = Date.now()
    if (last && last.stream === stream && atMs - last.atMs < segmentMs) return
    if (segments >= maxSegments) return
    last = { fromByte: sizeBytes, stream, atMs }
    segments += 1
    write(index, Buffer.from(`${sizeBytes} ${stream === 'stdout' ? 'o' : 'e'} ${atMs}\n`))
  }

  return {
    append(stream, chunk) {
      if (chunk.length === 0) return
      if (lost) {
        lost.bytes += chunk.length
        return
      }
      noteSegment(stream)
      const kept = write(log, chunk)
      sizeBytes += kept
      if (lost as { bytes: number } | null) lost!.bytes += chunk.length - kept
      onAppended(sizeBytes)
    },
    sizeBytes: () => sizeBytes,
    loss: () => lost,
    close() {
      for (const file of [log, index]) {
        try {
          fsyncSync(file)
        } catch {
          // Some file systems refuse; the bytes are written all the same.
        }
        closeSync(file)
      }
    },
  }
}

export type LogRead = { bytes: Uint8Array<ArrayBuffer>; sizeBytes: number; segments: LogSegment[] }

/** Reads at most `maxBytes` from `fromByte`; a log that is gone reads as empty. */
export async function readRunLog(logsDir: string, runId: string, fromByte: number, maxBytes: number, index: LogIndexCache): Promise<LogRead> {
  let handle
  try {
    handle = await open(logFile(logsDir, runId), 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { bytes: new Uint8Array(), sizeBytes: 0, segments: [] }
    throw error
  }
  try {
    const sizeBytes = (await handle.stat()).size
    const length = Math.max(0, Math.min(maxBytes, sizeBytes - fromByte))
    const buffer = new Uint8Array(length)
    const { bytesRead } = length === 0 ? { bytesRead: 0 } : await handle.read(buffer, 0, length, fromByte)
    const bytes = buffer.subarray(0, bytesRead)
    return { bytes, sizeBytes, segments: overlapping(index.read(indexFile(logsDir, runId)), fromByte, fromByte + bytesRead) }
  } finally {
    await handle.close()
  }
}

export type LogIndexCache = { read(file: string): LogSegment[] }

/** Keeps the parsed index of the logs read last; parses anew when the file has grown. */
export function createLogIndexCache(): LogIndexCache {
  const parsed = new Map<string, { sizeBytes: number; segments: LogSegment[] }>()
  return {
    read(file) {
      const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      const known = parsed.get(file)
      if (known && known.sizeBytes === sizeBytes) return known.segments
      const segments = sizeBytes === 0 ? [] : parseIndex(readFileSync(file, 'latin1'))
      if (parsed.size >= 8) parsed.delete(parsed.keys().next().value ?? '')
      parsed.set(file, { sizeBytes, segments })
      return segments
    },
  }
}

function parseIndex(text: string): LogSegment[] {
  const segments: LogSegment[] = []
  for (const line of text.split('\n')) {
    const match = /^(\d+) ([oe]) (\d+)$/.exec(line)
    if (match) segments.push({ fromByte: Number(match[1]), stream: match[2] === 'o' ? 'stdout' : 'stderr', atMs: Number(match[3]) })
  }
  return segments
}

function overlapping(segments: LogSegment[], fromByte: number, toByte: number): LogSegment[] {
  let first = 0
  let beyond = segments.length
  // Binary search for the last segment that begins at or before fromByte: a log can have hundreds of thousands.
  while (first < beyond) {
    const middle = (first + beyond) >> 1
    if (segments[middle]!.fromByte <= fromByte) first = middle + 1
    else beyond = middle
  }
  const result: LogSegment[] = []
  for (let i = Math.max(0, first - 1); i < segments.length && segments[i]!.fromByte < toByte; i += 1) result.push(segments[i]!)
  return result
}
