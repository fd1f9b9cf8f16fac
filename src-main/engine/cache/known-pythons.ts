/**
 * Which Pythons were in a cache, and beside it, at the last look; and which were removed since something was set up with them.
 * Badges ask it, so it answers from memory.
 */
import type { Facts } from '../store/facts'

export type PythonList = {
  /** `isPlain`: a usual CPython, which a plain version means. */
  installed: { version: string; folder: string; isPlain: boolean; bytes: number }[]
  system: { version: string; path: string }[]
}

export type KnownPythons = {
  /** null: nobody looked. */
  of(cache: string): (PythonList & { lookedAtMs: number }) | null
  note(cache: string, list: PythonList): void
  /** A set-up with this Python worked, so it is there, wherever uv got it. */
  noteWorked(cache: string, asked: string): void
  noteRemoved(cache: string, version: string): void
  /** How often a Python that was meant by `asked` was removed: what was set up before may have used it. */
  removals(cache: string, asked: string): number
  /** False while nobody looked. */
  isMissing(cache: string, asked: string): boolean
}

const byVersion = new Intl.Collator('en', { numeric: true })

type Known = PythonList & { lookedAtMs: number; worked: string[] }

export function createKnownPythons(facts: Facts, nowMs: () => number): KnownPythons {
  const lists = new Map<string, Known | null>()
  const removed = new Map<string, string[]>()

  const read = (cache: string): Known | null => {
    if (!lists.has(cache)) lists.set(cache, JSON.parse(facts.get(`pythons:${cache}`) || 'null') as Known | null)
    return lists.get(cache) ?? null
  }
  const write = (cache: string, known: Known): void => {
    lists.set(cache, known)
    facts.set(`pythons:${cache}`, JSON.stringify(known))
  }
  const removedOf = (cache: string): string[] => {
    if (!removed.has(cache)) removed.set(cache, JSON.parse(facts.get(`pythons-removed:${cache}`) || '[]') as string[])
    return removed.get(cache) ?? []
  }

  return {
    of: read,
    note: (cache, list) => write(cache, { ...list, lookedAtMs: nowMs(), worked: [] }),
    noteWorked(cache, asked) {
      const known = read(cache)
      if (known && !known.worked.includes(asked) && pythonFor(known, asked) === null) write(cache, { ...known, worked: [...known.worked, asked] })
    },
    noteRemoved(cache, version) {
      const now = [...removedOf(cache), version]
      removed.set(cache, now)
      facts.set(`pythons-removed:${cache}`, JSON.stringify(now))
    },
    removals: (cache, asked) => removedOf(cache).filter((version) => fits(version, asked)).length,
    isMissing(cache, asked) {
      const known = read(cache)
      return known !== null && !known.worked.includes(asked) && pythonFor(known, asked) === null
    },
  }
}

/** The one that uv takes for a version: an installed one before one of the system, and of each kind the newest. */
export function pythonFor(list: PythonList, asked: string): PythonList['installed'][number] | PythonList['system'][number] | null {
  const newest = <T extends { version: string }>(found: T[]): T | undefined => found.filter(({ version }) => fits(version, asked)).sort((a, b) => byVersion.compare(b.version, a.version))[0]
  return newest(list.installed.filter(({ isPlain }) => isPlain)) ?? newest(list.system) ?? null
}

function fits(version: string, asked: string): boolean {
  return version === asked || version.startsWith(`${asked}.`)
}

