/** The lines of a run's cells file: one JSON object each, read piece by piece; what cannot be read is null. */
import { readSync } from 'node:fs'
import { z } from 'zod'
import type { IndexEntry, Place } from './cell-index'
import type { CellEntry } from './cell-record'
import { notebookMessage } from './notebook-message'

const newline = 0x0a
const pieceBytes = 1_048_576

const bytes = z.number().nonnegative()
const storeEntry = z.discriminatedUnion('type', [z.object({ type: z.literal('omitted'), stdout: bytes, stderr: bytes, display: bytes }), z.object({ type: z.literal('reset') })])
const head = z.object({ type: z.literal('notebook'), source: z.string() })
/** As JSON.stringify writes what notebook-message.ts parsed: the type comes first. Outputs can be large and are not parsed to be found. */
const outputStart = /^\{"type":"(?:stream|display|result|error|clear)"/
const startBytes = 24

export function parseEntry(line: string): CellEntry | null {
  const parsed = parseJson(line)
  const message = notebookMessage.safeParse(parsed)
  if (message.success) return message.data
  const own = storeEntry.safeParse(parsed)
  return own.success ? own.data : null
}

export function parseIndexEntry(line: Buffer): IndexEntry | null {
  if (outputStart.test(line.toString('latin1', 0, startBytes))) return { type: 'output' }
  const entry = parseEntry(line.toString('utf8'))
  switch (entry?.type) {
    case 'stream':
    case 'display':
    case 'result':
    case 'error':
    case 'clear':
      return { type: 'output' }
    case undefined:
      return null
    default:
      return entry ?? null
  }
}

/** The notebook's text in the first line. */
export function parseSource(line: Buffer): string {
  const parsed = head.safeParse(parseJson(line.toString('utf8')))
  return parsed.success ? parsed.data.source : ''
}

/** Whole lines with their places; what follows the last line end is left out. */
export function* jsonLines(file: number, startByte: number): Generator<{ line: Buffer; place: Place }> {
  let rest: Buffer[] = []
  let fromByte = startByte
  let position = startByte
  for (;;) {
    const buffer = Buffer.alloc(pieceBytes)
    const got = readSync(file, buffer, 0, pieceBytes, position)
    if (got === 0) return
    position += got
    const piece = buffer.subarray(0, got)
    let from = 0
    for (let end = piece.indexOf(newline); end >= 0; end = piece.indexOf(newline, from)) {
      const line = Buffer.concat([...rest, piece.subarray(from, end)])
      rest = []
      const toByte = fromByte + line.length + 1
      yield { line, place: { fromByte, toByte } }
      fromByte = toByte
      from = end + 1
    }
    if (from < got) rest.push(piece.subarray(from))
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
