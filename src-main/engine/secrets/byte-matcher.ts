/**
 * Finds many byte patterns in one pass (Aho-Corasick), pure. The first two levels, where nearly all bytes of a log end, are
 * tables; deeper states are chained lists with a way back, so that the many forms of a long key stay affordable.
 */

export type ByteMatcher = {
  /** The state before the first byte is 0. */
  next(state: number, byte: number): number
  /** Length of the longest pattern that ends in this state; 0: none does. */
  matchLength: Int32Array
  /** How many of the last bytes may be the beginning of a pattern. */
  depth: Int32Array
  /** Those bytes themselves. Not to be changed. */
  prefix(state: number): Buffer
}

/** `patterns`: at least one, none empty. */
export function createByteMatcher(patterns: readonly Buffer[]): ByteMatcher {
  const capacity = patterns.reduce((sum, { length }) => sum + length, 1)
  const label = new Uint8Array(capacity)
  const firstChild = new Int32Array(capacity)
  const sibling = new Int32Array(capacity)
  const fallback = new Int32Array(capacity)
  const depth = new Int32Array(capacity)
  const matchLength = new Int32Array(capacity)
  /** A pattern that leads through the state. */
  const patternOf = new Int32Array(capacity)
  let states = 1

  const childOf = (state: number, byte: number): number => {
    let child = firstChild[state]!
    while (child !== 0 && label[child] !== byte) child = sibling[child]!
    return child
  }
  const addChild = (state: number, byte: number, pattern: number): number => {
    const child = states++
    label[child] = byte
    depth[child] = depth[state]! + 1
    patternOf[child] = pattern
    sibling[child] = firstChild[state]!
    firstChild[state] = child
    return child
  }

  // First bytes first: their states are then 1, 2, 3… and index the tables.
  patterns.forEach((pattern, index) => childOf(0, pattern[0]!) || addChild(0, pattern[0]!, index))
  const tables = new Int32Array(states * 256)
  const lastTabled = states - 1
  patterns.forEach((pattern, index) => {
    let state = 0
    for (const byte of pattern) state = childOf(state, byte) || addChild(state, byte, index)
    matchLength[state] = pattern.length
  })
  for (let byte = 0; byte < 256; byte += 1) {
    tables[byte] = childOf(0, byte)
    for (let state = 1; state <= lastTabled; state += 1) tables[state * 256 + byte] = childOf(state, byte) || childOf(0, byte)
  }

  const next = (from: number, byte: number): number => {
    let state = from
    while (state > lastTabled) {
      const child = childOf(state, byte)
      if (child !== 0) return child
      state = fallback[state]!
    }
    return tables[state * 256 + byte]!
  }

  // Breadth first: what a state falls back to is never as deep, and so complete when it is asked.
  const order = new Int32Array(states)
  let found = 1
  for (let at = 0; at < found; at += 1) {
    const state = order[at]!
    for (let child = firstChild[state]!; child !== 0; child = sibling[child]!) {
      order[found++] = child
      fallback[child] = state === 0 ? 0 : next(fallback[state]!, label[child]!)
      if (matchLength[child] === 0) matchLength[child] = matchLength[fallback[child]!]!
    }
  }
  return { next, matchLength, depth, prefix: (state) => patterns[patternOf[state]!]!.subarray(0, depth[state]) }
}
