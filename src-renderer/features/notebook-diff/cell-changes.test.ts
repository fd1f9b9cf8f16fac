import { describe, expect, it } from 'vitest'
import { cellChanges, linesOf } from './cell-changes'
import { parseNotebook, type NotebookCell } from './notebook-cells'

const cells = (...sources: [id: string | null, source: string, outputs?: unknown[]][]): NotebookCell[] =>
  parseNotebook(JSON.stringify({ cells: sources.map(([id, source, outputs = []]) => ({ cell_type: 'code', ...(id === null ? {} : { id }), outputs, source })) }))?.cells ?? []
const short = (before: NotebookCell[], after: NotebookCell[]): string[] => cellChanges(before, after).map(({ kind, moved, outputsChanged, numberBefore, numberAfter }) => [kind, numberBefore, numberAfter, moved && 'moved', outputsChanged && 'outputs'].filter((part) => part !== false).join(' '))

describe('Two versions of a notebook', () => {
  it('differ by cells added, removed and changed', () => {
    expect(short(cells(['a', '1'], ['b', '2'], ['c', '3']), cells(['a', '1'], ['c', '3!'], ['d', '4']))).toEqual(['same 1 1', 'removed 2 ', 'changed 3 2', 'added  3'])
  })

  it('differ by a cell that moved, and by outputs alone', () => {
    expect(short(cells(['a', '1'], ['b', '2'], ['c', '3']), cells(['c', '3'], ['a', '1'], ['b', '2', ['x']]))).toEqual(['changed 3 1 moved', 'same 1 2', 'changed 2 3 outputs'])
  })

  it('without ids are compared by content', () => {
    expect(short(cells([null, '1'], [null, '2']), cells([null, '0'], [null, '1'], [null, '2!']))).toEqual(['added  1', 'same 1 2', 'changed 2 3'])
  })

  it('lines of a changed cell', () => {
    expect(linesOf('a\nb\nc', 'a\nB\nc\nd').map(({ kind, text }) => `${kind} ${text}`)).toEqual(['same a', 'removed b', 'added B', 'same c', 'added d'])
    expect(linesOf('', '')).toEqual([])
  })
})
