/**
 * Splits a run's standard output at the marker line: what comes before is uv's, the marker itself is never shown, what
 * comes after is the user's code and passes untouched. Only the first marker counts: a script may print the same words.
 */
import { setupMarker } from '../uv/command'

const prefix = Buffer.from(setupMarker)
const newline = 0x0a
/** The marker line is short ("… 3.11.2"); anything longer is not it and must not be held back. */
const maxLineBytes = 64

export type SetupMarkerFilter = {
  push(chunk: Buffer): void
  /** Hands on what was held back; call when the stream has ended. */
  end(): void
}

/** `onReady` gets Python's version, or null when the line carries none. */
export function createSetupMarkerFilter(onOutput: (chunk: Buffer) => void, onReady: (pythonVersion: string | null) => void): SetupMarkerFilter {
  let ready = false
  let atLineStart = true
  /** The beginning of a line that may still turn out to be the marker. */
  let held: Buffer = Buffer.alloc(0)

  const emit = (chunk: Buffer): void => {
    if (chunk.length > 0) onOutput(chunk)
  }

  return {
    push(chunk) {
      if (ready) return emit(chunk)
      let rest = held.length === 0 ? chunk : Buffer.concat([held, chunk])
      held = Buffer.alloc(0)
      while (rest.length > 0) {
        const lineEnd = rest.indexOf(newline)
        if (atLineStart && couldBeMarker(rest)) {
          if (lineEnd < 0 && rest.length <= maxLineBytes) {
            held = Buffer.from(rest)
            return
          }
          const line = rest.subarray(0, lineEnd).toString('latin1')
          const match = lineEnd >= 0 && lineEnd <= maxLineBytes ? markerLine.exec(line) : null
          if (match) {
            ready = true
            onReady(match[1] ?? null)
            return emit(rest.subarray(lineEnd + 1))
          }
        }
        const cut = lineEnd < 0 ? rest.length : lineEnd + 1
        emit(rest.subarray(0, cut))
        atLineStart = lineEnd >= 0
        rest = rest.subarray(cut)
      }
    },
    end() {
      emit(held)
      held = Buffer.alloc(0)
    },
  }
}

/** On Windows Python ends lines with CR LF. */
const markerLine = new RegExp(`^${setupMarker}(?: (\\d+\\.\\d+\\.\\d+))?\\r?$`)

function couldBeMarker(line: Buffer): boolean {
  const length = Math.min(line.length, prefix.length)
  return line.compare(prefix, 0, length, 0, length) === 0
}
