/**
 * What is known of each cell without its outputs, and where in the file the entries of its last attempt stand. Cells run one
 * after the other, so the entries of an attempt stand together; memory grows with the number of cells, not with what they print.
 */
import type { RunCell } from '@shared/contract/runs'
import type { CellEntry } from './cell-record'
import type { NotebookMessage } from './notebook-message'

/** Of displays that may be replaced later; more of them keep what they showed first. */
const maxUpdatedDisplays = 10_000
/** The server's view shows the first line of each; an endless retry must not fill memory. */
const maxFailures = 100

export type Place = { fromByte: number; toByte: number }
export type IndexedCell = RunCell & Place & { count: number | null; failures: string[] }
export type Death = Extract<NotebookMessage, { type: 'kernel-died' }>

/** Entries that only lie within a cell need not be read to be indexed. */
export type IndexEntry = Exclude<CellEntry, { type: 'stream' | 'display' | 'result' | 'error' | 'clear' }> | { type: 'output' }

export type CellIndex = {
  /** Answers the cell within which the entry stands. */
  note(entry: IndexEntry, place: Place): IndexedCell | null
  cells(): readonly IndexedCell[]
  /** Where the last update of a display stands. */
  latestUpdate(displayId: string): Place | null
  death(): Death | null
  /** Nothing more comes: what runs has failed, what waits never runs. */
  close(): void
}

export function createCellIndex(codeCells: number): CellIndex {
  const cells: IndexedCell[] = []
  const updates = new Map<string, Place>()
  let current: IndexedCell | null = null
  let death: Death | null = null
  const atLeast = (count: number): void => {
    while (cells.length < count) cells.push({ index: cells.length, status: 'pending', attempts: 0, durationMs: null, count: null, failures: [], fromByte: 0, toByte: 0 })
  }
  atLeast(codeCells)

  return {
    note(entry, place) {
      switch (entry.type) {
        case 'reset':
          cells.length = 0
          updates.clear()
          current = death = null
          atLeast(codeCells)
          break
        case 'ready':
          // The file that was read at the start may not be what the runner found a moment later.
          atLeast(entry.codeCells)
          break
        case 'start':
          atLeast(entry.cell + 1)
          current = Object.assign(cells[entry.cell]!, { status: entry.attempt === 1 ? 'running' : 'retrying', attempts: entry.attempt, fromByte: place.fromByte } as const)
          break
        case 'end':
          if (current?.index !== entry.cell) break
          Object.assign(current, { status: entry.status, durationMs: (current.durationMs ?? 0) + entry.durationMs, count: entry.count ?? current.count })
          if (entry.error !== null && current.failures.length < maxFailures) current.failures.push(entry.error)
          break
        case 'update':
          if (updates.has(entry.displayId) || updates.size < maxUpdatedDisplays) updates.set(entry.displayId, place)
          break
        case 'kernel-died':
          death = entry
          break
        case 'output':
        case 'omitted':
        case 'note':
        case 'raw':
        case 'interrupted':
          break
      }
      if (current) current.toByte = place.toByte
      return current
    },
    cells: () => cells,
    latestUpdate: (displayId) => updates.get(displayId) ?? null,
    death: () => death,
    close() {
      for (const cell of cells) {
        if (cell.status === 'pending') cell.status = 'skipped'
        else if (cell.status === 'running' || cell.status === 'retrying') cell.status = 'failed'
      }
    },
  }
}
