/** A notebook as its cells, and which cell of one version is which of the other: by id, else by content, in order. Pure. */

export type JsonObject = Record<string, unknown>
export type NotebookCell = { id: string | null; type: string; source: string; raw: JsonObject }
export type Notebook = { cells: NotebookCell[]; raw: JsonObject }

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** null: no notebook of format 4. */
export function parseNotebook(text: string): Notebook | null {
  try {
    const raw: unknown = JSON.parse(text)
    if (!isObject(raw) || !Array.isArray(raw.cells)) return null
    return { raw, cells: raw.cells.filter(isObject).map(toCell) }
  } catch {
    return null
  }
}

function toCell(raw: JsonObject): NotebookCell {
  return { id: typeof raw.id === 'string' ? raw.id : null, type: typeof raw.cell_type === 'string' ? raw.cell_type : 'code', source: sourceText(raw.source), raw }
}

function sourceText(source: unknown): string {
  return Array.isArray(source) ? source.filter((part) => typeof part === 'string').join('') : typeof source === 'string' ? source : ''
}

/** All but what a run leaves in it, in one order of keys; what two cells must have in common to be the same. */
export function essence({ type, source, raw }: NotebookCell): string {
  return JSON.stringify([type, source, sorted(raw.metadata), sorted(raw.attachments)])
}

/** What a run left in it. */
export function leftovers({ raw }: NotebookCell): string {
  return JSON.stringify([sorted(raw.outputs), raw.execution_count ?? null])
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value ?? null
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
}

/** The longest common run of two lists, as pairs of places. */
export function commonPairs<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): [number, number][] {
  const pairs: [number, number][] = []
  let head = 0
  while (head < a.length && head < b.length && same(a[head] as T, b[head] as T)) pairs.push([head, head++])
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && same(a[a.length - 1 - tail] as T, b[b.length - 1 - tail] as T)) tail++
  const [rows, columns] = [a.length - head - tail, b.length - head - tail]
  const lengths = Array.from({ length: rows + 1 }, () => new Uint32Array(columns + 1))
  const at = (row: number, column: number): number => lengths[row]?.[column] ?? 0
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const line = lengths[row]
      if (line) line[column] = same(a[head + row] as T, b[head + column] as T) ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
    }
  }
  for (let row = 0, column = 0; row < rows && column < columns; ) {
    if (same(a[head + row] as T, b[head + column] as T)) pairs.push([head + row++, head + column++])
    else if (at(row + 1, column) >= at(row, column + 1)) row++
    else column++
  }
  for (let left = tail; left > 0; left--) pairs.push([a.length - left, b.length - left])
  return pairs
}

/** For each cell of `after` the place of the same cell in `before`; null: it is new. Cells can have moved. */
export function matchCells(before: readonly NotebookCell[], after: readonly NotebookCell[]): (number | null)[] {
  const matches: (number | null)[] = after.map(() => null)
  const taken = new Set<number>()
  const take = (index: number, place: number): void => {
    if (taken.has(place) || matches[index] !== null) return
    matches[index] = place
    taken.add(place)
  }
  const places = new Map(before.flatMap(({ id }, place) => (id === null ? [] : [[id, place] as const])))
  after.forEach(({ id }, index) => {
    const place = id === null ? undefined : places.get(id)
    if (place !== undefined) take(index, place)
  })
  // Many notebooks have no ids, or ids that a tool made anew.
  const open = (): [number[], number[]] => [before.flatMap((_, place) => (taken.has(place) ? [] : [place])), matches.flatMap((match, index) => (match === null ? [index] : []))]
  const [freeBefore, freeAfter] = open()
  for (const [x, y] of commonPairs(freeBefore, freeAfter, (place, index) => same(before[place], after[index]))) take(freeAfter[y] ?? 0, freeBefore[x] ?? 0)
  const [restBefore, restAfter] = open()
  for (const index of restAfter) {
    const place = restBefore.find((candidate) => !taken.has(candidate) && same(before[candidate], after[index]))
    if (place !== undefined) take(index, place)
  }
  // A changed cell between two known neighbours is the one that was there.
  for (const index of open()[1]) {
    const previous = index === 0 ? -1 : matches[index - 1]
    const candidate = previous === null || previous === undefined ? null : previous + 1
    if (candidate !== null && candidate < before.length && !taken.has(candidate) && before[candidate]?.type === after[index]?.type && (before[candidate]?.id ?? null) === null) take(index, candidate)
  }
  return matches
}

/** The places in `matches` that keep the order of before; the others have moved. */
export function inOrder(matches: readonly (number | null)[]): Set<number> {
  const known = matches.flatMap((place, index) => (place === null ? [] : [{ place, index }]))
  const byPlace = [...known].sort((a, b) => a.place - b.place)
  return new Set(commonPairs(known, byPlace, (a, b) => a === b).map(([at]) => known[at]?.index ?? -1))
}

function same(a: NotebookCell | undefined, b: NotebookCell | undefined): boolean {
  return a !== undefined && b !== undefined && a.type === b.type && a.source === b.source
}
