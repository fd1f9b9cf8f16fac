/**
 * What every reader of a field gets and how an object's fields are gone through: the last of equal keys counts, keys that
 * nobody reads are reported with the name that may have been meant. Knows no field.
 */
import type { Node } from 'jsonc-parser'
import type { Problem } from './contract/pipelines'
import { closestNames } from './closest-names'
import { shortened } from './pipeline-config-values'

export type Reading = {
  /** The whole file: 3.10 and 3.1 are the same number. */
  text: string
  /** The offsets of NaN, which the tree holds as 0. */
  notANumber: ReadonlySet<number>
  report: (severity: Problem['severity'], message: string, node: Node) => void
  /** An error after which a run would not be the run that the file asks for: not started without asking. */
  refuse: (message: string, node: Node) => void
  /** The server fails while it reads the file and ignores all of it. `fault` continues the sentence that begins with the file's name. */
  drop: (fault: string, node: Node) => void
}

export type Entry = { key: Node; value: Node }

export type Field<Target> = Entry & {
  name: string
  target: Target
  reading: Reading
  /** In an entry of `schedules[]`, which the server reads by other rules than the top of the file. */
  inEntry: boolean
}
export type FieldReader<Target> = (field: Field<Target>) => void
export type FieldReaders<Target> = ReadonlyMap<string, FieldReader<Target>>

/** A Map, so that keys like __proto__ are names like any other. */
export function entriesOf(object: Node): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const property of object.children ?? []) {
    const [key, value] = property.children ?? []
    if (key && value) entries.set(String(key.value), { key, value })
  }
  return entries
}

export function readFields<Target>(
  entries: ReadonlyMap<string, Entry>,
  readers: FieldReaders<Target>,
  common: Pick<Field<Target>, 'target' | 'reading' | 'inEntry'>,
): void {
  for (const [name, entry] of entries) readers.get(name)?.({ ...common, ...entry, name })
}

/** `place` follows the key in the message; `elsewhere`: keys that the server knows, but not in this place. */
export function reportUnknownKeys(
  entries: ReadonlyMap<string, Entry>,
  known: ReadonlySet<string>,
  { report }: Reading,
  { place = '', elsewhere = new Set() }: { place?: string; elsewhere?: ReadonlySet<string> } = {},
): void {
  for (const [name, { key }] of entries) {
    if (known.has(name)) continue
    if (elsewhere.has(name)) {
      report('warning', `${shortened(name)} counts only at the top of the file; the server ignores it${place}.`, key)
      continue
    }
    const [meant] = closestNames(name, known)
    report('warning', `Unknown key ${shortened(name)}${place}; the server ignores it.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`, key)
  }
}
