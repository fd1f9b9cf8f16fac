/**
 * Three versions of a notebook, merged cell by cell: a cell that only one side changed is taken from there; where both did, or one
 * changed what the other deleted, or both put other cells at the same place, there is a choice. Outputs never conflict: they are
 * dropped. Pure.
 */
import { type JsonObject, type Notebook, type NotebookCell, essence, inOrder, matchCells, parseNotebook } from '../notebook-diff/notebook-cells'

export type CellSide = 'ours' | 'theirs' | 'both' | 'none'
export type MergedCells = { kind: 'cells'; cells: NotebookCell[] }
export type CellConflict = { kind: 'conflict'; base: NotebookCell[]; ours: NotebookCell[]; theirs: NotebookCell[] }
export type CellPiece = MergedCells | CellConflict
export type NotebookMerge = { pieces: CellPiece[]; ours: Notebook; theirs: Notebook; base: Notebook; indent: string | number }
/** What was chosen of a conflict; `edited`: the source that was typed instead, for a choice of one cell. */
export type CellChoice = { side: CellSide; edited: string | null }

const empty: Notebook = { cells: [], raw: {} }

/** null: one of them is no notebook. `base` may be absent. */
export function mergeNotebooks(baseText: string | null, oursText: string, theirsText: string): NotebookMerge | null {
  const [base, ours, theirs] = [baseText === null ? empty : parseNotebook(baseText), parseNotebook(oursText), parseNotebook(theirsText)]
  if (!base || !ours || !theirs) return null
  return { pieces: mergeCells(base.cells, ours.cells, theirs.cells), base, ours, theirs, indent: indentOf(oursText) }
}

function indentOf(text: string): string | number {
  return /^\{\r?\n([ \t]+)/.exec(text)?.[1] ?? (text.includes('\n ') ? 1 : 0)
}

function mergeCells(base: readonly NotebookCell[], ours: readonly NotebookCell[], theirs: readonly NotebookCell[]): CellPiece[] {
  const placeOurs = placesOf(base, ours)
  const placeTheirs = placesOf(base, theirs)
  const pieces: CellPiece[] = []
  const add = (piece: CellPiece): void => {
    const last = pieces.at(-1)
    if (piece.kind === 'cells' && last?.kind === 'cells') last.cells.push(...piece.cells)
    else if (piece.kind === 'conflict' || piece.cells.length > 0) pieces.push(piece)
  }
  let [x, y] = [0, 0]
  base.forEach((cell, place) => {
    const [atOurs, atTheirs] = [placeOurs.get(place) ?? null, placeTheirs.get(place) ?? null]
    // What was put before this cell, on either side.
    const endOurs = atOurs !== null && atOurs >= x ? atOurs : x
    const endTheirs = atTheirs !== null && atTheirs >= y ? atTheirs : y
    add(insertions(ours.slice(x, endOurs), theirs.slice(y, endTheirs)))
    ;[x, y] = [endOurs, endTheirs]
    const [mine, other] = [atOurs === null ? undefined : ours[atOurs], atTheirs === null ? undefined : theirs[atTheirs]]
    if (atOurs !== null && atOurs >= x) x = atOurs + 1
    if (atTheirs !== null && atTheirs >= y) y = atTheirs + 1
    add(mergeCell(cell, mine, other))
  })
  add(insertions(ours.slice(x), theirs.slice(y)))
  return pieces
}

/** Place in base -> place in the other, for the cells that kept their order; one that moved counts as deleted here and new there. */
function placesOf(base: readonly NotebookCell[], other: readonly NotebookCell[]): Map<number, number> {
  const matches = matchCells(base, other)
  return new Map([...inOrder(matches)].map((index) => [matches[index] ?? -1, index]))
}

function insertions(ours: readonly NotebookCell[], theirs: readonly NotebookCell[]): CellPiece {
  if (ours.length === 0 || theirs.length === 0) return { kind: 'cells', cells: [...ours, ...theirs] }
  if (JSON.stringify(ours.map(essence)) === JSON.stringify(theirs.map(essence))) return { kind: 'cells', cells: [...ours] }
  return { kind: 'conflict', base: [], ours: [...ours], theirs: [...theirs] }
}

function mergeCell(base: NotebookCell, ours: NotebookCell | undefined, theirs: NotebookCell | undefined): CellPiece {
  const [was, mine, other] = [base, ours, theirs].map((cell) => (cell === undefined ? null : essence(cell)))
  if (mine === other) return { kind: 'cells', cells: ours === undefined ? [] : [ours] }
  if (mine === was) return { kind: 'cells', cells: theirs === undefined ? [] : [theirs] }
  if (other === was) return { kind: 'cells', cells: ours === undefined ? [] : [ours] }
  return { kind: 'conflict', base: [base], ours: ours === undefined ? [] : [ours], theirs: theirs === undefined ? [] : [theirs] }
}

export function countCellConflicts({ pieces }: Pick<NotebookMerge, 'pieces'>): number {
  return pieces.filter(({ kind }) => kind === 'conflict').length
}

export function cellsOfChoice(conflict: CellConflict, { side, edited }: CellChoice): NotebookCell[] {
  if (side === 'none') return []
  if (side === 'both') return [...conflict.ours, ...conflict.theirs]
  const cells = conflict[side]
  const [first] = cells
  return edited === null || cells.length !== 1 || first === undefined ? cells : [{ ...first, source: edited, raw: { ...first.raw, source: linesOfSource(edited) } }]
}

/** The notebook as text, without outputs; `choices` by the number of the conflict. Every conflict must have one. */
export function mergedText({ pieces, base, ours, theirs, indent }: NotebookMerge, choices: readonly CellChoice[]): string {
  let number = -1
  const cells = pieces.flatMap((piece) => (piece.kind === 'cells' ? piece.cells : cellsOfChoice(piece, choices[(number += 1)] ?? { side: 'ours', edited: null })))
  const minor = Math.max(Number(ours.raw.nbformat_minor ?? 0), Number(theirs.raw.nbformat_minor ?? 0))
  const whole = inOrderOf(Object.keys(ours.raw), { ...ours.raw, metadata: mergeObject(base.raw.metadata, ours.raw.metadata, theirs.raw.metadata), cells: withDistinctIds(cells).map(withoutOutputs), nbformat_minor: minor })
  return `${JSON.stringify(whole, null, indent)}\n`
}

function mergeObject(base: unknown, ours: unknown, theirs: unknown): unknown {
  if (JSON.stringify(ours) === JSON.stringify(base)) return theirs ?? {}
  return ours ?? {}
}

function inOrderOf(keys: readonly string[], value: JsonObject): JsonObject {
  return Object.fromEntries([...keys, ...Object.keys(value)].filter((key) => key in value).map((key) => [key, value[key]]))
}

/** Both sides of a cell have its id; an id may stand once in a notebook. */
function withDistinctIds(cells: readonly NotebookCell[]): NotebookCell[] {
  const seen = new Set<string>()
  return cells.map((cell) => {
    if (cell.id === null) return cell
    let id = cell.id
    for (let number = 2; seen.has(id); number++) id = `${cell.id.slice(0, 60)}-${number}`
    seen.add(id)
    return id === cell.id ? cell : { ...cell, id, raw: { ...cell.raw, id } }
  })
}

function withoutOutputs({ raw }: NotebookCell): JsonObject {
  if (raw.cell_type !== 'code') return raw
  return { ...raw, execution_count: null, outputs: [] }
}

function linesOfSource(source: string): string[] {
  return source.match(/[^\n]*\n|[^\n]+$/g) ?? []
}
