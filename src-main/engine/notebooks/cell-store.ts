/**
 * The cells of one notebook run: takes the runner's messages, keeps them on disk (cells-file.ts) with a limit on what one cell
 * may keep, and answers what is known. Memory holds no outputs. At the end it leaves the executed notebook.
 */
import { AppError } from '@shared/app-error'
import type { CellOutput, RunCell } from '@shared/contract/runs'
import type { Death } from './cell-index'
import { contractOutput, foldOutputs, type RecordedCell } from './cell-record'
import { openCellsFile, type CellsFile } from './cells-file'
import { writeExecutedNotebook } from './executed-notebook'
import type { NotebookMessage } from './notebook-message'
import { cellSource } from './source-notebook'

/** Of one attempt of a cell, and of a whole run: what is beyond is in the log only. */
const maxAttemptBytes = 10_000_000
const maxRunBytes = 256_000_000
/** Viewers ask for outputs when told that they have grown. */
const announceEveryMs = 200

export type CellOutputs = { index: number; source: string; outputs: CellOutput[] }

export type CellStore = {
  add(message: NotebookMessage): void
  /** All messages come again from the first (RunnerHooks.onReplay). */
  reset(): void
  cells(): RunCell[]
  read(indexes: number[]): CellOutputs[]
  /** How the kernel died, if it did. */
  death(): Death | null
  /** Bytes of outputs that the disk did not take, and why. */
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
  /** A cell began or ended. */
  onCells: (cells: RunCell[]) => void
  /** Outputs of these cells have grown; at most five times a second. */
  onOutputs: (indexes: number[]) => void
}

/** Opens the file of the run, or begins it. Throws when the disk does not take it. */
export function createCellStore({ logsDir, runId, notebookSource, onCells, onOutputs }: CellStoreInput): CellStore {
  const file = openCellsFile(logsDir, runId, notebookSource ?? '')
  if (!file) throw new AppError('internal', 'The file of the cells could not be opened.')
  let attemptFromByte = 0
  const omitted = { stdout: 0, stderr: 0, display: 0 }
  let lost: { bytes: number; reason: string } | null = null
  const grown = new Set<number>()
  let timer: NodeJS.Timeout | null = null

  const announce = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    const indexes = [...grown]
    grown.clear()
    if (indexes.length > 0) onOutputs(indexes)
  }

  const append = (entry: Parameters<CellsFile['append']>[0]): void => {
    try {
      const cell = file.append(entry)
      if (!cell) return
      grown.add(cell.index)
      timer ??= setTimeout(announce, announceEveryMs)
    } catch (error) {
      lost ??= { bytes: 0, reason: error instanceof Error ? error.message : String(error) }
      lost.bytes += JSON.stringify(entry).length
    }
  }

  const appendOmitted = (): void => {
    if (omitted.stdout + omitted.stderr + omitted.display === 0) return
    append({ type: 'omitted', ...omitted })
    Object.assign(omitted, { stdout: 0, stderr: 0, display: 0 })
  }

  const addOutput = (message: NotebookMessage, kind: keyof typeof omitted, bytes: number): void => {
    const sizeBytes = file.sizeBytes()
    if (sizeBytes - attemptFromByte + bytes > maxAttemptBytes || sizeBytes + bytes > maxRunBytes) omitted[kind] += bytes
    else append(message)
  }

  return {
    add(message) {
      switch (message.type) {
        case 'note':
        case 'raw':
          return
        case 'stream':
          return addOutput(message, message.name, Buffer.byteLength(message.text))
        case 'display':
        case 'result':
        case 'update':
          return addOutput(message, 'display', JSON.stringify(message.data).length)
        case 'start':
          appendOmitted()
          attemptFromByte = file.sizeBytes()
          append(message)
          return onCells(runCells(file))
        case 'end':
          appendOmitted()
          append(message)
          return onCells(runCells(file))
        case 'ready':
        case 'clear':
        case 'error':
        case 'kernel-died':
        case 'interrupted':
          return append(message)
      }
    },
    reset() {
      file.reset()
      Object.assign(omitted, { stdout: 0, stderr: 0, display: 0 })
      attemptFromByte = file.sizeBytes()
      onCells(runCells(file))
    },
    cells: () => runCells(file),
    read: (indexes) => readCells(file, indexes),
    death: () => file.index.death(),
    loss: () => lost,
    async finish() {
      appendOmitted()
      file.index.close()
      announce()
      file.sync()
      const written = await writeExecutedNotebook({ logsDir, runId, notebook: file.notebook, recorded: (index) => recordedCell(file, index) })
      file.close()
      return written
    },
  }
}

/** The outputs of a run that no store holds open; cells that are not known are left out. */
export function readRecordedCells(logsDir: string, runId: string, indexes: number[]): CellOutputs[] {
  const file = openCellsFile(logsDir, runId, null)
  if (!file) return []
  try {
    return readCells(file, indexes)
  } finally {
    file.close()
  }
}

/** All that is kept of a finished run's cells, one after the other: for asServerShowsIt. */
export function recordedCells(logsDir: string, runId: string): RecordedCell[] {
  const file = openCellsFile(logsDir, runId, null)
  if (!file) return []
  try {
    file.index.close()
    return file.index.cells().flatMap(({ index }) => recordedCell(file, index) ?? [])
  } finally {
    file.close()
  }
}

function runCells(file: CellsFile): RunCell[] {
  return file.index.cells().map(({ index, status, attempts, durationMs }) => ({ index, status, attempts, durationMs }))
}

function readCells(file: CellsFile, indexes: number[]): CellOutputs[] {
  return indexes.flatMap((index) => {
    const cell = recordedCell(file, index)
    return cell ? [{ index, source: cellSource(file.notebook?.codeCells[index]), outputs: cell.outputs.map(contractOutput) }] : []
  })
}

function recordedCell(file: CellsFile, index: number): RecordedCell | null {
  const cell = file.index.cells()[index]
  if (!cell) return null
  const { status, attempts, durationMs, count, failures, fromByte, toByte } = cell
  const latest = (displayId: string) => {
    const place = file.index.latestUpdate(displayId)
    const [update] = place ? file.read(place.fromByte, place.toByte) : []
    return update?.type === 'update' ? update : null
  }
  return { index, status, attempts, durationMs, count, failures, outputs: foldOutputs(attempts === 0 ? [] : file.read(fromByte, toByte), latest) }
}
