/**
 * The file `<runId>.cells.jsonl` beside a run's log: the notebook as it was at the start in the first line, then one entry per
 * line as they came. It only grows, so that it can be read while it is written, by another process too. A crash costs at most
 * the line that was being written; a line that cannot be read is passed over.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { hasErrorCode } from '../platform/error-code'
import { createCellIndex, type CellIndex, type IndexEntry, type Place } from './cell-index'
import type { CellEntry } from './cell-record'
import { jsonLines, parseEntry, parseIndexEntry, parseSource } from './cells-lines'
import { readNotebook, type SourceNotebook } from './source-notebook'

export function cellsFile(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.cells.jsonl`)
}

export type CellsView = {
  index: CellIndex
  notebook: SourceNotebook | null
  entries(place: Place): CellEntry[]
}

export type CellsWriter = CellsView & {
  /** Never throws: what the disk does not take is counted, and known until the end all the same. Answers the cell that has it. */
  append(entry: CellEntry): ReturnType<CellIndex['note']>
  sizeBytes(): number
  loss(): { bytes: number; reason: string } | null
  close(): void
}

type Known = { index: CellIndex; notebook: SourceNotebook | null; sizeBytes: number }

/** Continues what is there, or begins a file with the notebook's text. */
export function openCellsWriter(logsDir: string, runId: string, source: string | null): CellsWriter {
  let lost: { bytes: number; reason: string } | null = null
  const attempt = <T>(bytes: number, action: () => T): T | null => {
    try {
      return action()
    } catch (error) {
      lost ??= { bytes: 0, reason: error instanceof Error ? error.message : String(error) }
      lost.bytes += bytes
      return null
    }
  }
  const file = attempt(0, () => openSync(cellsFile(logsDir, runId), 'a+', 0o600))
  const known: Known = (file === null ? null : attempt(0, () => scan(file, null))) ?? { index: createCellIndex(0), notebook: null, sizeBytes: 0 }
  let { index, notebook, sizeBytes } = known

  const append = (line: string): Place => {
    const bytes = Buffer.from(`${line}\n`)
    const fromByte = sizeBytes
    attempt(bytes.length, () => {
      if (file === null) throw new Error('the file could not be opened')
      writeWhole(file, bytes, fromByte)
      sizeBytes += bytes.length
    })
    return { fromByte, toByte: sizeBytes }
  }

  // A line that a crash cut in two would spoil the next one.
  if (file !== null) attempt(0, () => ftruncateSync(file, sizeBytes))
  if (sizeBytes === 0) {
    append(JSON.stringify({ type: 'notebook', source: source ?? '' }))
    notebook = readNotebook(source ?? '')
    index = createCellIndex(notebook?.codeCells.length ?? 0)
  }

  return {
    index,
    notebook,
    append: (entry) => index.note(indexEntry(entry), append(JSON.stringify(entry))),
    entries: (place) => (file === null ? [] : readEntries(file, place)),
    sizeBytes: () => sizeBytes,
    loss: () => lost,
    close() {
      if (file === null) return
      try {
        fsyncSync(file)
      } catch {
        // Some file systems refuse; the bytes are written all the same.
      }
      closeSync(file)
    },
  }
}

export type CellsReader = {
  /** With what the file has now; null while there is no file. */
  look<T>(action: (view: CellsView) => T): T | null
}

/** Reads on from where it stopped the last time. */
export function createCellsReader(logsDir: string, runId: string): CellsReader {
  let known: Known | null = null
  return {
    look(action) {
      const file = openToRead(cellsFile(logsDir, runId))
      if (file === null) return null
      try {
        known = scan(file, known)
        const { index, notebook } = known
        return action({ index, notebook, entries: (place) => readEntries(file, place) })
      } finally {
        closeSync(file)
      }
    },
  }
}

function openToRead(path: string): number | null {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return null
    throw error
  }
}

function scan(file: number, known: Known | null): Known {
  let { index, notebook, sizeBytes } = known ?? { index: createCellIndex(0), notebook: null, sizeBytes: 0 }
  for (const { line, place } of jsonLines(file, sizeBytes)) {
    if (place.fromByte === 0) {
      notebook = readNotebook(parseSource(line))
      index = createCellIndex(notebook?.codeCells.length ?? 0)
    } else {
      const entry = parseIndexEntry(line)
      if (entry) index.note(entry, place)
    }
    sizeBytes = place.toByte
  }
  return { index, notebook, sizeBytes }
}

function indexEntry(entry: CellEntry): IndexEntry {
  switch (entry.type) {
    case 'stream':
    case 'display':
    case 'result':
    case 'error':
    case 'clear':
      return { type: 'output' }
    default:
      return entry
  }
}

function readEntries(file: number, { fromByte, toByte }: Place): CellEntry[] {
  const bytes = Buffer.alloc(toByte - fromByte)
  let filled = 0
  while (filled < bytes.length) {
    const got = readSync(file, bytes, filled, bytes.length - filled, fromByte + filled)
    if (got === 0) break
    filled += got
  }
  return bytes
    .toString('utf8', 0, filled)
    .split('\n')
    .flatMap((line) => parseEntry(line) ?? [])
}

/** Half a line would swallow the next one, so it is taken back. */
function writeWhole(file: number, bytes: Buffer, atByte: number): void {
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
  } catch (error) {
    ftruncateSync(file, atByte)
    throw error
  }
}
