/**
 * The file `<runId>.cells.jsonl` beside a run's log: the notebook as it was at the start in the first line, then one entry per
 * line as they came. A crash costs at most the line that was being written; a line that cannot be read is passed over.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createCellIndex, type CellIndex } from './cell-index'
import { notebookMessage } from './notebook-message'
import { readNotebook, type SourceNotebook } from './source-notebook'
import type { CellEntry } from './cell-record'

const newline = 0x0a
const pieceBytes = 1_048_576

export function cellsFile(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.cells.jsonl`)
}

export type CellsFile = {
  index: CellIndex
  notebook: SourceNotebook | null
  /** Answers the cell that the entry concerns. Throws what the disk says. */
  append(entry: CellEntry): ReturnType<CellIndex['note']>
  read(fromByte: number, toByte: number): CellEntry[]
  sizeBytes(): number
  /** Forgets all but the notebook. */
  reset(): void
  sync(): void
  close(): void
}

/** Opens what is there, or begins a new file with the notebook's text; null when there is none and no text to begin with. */
export function openCellsFile(logsDir: string, runId: string, source: string | null): CellsFile | null {
  const path = cellsFile(logsDir, runId)
  const isNew = !existsSync(path)
  if (isNew && source === null) return null
  const file = openSync(path, isNew ? 'ax+' : 'a+', 0o600)
  let notebook: SourceNotebook | null = null
  let headBytes = 0
  let sizeBytes = 0
  let index: CellIndex

  const write = (line: string): void => {
    const bytes = Buffer.from(`${line}\n`)
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(file, bytes, written)
    } catch (error) {
      // Half a line would swallow the next one.
      ftruncateSync(file, sizeBytes)
      throw error
    }
    sizeBytes += bytes.length
  }

  if (isNew) {
    write(JSON.stringify({ type: 'notebook', source }))
    headBytes = sizeBytes
    notebook = readNotebook(source ?? '')
    index = createCellIndex(notebook?.codeCells.length ?? 0)
  } else {
    index = createCellIndex(0)
    for (const { line, fromByte, toByte } of linesOf(file)) {
      if (fromByte === 0) {
        notebook = readNotebook(sourceOf(line))
        headBytes = toByte
        index = createCellIndex(notebook?.codeCells.length ?? 0)
      } else {
        const entry = parseEntry(line)
        if (entry) index.note(entry, fromByte, toByte)
      }
      sizeBytes = toByte
    }
    ftruncateSync(file, sizeBytes)
  }

  return {
    get index() {
      return index
    },
    notebook,
    append(entry) {
      const fromByte = sizeBytes
      write(JSON.stringify(entry))
      return index.note(entry, fromByte, sizeBytes)
    },
    read(fromByte, toByte) {
      const bytes = Buffer.alloc(Math.max(0, Math.min(toByte, sizeBytes) - fromByte))
      let filled = 0
      while (filled < bytes.length) {
        const got = readSync(file, bytes, filled, bytes.length - filled, fromByte + filled)
        if (got === 0) break
        filled += got
      }
      return splitLines(bytes.subarray(0, filled)).flatMap((line) => parseEntry(line) ?? [])
    },
    sizeBytes: () => sizeBytes,
    reset() {
      ftruncateSync(file, headBytes)
      sizeBytes = headBytes
      index = createCellIndex(notebook?.codeCells.length ?? 0)
    },
    sync() {
      try {
        fsyncSync(file)
      } catch {
        // Some file systems refuse; the bytes are written all the same.
      }
    },
    close: () => closeSync(file),
  }
}

function parseEntry(line: Buffer): CellEntry | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(line.toString('utf8'))
  } catch {
    return null
  }
  const message = notebookMessage.safeParse(parsed)
  if (message.success) return message.data
  return isOmitted(parsed) ? parsed : null
}

function isOmitted(value: unknown): value is Extract<CellEntry, { type: 'omitted' }> {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'omitted') return false
  return ['stdout', 'stderr', 'display'].every((key) => typeof (value as Record<string, unknown>)[key] === 'number')
}

function sourceOf(line: Buffer): string {
  try {
    const head: unknown = JSON.parse(line.toString('utf8'))
    return typeof head === 'object' && head !== null && 'source' in head && typeof head.source === 'string' ? head.source : ''
  } catch {
    return ''
  }
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(newline, from)
    if (end < 0) break
    lines.push(bytes.subarray(from, end))
    from = end + 1
  }
  return lines
}

/** Whole lines with their places; what follows the last line end is left out. */
function* linesOf(file: number): Generator<{ line: Buffer; fromByte: number; toByte: number }> {
  let rest: Buffer[] = []
  let fromByte = 0
  let position = 0
  for (;;) {
    const piece = Buffer.alloc(pieceBytes)
    const got = readSync(file, piece, 0, pieceBytes, position)
    if (got === 0) return
    position += got
    let from = 0
    for (;;) {
      const end = piece.subarray(0, got).indexOf(newline, from)
      if (end < 0) break
      const line = Buffer.concat([...rest, piece.subarray(from, end)])
      rest = []
      const toByte = fromByte + line.length + 1
      yield { line, fromByte, toByte }
      fromByte = toByte
      from = end + 1
    }
    if (from < got) rest.push(Buffer.from(piece.subarray(from, got)))
  }
}
