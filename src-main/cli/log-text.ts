/** Cuts chunks of a log into texts of one stream each, for JSON: a character that a chunk cuts is put together again. */
import type { LogChunk, LogSegment } from '@shared/contract/runs'

export type LogText = { stream: LogSegment['stream']; text: string; atMs: number }

export type LogTextReader = { push(chunk: LogChunk): LogText[]; end(): LogText[] }

export function createLogTextReader(): LogTextReader {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  let lastAtMs = 0
  return {
    push(chunk) {
      const texts: LogText[] = []
      const segments: LogSegment[] = chunk.segments.length > 0 ? chunk.segments : [{ fromByte: chunk.fromByte, stream: 'stdout', atMs: lastAtMs }]
      segments.forEach((segment, index) => {
        const from = Math.max(segment.fromByte, chunk.fromByte) - chunk.fromByte
        const to = (segments[index + 1]?.fromByte ?? chunk.nextByte) - chunk.fromByte
        const text = decoders[segment.stream].decode(chunk.bytes.subarray(from, to), { stream: true })
        lastAtMs = segment.atMs
        if (text !== '') texts.push({ stream: segment.stream, text, atMs: segment.atMs })
      })
      return texts
    },
    end() {
      return (['stdout', 'stderr'] as const).flatMap((stream) => {
        const text = decoders[stream].decode()
        return text === '' ? [] : [{ stream, text, atMs: lastAtMs }]
      })
    },
  }
}
