/**
 * Splits the standard output of a notebook run into messages of our runner and text (runs/setup-marker.ts stands before it
 * and takes the marker line). What comes out does not depend on how the chunks were cut. A line counts as the runner's only
 * with the run's token; all else is text and passes untouched.
 */
import { linePrefix, parseMessage, type NotebookMessage } from './notebook-message'
import { logTextOf } from './notebook-text'

export type NotebookFilter = {
  push(chunk: Buffer): void
  /** Hands on what was held back; call when the stream has ended. */
  end(): void
  /** The output comes again from its beginning. */
  reset(): void
}

export type NotebookFilterInput = {
  /** notebookToken(runId). */
  token: string
  /** The readable log. Text of cells keeps the stream it was written to. */
  onText: (stream: 'stdout' | 'stderr', text: Buffer) => void
  onMessage: (message: NotebookMessage) => void
}

const newline = 0x0a
/** The runner keeps its lines well below this; a longer one is not its own and must not fill memory. */
const maxLineBytes = 32 * 1024 * 1024
/** The server's lines, which repeat what the messages say. Text of cells never comes this way: the runner carries it in messages. */
const serverLine = /^FASTFLOW_CELL_(?:START|END|OUTPUT)\t\d+(?:[\t\r]|$)/
const serverPrefix = 'FASTFLOW_CELL_'

export function createNotebookFilter({ token, onText, onMessage }: NotebookFilterInput): NotebookFilter {
  const prefix = linePrefix(token)
  const prefixes = [Buffer.from(prefix), Buffer.from(serverPrefix)]
  /** The beginning of a line that is the runner's, or may turn out to be. */
  let held: Buffer[] = []
  let heldBytes = 0
  let lineIsText = false
  let logAtLineStart = true

  const text = (stream: 'stdout' | 'stderr', bytes: Buffer): void => {
    if (bytes.length === 0) return
    logAtLineStart = bytes.at(-1) === newline
    onText(stream, bytes)
  }

  const message = (found: NotebookMessage): void => {
    for (const part of logTextOf(found)) {
      if (part.ownLine && !logAtLineStart) text(part.stream, Buffer.from('\n'))
      text(part.stream, Buffer.from(part.text))
    }
    onMessage(found)
  }

  const wholeLine = (line: Buffer): void => {
    const words = line.toString('utf8').replace(/\r?\n$/, '')
    const found = words.startsWith(prefix) ? parseMessage(words.slice(prefix.length)) : null
    if (found) message(found)
    else if (!serverLine.test(words)) text('stdout', line)
  }

  const takeHeld = (): Buffer => {
    const bytes = held.length === 1 ? held[0]! : Buffer.concat(held)
    held = []
    heldBytes = 0
    return bytes
  }

  /** Whether the line that begins like this may be the runner's. */
  const mayBeRunners = (start: Buffer): boolean => prefixes.some((known) => start.compare(known, 0, Math.min(start.length, known.length), 0, Math.min(start.length, known.length)) === 0)

  const piece = (bytes: Buffer, endsLine: boolean): void => {
    if (lineIsText) {
      text('stdout', bytes)
      lineIsText = !endsLine
      return
    }
    held.push(bytes)
    heldBytes += bytes.length
    // Once the first part is as long as the prefix it decides alone, however small the pieces are that follow.
    if (held.length > 1 && (held[0]?.length ?? 0) < prefix.length) held = [Buffer.concat(held)]
    if (!mayBeRunners(held[0]!) || heldBytes > maxLineBytes) {
      text('stdout', takeHeld())
      lineIsText = !endsLine
    } else if (endsLine) wholeLine(takeHeld())
  }

  return {
    push(chunk) {
      for (let from = 0; from < chunk.length; ) {
        const lineEnd = chunk.indexOf(newline, from)
        const to = lineEnd < 0 ? chunk.length : lineEnd + 1
        piece(chunk.subarray(from, to), lineEnd >= 0)
        from = to
      }
    },
    end() {
      // A line that was cut by the end of everything: whatever it is, it is shown rather than lost.
      if (held.length > 0) wholeLine(takeHeld())
      lineIsText = false
    },
    reset() {
      held = []
      heldBytes = 0
      lineIsText = false
      logAtLineStart = true
    },
  }
}
