/** Names that look like something they are not. The server takes every name; people are warned before they mix two up. */
import type { Problem } from '@shared/contract/pipelines'

/** Control characters, invisible ones, and those that turn the direction of writing. */
const deceptive = /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u2069\uFEFF]/g

/** Only names with problems are in the map. */
export function problemsOfNames(names: readonly string[]): Map<string, Problem[]> {
  const problems = new Map<string, Problem[]>()
  const add = (name: string, message: string) => {
    const own = problems.get(name) ?? []
    own.push({ severity: 'warning', message, file: null, line: null, column: null })
    problems.set(name, own)
  }
  const byForm = new Map<string, string[]>()
  for (const name of names) {
    if (name.search(deceptive) >= 0) {
      add(name, `The folder's name holds characters that cannot be seen: ${escapeName(name)}. Rename it, or it is easily taken for another one.`)
    }
    const form = name.normalize('NFC')
    byForm.set(form, [...(byForm.get(form) ?? []), name])
  }
  for (const twins of byForm.values()) {
    if (twins.length < 2) continue
    for (const name of twins) add(name, `Another folder has a name that looks exactly the same (${twins.map(escapeMarks).join(' and ')}). Rename one of them.`)
  }
  return problems
}

function escapeName(name: string): string {
  return name.replace(deceptive, toEscape)
}

/** Combining marks shown as numbers: the only difference between such twins. */
function escapeMarks(name: string): string {
  return escapeName(name).replace(/\p{M}/gu, toEscape)
}

function toEscape(char: string): string {
  return `\\u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
