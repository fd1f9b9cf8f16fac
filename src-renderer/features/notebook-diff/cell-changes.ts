/** Two versions of a notebook, cell by cell: added, removed, moved, changed; and of a changed one its lines. Pure. */
import { type NotebookCell, commonPairs, essence, inOrder, leftovers, matchCells } from './notebook-cells'

export type LineChange = { kind: 'same' | 'added' | 'removed'; text: string }
export type CellChange = {
  kind: 'same' | 'added' | 'removed' | 'changed'
  /** 1-based; null where it is not. */
  numberBefore: number | null
  numberAfter: number | null
  moved: boolean
  type: string
  lines: LineChange[]
  metadataChanged: boolean
  outputsChanged: boolean
}

export function cellChanges(before: readonly NotebookCell[], after: readonly NotebookCell[]): CellChange[] {
  const matches = matchCells(before, after)
  const kept = inOrder(matches)
  const changes: CellChange[] = []
  let next = 0
  const removedUpTo = (end: number): void => {
    for (; next < end; next++) {
      const cell = before[next]
      if (cell && !matches.includes(next)) changes.push({ kind: 'removed', numberBefore: next + 1, numberAfter: null, moved: false, type: cell.type, lines: linesOf(cell.source, ''), metadataChanged: false, outputsChanged: false })
    }
  }
  after.forEach((cell, index) => {
    const place = matches[index] ?? null
    const old = place === null ? undefined : before[place]
    if (place !== null && kept.has(index)) removedUpTo(place)
    if (old === undefined) changes.push({ kind: 'added', numberBefore: null, numberAfter: index + 1, moved: false, type: cell.type, lines: linesOf('', cell.source), metadataChanged: false, outputsChanged: false })
    else {
      const moved = !kept.has(index)
      const isSame = essence(old) === essence(cell)
      const outputsChanged = leftovers(old) !== leftovers(cell)
      changes.push({ kind: isSame && !outputsChanged && !moved ? 'same' : 'changed', numberBefore: (place ?? 0) + 1, numberAfter: index + 1, moved, type: cell.type, lines: linesOf(old.source, cell.source), metadataChanged: !isSame && old.source === cell.source, outputsChanged })
    }
  })
  removedUpTo(before.length)
  return changes
}

/** Longer texts than this are not compared line by line. */
const mostLines = 2000

export function linesOf(before: string, after: string): LineChange[] {
  const [a, b] = [splitLines(before), splitLines(after)]
  const pairs = a.length > mostLines || b.length > mostLines ? [] : commonPairs(a, b, (x, y) => x === y)
  const lines: LineChange[] = []
  let [x, y] = [0, 0]
  for (const [nextX, nextY] of [...pairs, [a.length, b.length] as [number, number]]) {
    while (x < nextX) lines.push({ kind: 'removed', text: a[x++] ?? '' })
    while (y < nextY) lines.push({ kind: 'added', text: b[y++] ?? '' })
    if (x < a.length && y < b.length) lines.push({ kind: 'same', text: b[y++] ?? '' })
    x++
  }
  return lines
}

function splitLines(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
