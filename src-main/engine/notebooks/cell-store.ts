/**
 * The cells of one notebook run: takes the runner's messages, keeps them on disk (cells-file.ts) with a limit on what one cell
 * may keep, and answers what is known. Memory holds no outputs. At the end it leaves the executed notebook.
 */
import type { RunCell } from '@shared/contract/runs'
import type { Death } from './cell-index'
import { recordedCell, runCells } from './cell-reader'
import type { CellEntry } from './cell-record'
import { openCellsWriter } from './cells-file'
import { writeExecutedNotebook } from './executed-notebook'
import type { NotebookMessage } from './notebook-message'

/** Of one attempt of a cell, and of a whole run: what is beyond is in the log only. */
const maxAttemptBytes = 10_000_000
const maxRunBytes = 256_000_000
/** Viewers ask for outputs when told that they have grown. */
const announceEveryMs = 200
/** A run tells of all its cells at once: of more than these it does so no more often than that, or it would do nothing else. */
const cellsToldAtOnce = 100

export type CellStore = {
  add(message: NotebookMessage): void
  /** All messages come again from the first (RunnerHooks.onReplay). */
  reset(): void
  cells(): RunCell[]
  /** How the kernel died, if it did. */
  death(): Death | null
  /** Bytes that the disk did not take, and why. */
  loss(): { bytes: number; reason: string } | null
  /**
   * Nothing more comes, however it ended: cells that ran have failed, cells that waited are skipped. Writes the executed notebook
   * and answers its path; null where there is no notebook to write (not nbformat 4) or the disk did not take it.
   */
  finish(): Promise<string | null>
}

export type CellStoreInput = {
  logsDir: string
  runId: string
  /** Text of main.ipynb at the start of the run; of a run that is taken over null: the file has it. */
  notebookSource: string | null
  /** Cells began or ended; of many cells at most five times a second. Their last state is the answer of `cells` after `finish`. */
  onCells: (cells: RunCell[]) => void
  /** Outputs of these cells have grown; at most five times a second. */
  onOutputs: (indexes: number[]) => void
}

type OutputKind = 'stdout' | 'stderr' | 'display'

/** Never throws: what the disk does not take shows as loss. */
export function createCellStore({ logsDir, runId, notebookSource, onCells, onOutputs }: CellStoreInput): CellStore {
  const file = openCellsWriter(logsDir, runId, notebookSource)
  let runFromByte = file.sizeBytes()
  let attemptFromByte = runFromByte
  let omitted: Record<OutputKind, number> = { stdout: 0, stderr: 0, display: 0 }
  const grown = new Set<number>()
  let timer: NodeJS.Timeout | null = null

  const announce = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    const indexes = [...grown]
    grown.clear()
    if (indexes.length > 0) onOutputs(indexes)
  }
  let cellsTimer: NodeJS.Timeout | null = null
  const tellCells = (): void => {
    if (file.index.cells().length <= cellsToldAtOnce) return onCells(runCells(file))
    cellsTimer ??= setTimeout(() => {
      cellsTimer = null
      onCells(runCells(file))
    }, announceEveryMs)
  }
  const append = (entry: CellEntry): void => {
    const cell = file.append(entry)
    if (!cell) return
    grown.add(cell.index)
    timer ??= setTimeout(announce, announceEveryMs)
  }
  const appendOmitted = (): void => {
    const { stdout, stderr, display } = omitted
    omitted = { stdout: 0, stderr: 0, display: 0 }
    if (stdout + stderr + display > 0) append({ type: 'omitted', stdout, stderr, display })
  }
  const appendOutput = (entry: CellEntry, kind: OutputKind, bytes: number): void => {
    const sizeBytes = file.sizeBytes() + bytes
    if (sizeBytes - attemptFromByte > maxAttemptBytes || sizeBytes - runFromByte > maxRunBytes) omitted[kind] += bytes
    else append(entry)
  }

  return {
    add(message) {
      switch (message.type) {
        case 'note':
        case 'raw':
          // For the log only.
          return
        case 'stream':
          return appendOutput(message, message.name, Buffer.byteLength(message.text))
        case 'display':
        case 'result':
        case 'update':
          return appendOutput(message, 'display', JSON.stringify(message.data).length)
        case 'start':
          attemptFromByte = file.sizeBytes()
          append(message)
          return tellCells()
        case 'end':
          appendOmitted()
          append(message)
          return tellCells()
        case 'ready':
          append(message)
          return tellCells()
        case 'clear':
        case 'error':
        case 'kernel-died':
        case 'interrupted':
          return append(message)
      }
    },
    reset() {
      omitted = { stdout: 0, stderr: 0, display: 0 }
      file.append({ type: 'reset' })
      runFromByte = attemptFromByte = file.sizeBytes()
      tellCells()
    },
    cells: () => runCells(file),
    death: () => file.index.death(),
    loss: () => file.loss(),
    async finish() {
      appendOmitted()
      file.index.close()
      if (cellsTimer) clearTimeout(cellsTimer)
      announce()
      const written = await writeExecutedNotebook({ logsDir, runId, notebook: file.notebook, recorded: (index) => recordedCell(file, index) })
      file.close()
      return written
    },
  }
}
