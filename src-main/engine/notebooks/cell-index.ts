/**
 * What is known of each cell without its outputs, and where in the file the entries of its last attempt stand. Cells run one
 * after the other, so the entries of an attempt stand together; memory grows with the number of cells, not with what they print.
 */
import type { RunCell } from '@shared/contract/runs'
import type { CellEntry } from './cell-record'

/** Of displays that may be replaced later; more of them keep what they showed first. */
const maxUpdatedDisplays = 10_000

export type IndexedCell = RunCell & { count: number | null; failures: string[]; fromByte: number; toByte: number }

export type Death = Extract<CellEntry, { type: 'kernel-died' }>

export type CellIndex = {
  /** `fromByte` up to `toByte`: where the entry stands in the file. Answers the cell that it concerns. */
  note(entry: CellEntry, fromByte: number, toByte: number): IndexedCell | null
  cells(): readonly IndexedCell[]
  /** Where the last update of a display stands. */
  latestUpdate(displayId: string): { fromByte: number; toByte: number } | null
  death(): Death | null
  /** Nothing more comes: what runs has failed, what waits never runs. */
  close(): void
}

/** Failures are kept for the server's view, which shows their first line; an endless retry must not fill memory. */
const maxFailures = 100

export function createCellIndex(codeCells: number): CellIndex {
  const cells: IndexedCell[] = Array.from({ length: codeCells }, (_, index) => pendingCell(index))
  const updates = new Map<string, { fromByte: number; toByte: number }>()
  let current: IndexedCell | null = null
  let death: Death | null = null

  return {
    note(entry, fromByte, toByte) {
      if ('cell' in entry && entry.cell !== null && entry.type !== 'kernel-died' && entry.type !== 'interrupted') {
        // The notebook that ran may have more cells than the file that was read; never more than the runner could number.
        while (cells.length <= entry.cell) cells.push(pendingCell(cells.length))
        current = cells[entry.cell] ?? null
      }
      if (entry.type === 'kernel-died') death = entry
      if (entry.type === 'update' && (updates.has(entry.displayId) || updates.size < maxUpdatedDisplays)) updates.set(entry.displayId, { fromByte, toByte })
      if (!current) return null
      if (entry.type === 'start') Object.assign(current, { status: entry.attempt === 1 ? 'running' : 'retrying', attempts: entry.attempt, fromByte })
      if (entry.type === 'end') {
        Object.assign(current, { status: entry.status, durationMs: (current.durationMs ?? 0) + entry.durationMs, count: entry.count ?? current.count })
        if (entry.error !== null && current.failures.length < maxFailures) current.failures.push(entry.error)
      }
      current.toByte = toByte
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

function pendingCell(index: number): IndexedCell {
  return { index, status: 'pending', attempts: 0, durationMs: null, count: null, failures: [], fromByte: 0, toByte: 0 }
}
