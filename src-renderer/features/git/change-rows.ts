/** Changed files as a flat list of rows: grouped by pipeline, with what is staged of each. Pure. */
import type { ChangeKind, ChangedFile } from '@shared/contract/git'

export type Checked = 'none' | 'partly' | 'all'
export type GroupRow = { kind: 'group'; id: string; pipeline: string | null; checked: Checked; files: readonly ChangedFile[]; isExpanded: boolean; level: 1; positionInSet: number; setSize: number }
export type ChangeRow = { kind: 'file'; id: string; file: ChangedFile; checked: Checked; name: string; level: 2; positionInSet: number; setSize: number }
export type ChangesRow = GroupRow | ChangeRow

export function checkedOf({ staged, unstaged }: ChangedFile): Checked {
  return staged === null ? 'none' : unstaged === null ? 'all' : 'partly'
}

/** Line ends and other control characters as they are escaped in code; a byte that is no UTF-8 as `\xNN`. */
export function shownPath(path: string): string {
  return path.replace(/[\x00-\x1f\x7f]|[\ud800-\udfff]/gu, (character) => {
    const code = character.charCodeAt(0)
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`
    return { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character] ?? `\\x${code.toString(16).padStart(2, '0')}`
  })
}

const letters: Record<ChangeKind, string> = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R', copied: 'C', 'type-changed': 'T', untracked: 'U' }

export type ChangeMark = { letter: string; kind: ChangeKind | 'conflict' }

export function markOf({ staged, unstaged, conflict }: ChangedFile): ChangeMark {
  if (conflict !== null) return { letter: '!', kind: 'conflict' }
  // New, renamed or deleted tells more than that it was edited since.
  const kind = unstaged === 'deleted' ? unstaged : staged !== null && staged !== 'modified' ? staged : (unstaged ?? staged ?? 'modified')
  return { letter: letters[kind], kind }
}

/** All words must be in the path. */
export function matchesPath(path: string, filter: string): boolean {
  const text = path.toLowerCase()
  return filter.toLowerCase().split(/\s+/).every((word) => text.includes(word))
}

/** Pipelines by name; what belongs to none comes last. */
export function changeRows(files: readonly ChangedFile[], collapsed: ReadonlySet<string>): ChangesRow[] {
  const groups = new Map<string, ChangedFile[]>()
  for (const file of files) {
    const key = file.pipeline ?? ''
    const group = groups.get(key)
    if (group) group.push(file)
    else groups.set(key, [file])
  }
  const names = [...groups.keys()].sort((a, b) => (a === '' ? 1 : b === '' ? -1 : a.localeCompare(b)))
  return names.flatMap((key, index): ChangesRow[] => {
    const own = groups.get(key) ?? []
    const states = new Set(own.map(checkedOf))
    const isExpanded = !collapsed.has(key)
    const group: GroupRow = {
      kind: 'group', id: `group:${key}`, pipeline: key === '' ? null : key, checked: states.size > 1 ? 'partly' : (states.values().next().value ?? 'none'), files: own, isExpanded,
      level: 1, positionInSet: index + 1, setSize: names.length,
    }
    if (!isExpanded) return [group]
    return [group, ...own.map((file, at): ChangeRow => ({ kind: 'file', id: `file:${file.path}`, file, checked: checkedOf(file), name: shownPath(nameWithin(file)), level: 2, positionInSet: at + 1, setSize: own.length }))]
  })
}

/** Below its pipeline's folder; the whole path where it is in none. */
function nameWithin({ path, pipeline }: ChangedFile): string {
  if (pipeline === null) return path
  const at = `/${path}`.indexOf(`/${pipeline}/`)
  return at < 0 ? path : path.slice(at + pipeline.length + 1)
}
