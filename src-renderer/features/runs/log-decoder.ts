/**
 * Bytes of a log -> text for the terminal. Each stream has its own decoder and filter, so that a character or a sequence
 * cut by a chunk, a segment or the other stream is put together again. Very long lines are broken where they are shown.
 */
import type { LogChunk } from '@shared/contract/runs'
import { createTerminalFilter } from '@shared/terminal-filter'
import { createStderrTint } from './stderr-tint'

/** A terminal lays a line out as a whole; nobody reads one longer than this. */
const longestLine = 1_000_000

export type LogDecoder = { push: (chunk: Pick<LogChunk, 'bytes' | 'fromByte' | 'segments'>) => string }

type Part = { bytes: Uint8Array; stream: 'stdout' | 'stderr' }

/** Cuts a chunk where the stream changes. */
export function splitByStream({ bytes, fromByte, segments }: Pick<LogChunk, 'bytes' | 'fromByte' | 'segments'>): Part[] {
  const parts: Part[] = []
  let start = 0
  let stream: Part['stream'] = 'stdout'
  for (const segment of segments) {
    const at = Math.min(bytes.length, Math.max(0, segment.fromByte - fromByte))
    if (segment.stream !== stream) {
      if (at > start) parts.push({ bytes: bytes.subarray(start, at), stream })
      start = at
      stream = segment.stream
    }
  }
  if (bytes.length > start) parts.push({ bytes: bytes.subarray(start), stream })
  return parts
}

export function createLogDecoder(stderrColour: string): LogDecoder {
  const createStream = () => ({ decoder: new TextDecoder(), filter: createTerminalFilter() })
  const streams = { stdout: createStream(), stderr: createStream() }
  const tint = createStderrTint(stderrColour)
  let lineLength = 0

  function breakLongLine(text: string): string {
    const lastNewline = text.lastIndexOf('\n')
    if (lastNewline >= 0) {
      lineLength = text.length - lastNewline - 1
      return text
    }
    lineLength += text.length
    if (lineLength <= longestLine) return text
    lineLength = 0
    return `${text}\r\n`
  }

  return {
    push(chunk) {
      return splitByStream(chunk)
        .map(({ bytes, stream }) => {
          const { decoder, filter } = streams[stream]
          return tint.push(breakLongLine(filter.push(decoder.decode(bytes, { stream: true }))), stream)
        })
        .join('')
    },
  }
}
