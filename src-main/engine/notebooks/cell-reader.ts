/** Reads the cells of runs, live ones and finished ones alike, from their files (cells-file.ts). */
import type { CellOutput, RunCell } from '@shared/contract/runs'
import { contractOutput, foldOutputs, type RecordedCell } from './cell-record'
import { createCellsReader, type CellsReader, type CellsView } from './cells-file'
import { cellSource } from './source-notebook'

export type CellOutputs = { index: number; source: string; outputs: CellOutput[] }

export type CellReader = {
  /** Cells that are not known are left out; a run without cells answers none. */
  read(runId: string, indexes: number[]): CellOutputs[]
  /** All of a run's cells, in order, each read when it is asked for. */
  recorded(runId: string): RecordedCell[]
}

/** Runs whose index is kept: those that viewers have open. */
const keptReaders = 8

export function createCellReader(logsDir: string): CellReader {
  const readers = new Map<string, CellsReader>()
  const readerOf = (runId: string): CellsReader => {
    const reader = readers.get(runId) ?? createCellsReader(logsDir, runId)
    // The one used last stands last.
    readers.delete(runId)
    readers.set(runId, reader)
    if (readers.size > keptReaders) readers.delete(readers.keys().next().value ?? '')
    return reader
  }
  return {
    read(runId, indexes) {
      const look = (view: CellsView): CellOutputs[] =>
        indexes.flatMap((index) => {
          const cell = recordedCell(view, index)
          return cell ? [{ index, source: cellSource(view.notebook?.codeCells[index]), outputs: cell.outputs.map(contractOutput) }] : []
        })
      return readerOf(runId).look(look) ?? []
    },
    recorded: (runId) => readerOf(runId).look((view) => view.index.cells().flatMap(({ index }) => recordedCell(view, index) ?? [])) ?? [],
  }
}

export function runCells({ index }: Pick<CellsView, 'index'>): RunCell[] {
  return index.cells().map((cell) => ({ index: cell.index, status: cell.status, attempts: cell.attempts, durationMs: cell.durationMs }))
}

/** With the outputs of its last attempt. */
export function recordedCell(view: CellsView, index: number): RecordedCell | null {
  const cell = view.index.cells()[index]
  if (!cell) return null
  const { status, attempts, durationMs, count, failures } = cell
  const latest = (displayId: string): Extract<ReturnType<CellsView['entries']>[number], { type: 'update' }> | null => {
    const place = view.index.latestUpdate(displayId)
    const [update] = place ? view.entries(place) : []
    return update?.type === 'update' ? update : null
  }
  return { index, status, attempts, durationMs, count, failures: [...failures], outputs: attempts === 0 ? [] : foldOutputs(view.entries(cell), latest) }
}
