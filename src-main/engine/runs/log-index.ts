/** The index beside a log: which stream wrote where and when. One line per segment, `fromByte o|e atMs`. */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { LogSegment } from '@shared/contract/runs'

export type LogIndexCache = { read(file: string): LogSegment[] }

const keptIndexes = 8

export function indexLine({ fromByte, stream, atMs }: LogSegment): Buffer {
  return Buffer.from(`${fromByte} ${stream === 'stdout' ? 'o' : 'e'} ${atMs}\n`)
}

/** Keeps the parsed index of the logs read last; of one that has grown only the new lines are read. */
export function createLogIndexCache(): LogIndexCache {
  const parsed = new Map<string, { readBytes: number; rest: string; segments: LogSegment[] }>()
  return {
    read(file) {
      const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      let known = parsed.get(file)
      // Smaller than before: it was written anew.
      if (!known || known.readBytes > sizeBytes) known = { readBytes: 0, rest: '', segments: [] }
      if (known.readBytes < sizeBytes) {
        const lines = (known.rest + readFrom(file, known.readBytes, sizeBytes)).split('\n')
        known.rest = lines.pop() ?? ''
        known.readBytes = sizeBytes
        for (const line of lines) addLine(known.segments, line)
      }
      parsed.delete(file)
      parsed.set(file, known)
      if (parsed.size > keptIndexes) parsed.delete(parsed.keys().next().value ?? '')
      return known.segments
    },
  }
}

function readFrom(file: string, fromByte: number, toByte: number): string {
  const handle = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(toByte - fromByte)
    return buffer.toString('latin1', 0, readSync(handle, buffer, 0, buffer.length, fromByte))
  } finally {
    closeSync(handle)
  }
}

function addLine(segments: LogSegment[], line: string): void {
  const match = /^(\d+) ([oe]) (\d+)$/.exec(line)
  if (match) segments.push({ fromByte: Number(match[1]), stream: match[2] === 'o' ? 'stdout' : 'stderr', atMs: Number(match[3]) })
}

/** Those that overlap the range, ascending; the first may begin before it. */
export function overlappingSegments(segments: readonly LogSegment[], fromByte: number, toByte: number): LogSegment[] {
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

/** How much each stream has written in all. */
export function streamBytesOf(segments: readonly LogSegment[], sizeBytes: number): Record<LogSegment['stream'], number> {
  const bytes = { stdout: 0, stderr: 0 }
  segments.forEach(({ fromByte, stream }, index) => (bytes[stream] += Math.max(0, Math.min(sizeBytes, segments[index + 1]?.fromByte ?? sizeBytes) - fromByte)))
  return bytes
}
