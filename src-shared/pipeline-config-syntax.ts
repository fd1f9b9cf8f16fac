/**
 * The text of a pipeline.json as the server's JSON reader takes it: a tree with positions, or the one problem that makes the
 * server ignore the whole file. Knows JSON, not the fields. The tree is never turned into objects with foreign keys.
 */
import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'
import { withArticle } from './pipeline-config-values'

export const maxConfigBytes = 1_000_000
export const maxConfigDepth = 200

export type Position = { line: number; column: number }
export type PositionOf = (offset: number) => Position

/** A tree whose root is an object; `notANumber` holds the offsets of NaN, which JSON trees cannot carry. */
export type ConfigSyntax =
  | { ok: true; root: Node; positionOf: PositionOf; notANumber: ReadonlySet<number> }
  | { ok: false; message: string; position: Position | null }

export function readConfigSyntax(text: string): ConfigSyntax {
  if (utf8Length(text) > maxConfigBytes) return failure('is larger than 1 MB', null)
  if (text.startsWith('\uFEFF')) return failure('begins with a byte order mark; save it as UTF-8 without BOM', { line: 1, column: 1 })
  if (text.startsWith('\uFFFD\uFFFD') || text.includes('\0')) return failure('is not UTF-8 text (UTF-16?); save it as UTF-8', { line: 1, column: 1 })
  if (text.trim() === '') return failure('is empty; write at least {}', { line: 1, column: 1 })

  const positionOf = createPositionOf(text)
  const scan = scanText(text)
  if (scan.tooDeepAt !== null) return failure(`is nested deeper than ${maxConfigDepth} levels`, positionOf(scan.tooDeepAt))

  const errors: ParseError[] = []
  const root = parseTree(scan.text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false })
  const first = errors[0]
  if (first) return failure(`is not valid JSON: ${describe(text, first)}`, positionOf(first.offset))
  if (!root || !isStrictJson(scan.text)) return failure('is not valid JSON', { line: 1, column: 1 })
  if (root.type !== 'object') return failure(`must hold an object in braces, not ${withArticle(root.type)}`, positionOf(root.offset))
  return { ok: true, root, positionOf, notANumber: scan.notANumber }
}

function failure(message: string, position: Position | null): ConfigSyntax {
  return { ok: false, message, position }
}

/**
 * One pass over the text: how deep it nests (the tree parser is recursive and must not see more than the limit) and the
 * words NaN and Infinity, which the server accepts. They are replaced by numbers of the same length, so positions stay true.
 */
function scanText(text: string): { text: string; tooDeepAt: number | null; notANumber: ReadonlySet<number> } {
  const notANumber = new Set<number>()
  const parts: string[] = []
  let copiedTo = 0
  let depth = 0
  let inString = false
  for (let index = 0; index < text.length; index++) {
    const char = text[index]
    if (inString) {
      if (char === '\\') index++
      else if (char === '"') inString = false
    } else if (char === '"') {
      inString = true
    } else if (char === '{' || char === '[') {
      depth++
      if (depth > maxConfigDepth) return { text, tooDeepAt: index, notANumber }
    } else if (char === '}' || char === ']') {
      depth--
    } else if (isWordAt(text, index, 'NaN') && text[index - 1] !== '-') {
      notANumber.add(index)
      parts.push(text.slice(copiedTo, index), '0.0')
      index += 'NaN'.length - 1
      copiedTo = index + 1
    } else if (isWordAt(text, index, 'Infinity')) {
      parts.push(text.slice(copiedTo, index), '1e999999')
      index += 'Infinity'.length - 1
      copiedTo = index + 1
    }
  }
  parts.push(text.slice(copiedTo))
  return { text: parts.join(''), tooDeepAt: null, notANumber }
}

function isWordAt(text: string, index: number, word: string): boolean {
  return text.startsWith(word, index) && !/\w/.test(text[index - 1] ?? ' ') && !/\w/.test(text[index + word.length] ?? ' ')
}

/** jsonc-parser is made to be lenient; the runtime's own reader has the last word. */
function isStrictJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function describe(text: string, error: ParseError): string {
  const found = text.slice(error.offset, error.offset + Math.min(Math.max(error.length, 1), 20))
  switch (printParseErrorCode(error.error)) {
    case 'InvalidCommentToken':
      return 'comments are not allowed'
    case 'PropertyNameExpected':
      return found === '}' ? 'a comma before the closing brace is not allowed' : 'a key in double quotes is expected'
    case 'ValueExpected':
      return found === ']' ? 'a comma before the closing bracket is not allowed' : 'a value is expected'
    case 'CommaExpected':
      return 'a comma is missing'
    case 'ColonExpected':
      return 'a colon is missing'
    case 'CloseBraceExpected':
      return 'a closing brace is missing'
    case 'CloseBracketExpected':
      return 'a closing bracket is missing'
    case 'EndOfFileExpected':
      return 'something follows after the end of the object'
    case 'UnexpectedEndOfString':
      return 'a text is not closed by a double quote on its line'
    case 'InvalidCharacter':
      return 'a text holds a control character; write it as \\n, \\t or \\u....'
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return 'a text holds a backslash sequence that JSON does not know'
    default:
      return `${JSON.stringify(found)} is not expected here`
  }
}

/** Line and column from 1, columns in UTF-16 units as editors count them. */
function createPositionOf(text: string): PositionOf {
  const lineStarts = [0]
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\n' || (text[index] === '\r' && text[index + 1] !== '\n')) lineStarts.push(index + 1)
  }
  return (offset) => {
    let low = 0
    let high = lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 }
  }
}

/** The size on disk, without an encoder: this file also runs where only the language itself is known. */
function utf8Length(text: string): number {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    // A surrogate pair is four bytes for two units, so each half adds one.
    if (code >= 0xd800 && code <= 0xdfff) length += 1
    else if (code > 0x7ff) length += 2
    else if (code > 0x7f) length += 1
  }
  return length
}
