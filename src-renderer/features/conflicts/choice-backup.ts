/** Decisions about cells that are not all made yet: kept like unsaved text, so that another tab or the end of the app loses none. */
import type { CellChoice, CellConflict } from './notebook-merge'

type Kept = { path: string; conflicts: string; choices: (CellChoice | null)[] }

const storageKey = 'notebook-choices'
const mostKept = 20

function read(storage: Storage): Kept[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(storageKey) ?? '[]')
    return Array.isArray(kept) ? (kept as Kept[]) : []
  } catch {
    return []
  }
}

/** The conflicts must be the very same; of any others nothing was decided. */
const fingerprint = (conflicts: readonly CellConflict[]): string => JSON.stringify(conflicts.map(({ ours, theirs }) => [ours, theirs].map((cells) => cells.map(({ id, source }) => [id, source]))))

export function readChoices(storage: Storage, path: string, conflicts: readonly CellConflict[]): (CellChoice | null)[] {
  const found = read(storage).find((kept) => kept.path === path && kept.conflicts === fingerprint(conflicts))
  return conflicts.map((_, index) => found?.choices[index] ?? null)
}

/** null: it is over. */
export function keepChoices(storage: Storage, path: string, conflicts: readonly CellConflict[], choices: readonly (CellChoice | null)[] | null): void {
  const others = read(storage).filter((kept) => kept.path !== path)
  storage.setItem(storageKey, JSON.stringify([...others, ...(choices === null ? [] : [{ path, conflicts: fingerprint(conflicts), choices }])].slice(-mostKept)))
}
