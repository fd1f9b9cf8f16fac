import { describe, expect, it } from 'vitest'
import { countCellConflicts, mergeNotebooks, mergedText, type CellChoice } from './notebook-merge'

type Short = [id: string | null, source: string]
const notebook = (cells: Short[], extra: object = {}, indent = 1): string =>
  `${JSON.stringify({ cells: cells.map(([id, source]) => ({ cell_type: 'code', execution_count: 3, ...(id === null ? {} : { id }), metadata: {}, outputs: [{ text: source }], source: [source] })), metadata: { k: 1 }, nbformat: 4, nbformat_minor: 5, ...extra }, null, indent)}\n`

function merge(base: Short[] | null, ours: Short[], theirs: Short[], choices: CellChoice[] = []): { conflicts: number; sources: string[]; text: string } {
  const merged = mergeNotebooks(base === null ? null : notebook(base), notebook(ours), notebook(theirs))
  if (merged === null) throw new Error('no notebook')
  const text = mergedText(merged, choices)
  const { cells } = JSON.parse(text) as { cells: { source: string[]; outputs: unknown[]; execution_count: null }[] }
  for (const cell of cells) expect([cell.outputs, cell.execution_count]).toEqual([[], null])
  return { conflicts: countCellConflicts(merged), sources: cells.map(({ source }) => source.join('')), text }
}
const abc: Short[] = [['a', '1'], ['b', '2'], ['c', '3']]

describe('Notebooks that both sides changed', () => {
  it('merge by themselves where each changed other cells; outputs are no conflict', () => {
    expect(merge(abc, [['a', '1!'], ['b', '2'], ['c', '3'], ['d', 'ours']], [['a', '1'], ['c', '3!']])).toMatchObject({ conflicts: 0, sources: ['1!', '3!', 'ours'] })
    expect(merge(abc, abc, abc)).toMatchObject({ conflicts: 0, sources: ['1', '2', '3'] })
  })

  it('without ids are merged by content and place', () => {
    const plain = (...sources: string[]): Short[] => sources.map((source) => [null, source])
    expect(merge(plain('1', '2', '3'), plain('0', '1', '2', '3'), plain('1', '2', '3!'))).toMatchObject({ conflicts: 0, sources: ['0', '1', '2', '3!'] })
    expect(merge(plain('1', '2', '3'), plain('1', 'x', '3'), plain('1', 'y', '3'))).toMatchObject({ conflicts: 1 })
  })

  it('ask where both changed one cell: ours, theirs, both, none, or what is typed', () => {
    const [ours, theirs]: [Short[], Short[]] = [[['a', '1'], ['b', 'ours'], ['c', '3']], [['a', '1'], ['b', 'theirs'], ['c', '3']]]
    const chosen = (choice: CellChoice): string[] => merge(abc, ours, theirs, [choice]).sources
    expect(merge(abc, ours, theirs).conflicts).toBe(1)
    expect(chosen({ side: 'ours', edited: null })).toEqual(['1', 'ours', '3'])
    expect(chosen({ side: 'theirs', edited: null })).toEqual(['1', 'theirs', '3'])
    expect(chosen({ side: 'none', edited: null })).toEqual(['1', '3'])
    expect(chosen({ side: 'ours', edited: 'typed\nlines' })).toEqual(['1', 'typed\nlines', '3'])
    const both = merge(abc, ours, theirs, [{ side: 'both', edited: null }])
    expect(both.sources).toEqual(['1', 'ours', 'theirs', '3'])
    expect((JSON.parse(both.text) as { cells: { id: string }[] }).cells.map(({ id }) => id)).toEqual(['a', 'b', 'b-2', 'c'])
  })

  it('ask where one deleted what the other changed, and where both put other cells at the same place', () => {
    expect(merge(abc, [['a', '1'], ['c', '3']], [['a', '1'], ['b', '2!'], ['c', '3']], [{ side: 'theirs', edited: null }])).toMatchObject({ conflicts: 1, sources: ['1', '2!', '3'] })
    expect(merge(abc, [...abc, ['x', 'mine']], [...abc, ['y', 'yours']], [{ side: 'both', edited: null }])).toMatchObject({ conflicts: 1, sources: ['1', '2', '3', 'mine', 'yours'] })
    expect(merge(null, [['x', 'mine']], [['y', 'yours']])).toMatchObject({ conflicts: 1 })
  })

  it('no cell is lost when one side moves cells', () => {
    const { sources } = merge(abc, [['c', '3'], ['a', '1'], ['b', '2']], [['a', '1'], ['b', '2!'], ['c', '3']])
    expect([...new Set(sources)].sort()).toEqual(['1', '2!', '3'])
  })

  it('keep the indent and the keys of the file', () => {
    const merged = mergeNotebooks(notebook(abc, {}, 2), notebook(abc, { extra: true }, 2), notebook(abc, { nbformat_minor: 6 }, 2))
    const text = merged === null ? '' : mergedText(merged, [])
    expect(text.startsWith('{\n  "cells": [\n    {\n')).toBe(true)
    expect(text.endsWith('}\n')).toBe(true)
    expect(JSON.parse(text)).toMatchObject({ extra: true, nbformat: 4, nbformat_minor: 6, metadata: { k: 1 } })
  })

  it('that are no notebooks are not merged', () => {
    expect(mergeNotebooks(null, '<<<<<<<', notebook(abc))).toBeNull()
    expect(mergeNotebooks(null, '{}', notebook(abc))).toBeNull()
  })
})
