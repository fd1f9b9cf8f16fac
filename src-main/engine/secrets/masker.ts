/**
 * Replaces the values of secrets in a stream of bytes. Every byte that belongs to any form of any value goes; what overlaps
 * becomes one `***`. The result does not depend on how the stream is cut, so that a log that is read again masks the same.
 */
import { createByteMatcher, type ByteMatcher } from './byte-matcher'
import { secretForms } from './secret-forms'

export type Masker = {
  push(chunk: Buffer): void
  /** Hands on what was held back; call when the stream has ended. */
  end(): void
}

/** From and up to (not included), counted from the beginning of the stream. */
type Range = { from: number; to: number }

const mask = Buffer.from('***')
const nothing = Buffer.alloc(0)

/**
 * `onText` gets what is left, in order, at most once a push, and must not change it. Held back is only what may be the
 * beginning of a value. `values` must not change: what is computed for them is kept as long as the array.
 */
export function createMasker(values: readonly string[], onText: (chunk: Buffer) => void): Masker {
  const matcher = matcherOf(values)
  if (matcher === null) return { push: onText, end: () => undefined }
  const { next, depth, matchLength, prefix } = matcher
  let state = 0
  let position = 0
  /** Up to here masks have been written; a range that begins earlier makes the last one longer. */
  let maskedTo = 0
  /** Not yet written, in order and apart. */
  let ranges: Range[] = []

  const cover = (from: number, to: number): void => {
    let start = from
    for (let last = ranges.at(-1); last && last.to > start; last = ranges.at(-1)) {
      start = Math.min(start, last.from)
      ranges.pop()
    }
    ranges.push({ from: start, to })
  }

  /** Hands on what is decided: `bytes` are those of the stream from `start`, and no value that is still to come begins before `to`. */
  const release = (bytes: Buffer[], start: number, to: number): void => {
    const parts: Buffer[] = []
    let written = Math.max(start, maskedTo)
    const writeTo = (until: number): void => {
      let at = start
      for (const piece of bytes) {
        if (written < until && written < at + piece.length) {
          const part = piece.subarray(written - at, until - at)
          parts.push(part)
          written += part.length
        }
        at += piece.length
      }
    }
    let done = 0
    for (; done < ranges.length && ranges[done]!.from < to; done += 1) {
      const range = ranges[done]!
      if (range.from >= maskedTo) {
        writeTo(range.from)
        parts.push(mask)
      }
      maskedTo = Math.max(maskedTo, range.to)
      written = Math.max(written, maskedTo)
    }
    ranges = ranges.slice(done)
    writeTo(to)
    const [first] = parts
    if (first) onText(parts.length === 1 ? first : Buffer.concat(parts))
  }

  return {
    push(chunk) {
      // What is held back need not be kept: it is the beginning of a form, which the state knows.
      const held = prefix(state)
      const start = position - held.length
      for (let index = 0; index < chunk.length; index += 1) {
        state = next(state, chunk[index]!)
        position += 1
        const length = matchLength[state]!
        if (length > 0) cover(position - length, position)
      }
      release([held, chunk], start, position - depth[state]!)
    },
    end() {
      const held = prefix(state)
      state = 0
      release([held, nothing], position - held.length, position)
    },
  }
}

/** For a text that is there as a whole. */
export function maskText(values: readonly string[], text: string): string {
  const parts: Buffer[] = []
  const masker = createMasker(values, (chunk) => parts.push(chunk))
  masker.push(Buffer.from(text))
  masker.end()
  return Buffer.concat(parts).toString('utf8')
}

const matchers = new WeakMap<readonly string[], ByteMatcher | null>()

/** The messages of a notebook are masked one by one, all with the same values. */
function matcherOf(values: readonly string[]): ByteMatcher | null {
  const known = matchers.get(values)
  if (known !== undefined) return known
  const forms = secretForms(values)
  const made = forms.length === 0 ? null : createByteMatcher(forms)
  matchers.set(values, made)
  return made
}
