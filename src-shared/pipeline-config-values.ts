/** Values of a pipeline.json as the server's Python turns them into truth, text and whole numbers, and as messages name them. */
import type { Node } from 'jsonc-parser'

type Source = {
  /** The whole file: 3.10 and 3.1 are the same number. */
  text: string
  /** The offsets of NaN, which the tree holds as 0. */
  notANumber: ReadonlySet<number>
}

/** What Python's int() makes of a value; it fails on infinity in a way that the server does not catch. */
export type PythonInt = { kind: 'number'; value: number } | { kind: 'infinite' } | { kind: 'unreadable' }

const unreadable: PythonInt = { kind: 'unreadable' }

export function sourceOf(node: Node, { text }: Pick<Source, 'text'>): string {
  return text.slice(node.offset, node.offset + node.length)
}

/** NaN for everything that is no number. */
export function numberOf(node: Node, { notANumber }: Pick<Source, 'notANumber'>): number {
  return node.type === 'number' && !notANumber.has(node.offset) ? Number(node.value) : Number.NaN
}

/** `if value`, whatever the type. */
export function isTruthyInPython(node: Node, { notANumber }: Pick<Source, 'notANumber'>): boolean {
  switch (node.type) {
    case 'boolean':
      return node.value === true
    case 'number':
      return notANumber.has(node.offset) || node.value !== 0
    case 'string':
      return node.value !== ''
    case 'object':
    case 'array':
      return (node.children ?? []).length > 0
    case 'null':
    case 'property':
      return false
  }
}

/** `str(value)` of texts, booleans and numbers as people write them; null for the rest. */
export function pythonText(node: Node, source: Source): string | null {
  if (node.type === 'string') return String(node.value)
  if (node.type === 'boolean') return node.value === true ? 'True' : 'False'
  if (node.type !== 'number') return null
  const value = numberOf(node, source)
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const written = sourceOf(node, source)
  if (/^-?\d+$/.test(written)) return written === '-0' ? '0' : written
  const size = Math.abs(value)
  if (value !== 0 && (size >= 1e16 || size < 1e-4)) return null
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

export function pythonInt(node: Node, source: Source): PythonInt {
  switch (node.type) {
    case 'boolean':
      return { kind: 'number', value: node.value === true ? 1 : 0 }
    case 'number': {
      const value = numberOf(node, source)
      if (Number.isNaN(value)) return unreadable
      return Number.isFinite(value) ? { kind: 'number', value: Math.trunc(value) } : { kind: 'infinite' }
    }
    case 'string': {
      const value = pythonIntOfText(String(node.value))
      return value === null ? unreadable : { kind: 'number', value }
    }
    case 'object':
    case 'array':
    case 'null':
    case 'property':
      return unreadable
  }
}

/** `int(text)`: blanks around, a sign and underscores between digits are allowed. */
export function pythonIntOfText(text: string): number | null {
  const trimmed = text.trim()
  if (!/^[+-]?\d+(_\d+)*$/.test(trimmed)) return null
  const value = Number(trimmed.replaceAll('_', ''))
  return Number.isFinite(value) ? value : null
}

export function withArticle(type: Node['type']): string {
  switch (type) {
    case 'object':
    case 'array':
      return `an ${type}`
    case 'null':
      return 'null'
    case 'string':
      return 'a text'
    case 'boolean':
      return 'true or false'
    case 'number':
    case 'property':
      return `a ${type}`
  }
}

/** In quotes, cut to what a message can hold. Never for values of variables and keys. */
export function shortened(value: unknown): string {
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, 61) : value) ?? 'this'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** As it stands in the file: NaN and 1e400 have no JSON form; of lists and objects only the kind. */
export function written(node: Node, source: Pick<Source, 'text'>): string {
  if (node.type === 'string') return shortened(node.value)
  if (node.type === 'object' || node.type === 'array') return withArticle(node.type)
  const text = sourceOf(node, source)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
