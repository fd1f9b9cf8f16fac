/** Where a text stops being JSON. Pure. Whether it is JSON is decided by the same parser as the engine's, the place by one that knows places. */
import { type ParseError, parse } from 'jsonc-parser'

export type JsonProblem = { line: number; column: number }

/** null: it is JSON, or empty, which stands for a call without a body. Line and column are 1-based. */
export function jsonProblem(text: string): JsonProblem | null {
  if (text.trim() === '') return null
  try {
    JSON.parse(text)
    return null
  } catch {
    const errors: ParseError[] = []
    parse(text, errors, { disallowComments: true, allowTrailingComma: false })
    const before = text.slice(0, errors[0]?.offset ?? text.length)
    return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') }
  }
}
