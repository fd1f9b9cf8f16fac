/** The readable log of a notebook run, pure: what each message adds to it. Text of streams stays as it came. */
import type { MimeBundle, NotebookMessage } from './notebook-message'

export type LogText = {
  stream: 'stdout' | 'stderr'
  text: string
  /** Ours or a traceback: begins on a line of its own. */
  ownLine: boolean
}

export function logTextOf(message: NotebookMessage): LogText[] {
  switch (message.type) {
    case 'stream':
    case 'raw':
      return [{ stream: message.name, text: message.text, ownLine: false }]
    case 'note':
      return [line(`[notebook] ${message.text}`)]
    case 'start':
      return [line(`[cell ${message.cell}]${message.attempt === 1 ? '' : ` attempt ${message.attempt}`}`)]
    case 'display':
    case 'result':
      return displayText(message.cell, message.data, message.omittedBytes)
    case 'error':
      return [{ stream: 'stderr', text: `${message.traceback.length > 0 ? message.traceback.join('\n') : `${message.name}: ${message.value}`}\n`, ownLine: true }]
    case 'end':
      return [line(`[cell ${message.cell}] ${endText(message)}`)]
    case 'kernel-died':
      return [line(`[notebook] ${deathText(message)}`)]
    case 'interrupted':
      return [line(`[notebook] ${message.cell === null ? 'Stopped' : `Stopped while cell ${message.cell} ran`}`)]
    case 'ready':
    case 'update':
    case 'clear':
      return []
  }
}

function line(text: string): LogText {
  return { stream: 'stdout', text: `${text}\n`, ownLine: true }
}

/** The plain text where there is one; what a log cannot show is named. */
function displayText(cell: number, data: MimeBundle, omittedBytes: number): LogText[] {
  const plain = data['text/plain']
  const types = Object.keys(data).filter((type) => type.startsWith('image/') || (type !== 'text/plain' && plain === undefined))
  const named = types.map((type) => `${type}, ${sizeText(type, data[type])}, is kept with the run`)
  if (omittedBytes > 0) named.push(`${omittedBytes} bytes of an output were left out: it is too large`)
  return [...(typeof plain === 'string' && plain !== '' ? [{ stream: 'stdout' as const, text: `${plain}\n`, ownLine: true }] : []), ...named.map((text) => line(`[cell ${cell}] ${text}`))]
}

function sizeText(type: string, content: unknown): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  const bytes = type.startsWith('image/') && type !== 'image/svg+xml' ? Math.floor((text.trimEnd().length * 3) / 4) : Buffer.byteLength(text)
  return bytes < 1000 ? `${bytes} bytes` : `${Math.round(bytes / 1000)} kB`
}

function endText({ status, attempt, durationMs, delaySeconds }: Extract<NotebookMessage, { type: 'end' }>): string {
  const took = `${(durationMs / 1000).toFixed(durationMs < 9950 ? 1 : 0)} s`
  switch (status) {
    case 'succeeded':
      return `succeeded after ${took}`
    case 'failed':
      return attempt === 1 ? `failed after ${took}` : `failed after ${took}, in attempt ${attempt}, the last one`
    case 'retrying':
      return `attempt ${attempt} failed after ${took}; the next one begins in ${delaySeconds} s`
  }
}

export function deathText({ cell, exitCode, signal, outOfMemory }: Extract<NotebookMessage, { type: 'kernel-died' }>): string {
  const where = cell === null ? 'before the first cell' : `while cell ${cell} ran`
  if (outOfMemory) return `The Python of the notebook was killed ${where}: memory ran out. Give the pipeline more memory (mem_hard_limit), or let the cell hold less at a time.`
  if (signal === 'SIGKILL') return `The Python of the notebook was killed ${where} (SIGKILL). The usual cause is that memory ran out.`
  if (signal !== null) return `The Python of the notebook crashed ${where} (${signal}). The usual cause is a fault in a package with native code.`
  return `The Python of the notebook ended ${where}${exitCode === null ? '' : ` with exit code ${exitCode}`}. A cell that calls os._exit or exit ends it.`
}
