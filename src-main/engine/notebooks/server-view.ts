/**
 * What a Fast-Flow server keeps of the same run (FASTFLOW.md §5.2, §5.3), pure: text per stream, one image per cell, the first
 * line of errors. Results, HTML, tables and tracebacks are lost there; whoever pushes a notebook should see that before.
 */
import type { RunCell, ServerCell } from '@shared/contract/runs'
import type { RecordedCell, RecordedOutput } from './cell-record'

export function asServerShowsIt(cells: RecordedCell[]): ServerCell[] {
  return cells.map((cell) => {
    // Outputs cross only with success; of failed attempts nothing but the errors does.
    const outputs = cell.status === 'succeeded' ? cell.outputs : []
    const images = outputs.flatMap(imageOf)
    return {
      index: cell.index,
      status: statusOf(cell.status),
      stdout: streamText(outputs, 'stdout'),
      stderr: [
        ...cell.failures.map((failure, attempt) => `Attempt ${attempt + 1}: ${failure.split('\n', 1)[0]}\n`),
        ...(cell.status === 'failed' ? ['Failed.\n'] : []),
        streamText(outputs, 'stderr'),
      ].join(''),
      image: images[0] ?? null,
      lost: cell.outputs.flatMap((output) => lostOf(output, cell.status === 'succeeded', images[0]?.data)),
    }
  })
}

function statusOf(status: RunCell['status']): ServerCell['status'] {
  switch (status) {
    case 'pending':
    case 'skipped':
      return null
    case 'running':
      return 'RUNNING'
    case 'retrying':
      return 'RETRYING'
    case 'succeeded':
      return 'SUCCESS'
    case 'failed':
      return 'FAILED'
  }
}

/** Line by line, each with a line end; tabs stay written as two characters, as they crossed. */
function streamText(outputs: RecordedOutput[], name: 'stdout' | 'stderr'): string {
  return outputs
    .flatMap((output) => (output.kind === 'stream' && output.name === name ? output.text.replace(/\n$/, '').split('\n') : []))
    .map((line) => `${serverTabs(line)}\n`)
    .join('')
}

/** A line above 1,000 characters crosses in base64 and keeps its tabs. */
function serverTabs(line: string): string {
  const escaped = line.replaceAll('\t', '\\t')
  return escaped.length > 1000 ? line : escaped
}

/** Images of `display` only; a result never crosses. */
function imageOf(output: RecordedOutput): { mime: string; data: string }[] {
  if (output.kind !== 'display') return []
  const found = Object.entries(output.data).find(([mime, data]) => mime.startsWith('image/') && typeof data === 'string')
  return found ? [{ mime: found[0], data: String(found[1]) }] : []
}

function lostOf(output: RecordedOutput, succeeded: boolean, keptImage: string | undefined): string[] {
  switch (output.kind) {
    case 'stream':
      return succeeded ? [] : [output.name]
    case 'error':
      return ['traceback']
    case 'display':
    case 'result': {
      const isKept = output.kind === 'display' && keptImage !== undefined && Object.entries(output.data).some(([mime, data]) => mime.startsWith('image/') && data === keptImage)
      // The words that stand for an image are not missed where the image is.
      return Object.entries(output.data).flatMap(([mime, data]) => (isKept && (data === keptImage || mime === 'text/plain') ? [] : [mime]))
    }
  }
}
