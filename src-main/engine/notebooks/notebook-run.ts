/** The notebook side of one run: what the runner in the container tells becomes text for the log, cells, and the executed notebook. */
import type { RunCell } from '@shared/contract/runs'
import { createCellStore } from './cell-store'
import { createMessageMasker } from './mask-messages'
import { createNotebookFilter } from './notebook-filter'
import { notebookToken } from './notebook-message'

export type NotebookRunInput = {
  logsDir: string
  runId: string
  /** Text of main.ipynb at the start of the run; null for a run that is taken over: the file of its cells has it. */
  notebookSource: string | null
  onCells: (cells: RunCell[]) => void
  onOutputs: (indexes: number[]) => void
}

export type OutputText = (stream: 'stdout' | 'stderr', text: Buffer) => void

export type NotebookRun = {
  /** For the output from its beginning: whatever was told before is forgotten. */
  filter(maskValues: readonly string[], onText: OutputText): { push(chunk: Buffer): void; end(): void }
  /** Nothing more comes. `notice` says what the disk did not take. */
  finish(): Promise<{ cells: RunCell[]; notebookFile: string | null; notice: string | null }>
}

/** Throws when the disk does not take the file. */
export function createNotebookRun({ logsDir, runId, notebookSource, onCells, onOutputs }: NotebookRunInput): NotebookRun {
  const store = createCellStore({ logsDir, runId, notebookSource, onCells, onOutputs })
  let isFirst = true
  return {
    filter(maskValues, onText) {
      if (!isFirst) store.reset()
      isFirst = false
      const masker = createMessageMasker(maskValues, (message) => store.add(message))
      const filter = createNotebookFilter({ token: notebookToken(runId), onText, onMessage: (message) => masker.push(message) })
      return {
        push: (chunk) => filter.push(chunk),
        end() {
          filter.end()
          masker.end()
        },
      }
    },
    async finish() {
      const notebookFile = await store.finish()
      const loss = store.loss()
      return { cells: store.cells(), notebookFile, notice: loss && `${loss.bytes} bytes of the cells' outputs could not be kept (${loss.reason}). Free disk space, then run again.` }
    },
  }
}
