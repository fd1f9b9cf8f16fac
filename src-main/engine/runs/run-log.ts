/**
 * The log of one run: the bytes as they came, both streams in order of arrival, and beside them an index that says which
 * stream wrote where and when. Written synchronously: chunks are appended in order, the engine's stream is never paused for a
 * viewer, and a slow disk slows the pipeline rather than filling memory. A full disk ends the keeping, not the run.
 */
import { closeSync, copyFileSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LogSegment } from '@shared/contract/runs'
import { indexFile, logFile, logParts, logSizeBytes, omissionLine, omittedBytesOf, partsFolder } from './log-files'
import { createLogIndexCache, indexLine, streamBytesOf } from './log-index'

type Stream = LogSegment['stream']

export type RunLogWriter = {
  append(stream: Stream, chunk: Buffer): void
  /** Of the whole output, what the cap left out included. */
  sizeBytes(): number
  omittedBytes(): number
  /** What each stream has written in all. */
  streamBytes(): Record<Stream, number>
  /** Bytes that could not be kept, and why; null while all is kept. */
  loss(): { bytes: number; reason: string } | null
  /** Puts head and tail of a log that was too large into one file. */
  close(): void
}

/** A new segment begins when the other stream writes, and after this time, so that times are good to a quarter of a second. */
const segmentMs = 250
const maxSegments = 500_000
/** Of the cap: the head gets three, the tail four to five. */
const shares = 8
const headShares = 3
const tailParts = 5
/** A log that has filled the disk gives so much back: the history needs a little to record how the run ended, and to remove others. */
const reserveBytes = 1_048_576

export type LogFiles = { write(file: number, bytes: Buffer, offset: number): number }

const realFiles: LogFiles = { write: (file, bytes, offset) => writeSync(file, bytes, offset) }

export type RunLogOptions = {
  /** Of head and tail together; 0: no cap. */
  maxBytes: number
  /** Goes on with a log that is there. */
  continues: boolean
  /** Called after each append. */
  onAppended: () => void
  /** Replaced in tests that need a full disk. */
  files?: LogFiles
}

/** Throws when the disk does not take the files, or when there is a log already that is not to be continued. */
export function createRunLogWriter(logsDir: string, runId: string, { maxBytes, continues, onAppended, files = realFiles }: RunLogOptions): RunLogWriter {
  const flags = continues ? 'a' : 'wx'
  const log = openSync(logFile(logsDir, runId), flags, 0o600)
  const index = openSync(indexFile(logsDir, runId), flags, 0o600)
  const shareBytes = maxBytes === 0 ? Infinity : Math.max(1, Math.floor(maxBytes / shares))
  const found = logParts(logsDir, runId)
  let sizeBytes = logSizeBytes(found)
  const known = createLogIndexCache().read(indexFile(logsDir, runId))
  const streamBytes = streamBytesOf(known, sizeBytes)
  let segments = known.length
  let last: LogSegment | null = null
  let lost: { bytes: number; reason: string } | null = null
  /** The parts of the tail, ascending; the last one is open. Of a log that is continued the tail goes on in a new part. */
  const tail = found.slice(1).map(({ fromByte }) => fromByte)
  let part: { file: number; bytes: number } | null = null
  let headBytes = found[0]?.bytes ?? 0
  const partFile = (fromByte: number): string => join(partsFolder(logsDir, runId), String(fromByte))

  const fail = (error: unknown): void => {
    lost ??= { bytes: 0, reason: error instanceof Error ? error.message : String(error) }
  }
  /** Answers how many bytes were kept. */
  const write = (file: number, chunk: Buffer): number => {
    let written = 0
    try {
      while (written < chunk.length) written += files.write(file, chunk, written)
    } catch (error) {
      fail(error)
    }
    return written
  }

  const noteSegment = (stream: Stream): void => {
    const atMs = Date.now()
    if (last && last.stream === stream && atMs - last.atMs < segmentMs) return
    if (segments >= maxSegments) return
    last = { fromByte: sizeBytes, stream, atMs }
    segments += 1
    write(index, indexLine(last))
  }

  const beginPart = (): { file: number; bytes: number } => {
    if (part) closeSync(part.file)
    mkdirSync(partsFolder(logsDir, runId), { recursive: true, mode: 0o700 })
    part = { file: openSync(partFile(sizeBytes), 'a', 0o600), bytes: 0 }
    tail.push(sizeBytes)
    while (tail.length > tailParts) rmSync(partFile(tail.shift() ?? 0), { force: true })
    return part
  }

  /** Where the next bytes go, and how many of them at most. */
  const place = (): { file: number; room: number } => {
    const headRoom = shareBytes * headShares - headBytes
    if (headRoom > 0 && tail.length === 0) return { file: log, room: headRoom }
    const open = part && part.bytes < shareBytes ? part : beginPart()
    return { file: open.file, room: shareBytes - open.bytes }
  }

  const giveBack = (file: number, stream: Stream): void => {
    const fileBytes = file === log ? headBytes : (part?.bytes ?? 0)
    if (lost === null || fileBytes < 2 * reserveBytes) return
    ftruncateSync(file, fileBytes - reserveBytes)
    if (file === log) headBytes -= reserveBytes
    else if (part) part.bytes -= reserveBytes
    sizeBytes -= reserveBytes
    streamBytes[stream] -= reserveBytes
    lost.bytes += reserveBytes
  }

  const keep = (stream: Stream, chunk: Buffer): number => {
    let kept = 0
    while (kept < chunk.length && lost === null) {
      const { file, room } = place()
      const piece = chunk.subarray(kept, kept + room)
      const written = write(file, piece)
      if (file === log) headBytes += written
      else if (part) part.bytes += written
      sizeBytes += written
      streamBytes[stream] += written
      kept += written
      giveBack(file, stream)
    }
    return kept
  }

  return {
    append(stream, chunk) {
      if (chunk.length === 0) return
      let kept = 0
      if (lost === null) {
        noteSegment(stream)
        try {
          kept = keep(stream, chunk)
        } catch (error) {
          fail(error)
        }
      }
      if (lost as { bytes: number } | null) lost!.bytes += chunk.length - kept
      onAppended()
    },
    sizeBytes: () => sizeBytes,
    omittedBytes: () => (tail.length === 0 ? 0 : (tail[0] ?? 0) - headBytes),
    streamBytes: () => ({ ...streamBytes }),
    loss: () => lost,
    close() {
      for (const file of [log, index, ...(part ? [part.file] : [])]) {
        try {
          fsyncSync(file)
        } catch {
          // Some file systems refuse; the bytes are written all the same.
        }
        closeSync(file)
      }
      try {
        if (tail.length > 0) joinLog(logsDir, runId)
      } catch {
        // In parts it is read as well.
      }
    },
  }
}

