/**
 * A cell as one attempt after the other made it, folded from its messages. Pure: where the messages are kept is
 * cells-file.ts; what a notebook file makes of it, executed-notebook.ts.
 */
import type { CellOutput, RunCell } from '@shared/contract/runs'
import type { MimeBundle, NotebookMessage } from './notebook-message'

/** What was shown in one place: a mime bundle, as a notebook file has it. */
export type Shown = { data: MimeBundle; metadata: Record<string, unknown>; omittedBytes: number }

export type RecordedOutput =
  | { kind: 'stream'; name: 'stdout' | 'stderr'; text: string; omittedBytes: number }
  | (Shown & { kind: 'display' | 'result'; count: number | null })
  | { kind: 'error'; name: string; value: string; traceback: string[] }

/** What stands in the file of a run's cells: the runner's messages, bytes that the store left out, and where all begins again. */
export type CellEntry = NotebookMessage | { type: 'omitted'; stdout: number; stderr: number; display: number } | { type: 'reset' }

export type RecordedCell = RunCell & {
  /** Of the last attempt that got one. */
  count: number | null
  /** The beginning of what each failed attempt said, in order. */
  failures: string[]
  /** Of the last attempt. */
  outputs: RecordedOutput[]
}

/** Folds the entries of one attempt. `latest` answers what was displayed last under an id, in whichever cell. */
export function foldOutputs(entries: Iterable<CellEntry>, latest: (displayId: string) => Shown | null): RecordedOutput[] {
  let outputs: RecordedOutput[] = []
  let clearBeforeNext = false
  /** Parts of the text of the last output, if it is a stream: joined once. */
  let parts: string[] = []
  const closeStream = (): void => {
    const last = outputs.at(-1)
    if (last?.kind === 'stream' && parts.length > 0) last.text += parts.join('')
    parts = []
  }
  const add = (output: RecordedOutput): void => {
    closeStream()
    if (clearBeforeNext) outputs = []
    clearBeforeNext = false
    outputs.push(output)
  }
  for (const entry of entries) {
    switch (entry.type) {
      case 'stream': {
        const last = outputs.at(-1)
        if (clearBeforeNext || last?.kind !== 'stream' || last.name !== entry.name) add({ kind: 'stream', name: entry.name, text: '', omittedBytes: 0 })
        parts.push(entry.text)
        break
      }
      case 'display':
      case 'result': {
        const { data, metadata, omittedBytes } = (entry.displayId === null ? null : latest(entry.displayId)) ?? entry
        add({ kind: entry.type, data, metadata, omittedBytes, count: entry.type === 'result' ? entry.count : null })
        break
      }
      case 'error':
        add({ kind: 'error', name: entry.name, value: entry.value, traceback: entry.traceback })
        break
      case 'clear':
        closeStream()
        if (entry.wait) clearBeforeNext = true
        else outputs = []
        break
      case 'omitted':
        closeStream()
        for (const name of ['stdout', 'stderr'] as const) if (entry[name] > 0) noteOmitted(outputs, name, entry[name])
        if (entry.display > 0) outputs.push({ kind: 'display', data: {}, metadata: {}, count: null, omittedBytes: entry.display })
        break
      case 'start':
      case 'reset':
        outputs = []
        parts = []
        clearBeforeNext = false
        break
      case 'ready':
      case 'note':
      case 'raw':
      case 'update':
      case 'end':
      case 'kernel-died':
      case 'interrupted':
        break
    }
  }
  closeStream()
  return outputs
}

function noteOmitted(outputs: RecordedOutput[], name: 'stdout' | 'stderr', bytes: number): void {
  for (let i = outputs.length - 1; i >= 0; i -= 1) {
    const output = outputs[i]
    if (output?.kind === 'stream' && output.name === name) {
      output.omittedBytes += bytes
      return
    }
  }
  outputs.push({ kind: 'stream', name, text: '', omittedBytes: bytes })
}

/** As the contract carries it: content that is JSON becomes its text. */
export function contractOutput(output: RecordedOutput): CellOutput {
  switch (output.kind) {
    case 'stream':
      return { kind: output.name, data: { 'text/plain': output.text }, omittedBytes: output.omittedBytes }
    case 'display':
    case 'result':
      return { kind: output.kind, data: Object.fromEntries(Object.entries(output.data).map(([type, content]) => [type, typeof content === 'string' ? content : JSON.stringify(content)])), omittedBytes: output.omittedBytes }
    case 'error':
      return { kind: 'error', data: { 'text/plain': output.traceback.length > 0 ? output.traceback.join('\n') : `${output.name}: ${output.value}` }, omittedBytes: 0 }
  }
}
