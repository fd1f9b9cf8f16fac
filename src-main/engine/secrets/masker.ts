/**
 * Replaces the values of secrets in a stream of bytes. Every byte that belongs to any form of any value goes; what overlaps
 * becomes one `***`. The result does not depend on how the stream is cut, so that a log that is read again masks the same.
 * Aho-Corasick: one step per byte, however many values there are.
 */
import { secretForms } from './secret-forms'

export type Masker = {
  push(chunk: Buffer): void
  /** Hands on what was held back; call when the stream has ended. */
  end(): void
}

const mask = Buffer.from('***')

/** `onText` gets what is left, in order; of the text only what may be the beginning of a value is held back. */
export function createMasker(values: readonly string[], onText: (chunk: Buffer) => void): Masker {
  const automaton = automatonOf(secretForms(values))
  if (automaton === null) return { push: onText, end: () => undefined }
  const { step, depth, matchLength } = automaton
  let node = 0
  /** Of the stream's bytes: the one after the last that came. */
  let position = 0
  /** Bytes from `heldFrom` up to `position`. */
  let held: Buffer = Buffer.alloc(0)
  let heldFrom = 0
  /** What is to be masked, from and up to (not included), in order and apart. */
  let ranges: { from: number; to: number }[] = []

  const emit = (to: number): void => {
    if (to <= heldFrom) return
    onText(held.subarray(0, to - heldFrom))
    drop(to)
  }
  const drop = (to: number): void => {
    if (to <= heldFrom) return
    held = held.subarray(to - heldFrom)
    heldFrom = to
  }
  /** A value can still begin at `undecided` and later, and make a range that reaches there longer. */
  const release = (undecided: number): void => {
    let range = ranges[0]
    for (; range && range.to <= undecided; range = ranges[0]) {
      emit(range.from)
      onText(mask)
      drop(range.to)
      ranges.shift()
    }
    emit(Math.min(undecided, range?.from ?? undecided))
    if (range && range.from < undecided) drop(undecided)
  }
  const cover = (from: number, to: number): void => {
    let start = from
    while (ranges.length > 0 && ranges[ranges.length - 1]!.to > start) start = Math.min(start, ranges.pop()!.from)
    ranges.push({ from: start, to })
  }

  return {
    push(chunk) {
      // Copied: what is held outlives the chunk, whose memory the caller may use again.
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk])
      for (let index = 0; index < chunk.length; index += 1) {
        node = step(node, chunk[index]!)
        position += 1
        const length = matchLength[node]!
        if (length > 0) cover(position - length, position)
      }
      release(position - depth[node]!)
    },
    end() {
      release(position)
      node = 0
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

type Automaton = {
  step: (node: number, byte: number) => number
  /** How many bytes back the longest beginning of a form reaches that ends here. */
  depth: Int32Array
  /** Of the longest form that ends here; 0: none does. */
  matchLength: Int32Array
}

/** Children are chained, not tabled: the forms of a long key have too many nodes for tables. Only the root has one. */
function automatonOf(forms: readonly Buffer[]): Automaton | null {
  if (forms.length === 0) return null
  const size = forms.reduce((sum, { length }) => sum + length, 1)
  const [firstChild, sibling, fallback, depth, matchLength] = [new Int32Array(size), new Int32Array(size), new Int32Array(size), new Int32Array(size), new Int32Array(size)]
  const byteOf = new Uint8Array(size)
  const root = new Int32Array(256)
  let nodes = 1

  const childOf = (node: number, byte: number): number => {
    if (node === 0) return root[byte]!
    let child = firstChild[node]!
    while (child !== 0 && byteOf[child] !== byte) child = sibling[child]!
    return child
  }
  const addChild = (node: number, byte: number): number => {
    const child = nodes
    nodes += 1
    byteOf[child] = byte
    depth[child] = depth[node]! + 1
    if (node === 0) root[byte] = child
    else {
      sibling[child] = firstChild[node]!
      firstChild[node] = child
    }
    return child
  }
  for (const form of forms) {
    let node = 0
    for (const byte of form) node = childOf(node, byte) || addChild(node, byte)
    matchLength[node] = form.length
  }
  const step = (from: number, byte: number): number => {
    let node = from
    for (;;) {
      const child = childOf(node, byte)
      if (child !== 0 || node === 0) return child
      node = fallback[node]!
    }
  }
  // In order of depth, so that the fallback of the parent is known.
  const queue: number[] = [...root].filter((child) => child !== 0)
  for (let next = 0; next < queue.length; next += 1) {
    const node = queue[next]!
    if (matchLength[node] === 0) matchLength[node] = matchLength[fallback[node]!]!
    for (let child = firstChild[node]!; child !== 0; child = sibling[child]!) {
      fallback[child] = step(fallback[node]!, byteOf[child]!)
      queue.push(child)
    }
  }
  return { step, depth, matchLength }
}