/** Afterwards bytes are counted over the file: head, a line that says what is missing, tail. */
function joinLog(logsDir: string, runId: string): void {
  const [head, ...tail] = logParts(logsDir, runId)
  const [first] = tail
  if (!head || !first) return
  const omitted = omittedBytesOf([head, first])
  const line = omitted > 0 ? omissionLine(omitted) : Buffer.alloc(0)
  const [joined, joinedIndex] = [`${logFile(logsDir, runId)}.joined`, `${indexFile(logsDir, runId)}.joined`]
  copyFileSync(head.file, joined)
  writeFileSync(joined, line, { flag: 'a' })
  for (const { file } of tail) appendFile(joined, file)
  const shift = omitted - line.length
  const segments = createLogIndexCache().read(indexFile(logsDir, runId))
  const before = segments.filter(({ fromByte }) => fromByte < head.bytes)
  const after = segments.filter(({ fromByte }) => fromByte >= first.fromByte)
  const cut = segments.filter(({ fromByte }) => fromByte < first.fromByte).at(-1)
  const moved = [...(cut && after[0]?.fromByte !== first.fromByte ? [{ ...cut, fromByte: first.fromByte }] : []), ...after].map((segment) => ({ ...segment, fromByte: segment.fromByte - shift }))
  writeFileSync(joinedIndex, Buffer.concat([...before, ...moved].map(indexLine)), { mode: 0o600 })
  renameSync(joinedIndex, indexFile(logsDir, runId))
  renameSync(joined, logFile(logsDir, runId))
  rmSync(partsFolder(logsDir, runId), { recursive: true, force: true })
}

/** Piece by piece: a part can be large. */
function appendFile(target: string, source: string): void {
  const [from, to] = [openSync(source, 'r'), openSync(target, 'a')]
  try {
    const buffer = Buffer.alloc(1024 ** 2)
    for (let read = readSync(from, buffer); read > 0; read = readSync(from, buffer)) for (let written = 0; written < read; ) written += writeSync(to, buffer, written, read - written)
  } finally {
    closeSync(from)
    closeSync(to)
  }
}
