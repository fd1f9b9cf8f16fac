/**
 * The ways in which the value of a secret turns up in a log, pure: as it is, line by line, escaped as JSON, Python's repr and
 * HTML do, percent-encoded, and in base64, also inside of something longer.
 */

/** Shorter values stand in every second line of any log: masking them would only hide the log. */
export const leastMaskedCharacters = 6

/** Of encoded forms: what looking for more costs in memory is out of proportion. Values as they are come on top, always. */
const mostFormBytes = 2 * 1024 ** 2

/** Each as the bytes to look for; none shorter than six. */
export function secretForms(values: readonly string[]): Buffer[] {
  const plain = [...new Set(values.filter(isMasked).flatMap((value) => [value, ...linesOf(value)]))]
  const forms = new Map(plain.map((value) => [value, Buffer.from(value)]))
  let room = mostFormBytes
  for (const value of plain) {
    if (value.length > room) continue
    for (const form of encodedForms(value)) {
      if (forms.has(form) || form.length < leastMaskedCharacters || form.length > room) continue
      room -= form.length
      forms.set(form, Buffer.from(form))
    }
  }
  return [...forms.values()]
}

function isMasked(text: string): boolean {
  return [...text].length >= leastMaskedCharacters
}

/** A value is often printed without the blanks around it, and one of several lines line by line. */
function linesOf(value: string): string[] {
  return [value, ...value.split(/[\r\n]+/)].map((line) => line.trim()).filter(isMasked)
}

function encodedForms(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  return [json, asciiOnly(json, unicodeEscape), ...base64Forms(Buffer.from(value)), ...percentForms(value), ...pythonForms(value), ...htmlForms(value)]
}

const mimeLine = /.{76}(?=.)/g

function base64Forms(value: Buffer): string[] {
  const whole = value.toString('base64')
  // Wherever the value stands in what is encoded, these characters of the result depend on nothing else.
  const inside = [0, 1, 2].map((before) => {
    const text = withoutPadding(Buffer.concat([Buffer.alloc(before), value]).toString('base64'))
    const isShared = (before + value.length) % 3 !== 0
    return text.slice(before === 0 ? 0 : before + 1, isShared ? -1 : undefined)
  })
  return [whole, withoutPadding(whole), whole.replaceAll(mimeLine, '$&\n'), ...inside].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

function withoutPadding(base64: string): string {
  return base64.replace(/=+$/, '')
}

/** Which bytes stay readable: Python's quote, its quote_plus and most others, encodeURIComponent, forms as browsers send them. */
const percentRules: { kept: RegExp; blank: string }[] = [
  { kept: /[A-Za-z0-9_.~/-]/, blank: '%20' },
  { kept: /[A-Za-z0-9_.~-]/, blank: '%20' },
  { kept: /[A-Za-z0-9_.~-]/, blank: '+' },
  { kept: /[A-Za-z0-9_.~!*'()-]/, blank: '%20' },
  { kept: /[A-Za-z0-9_.*-]/, blank: '+' },
]

function percentForms(value: string): string[] {
  return percentRules.flatMap(({ kept, blank }) =>
    [hex, (byte: number) => hex(byte).toUpperCase()].map((digits) => bytesEscaped(value, (byte, character) => (kept.test(character) ? character : byte === 0x20 ? blank : `%${digits(byte)}`))),
  )
}

/** As repr() of str and bytes and ascii() write it, between quotes of either kind. */
function pythonForms(value: string): string[] {
  const known = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
  const repr = known.replaceAll(/[\p{C}\p{Z}]/gu, (character) => (character === ' ' ? character : pythonEscape(character)))
  const ascii = repr.replaceAll(/[^ -~]/gu, pythonEscape)
  const bytes = bytesEscaped(known, (byte, character) => (byte < 0x20 || byte > 0x7e ? `\\x${hex(byte)}` : character))
  return [repr, ascii, bytes].flatMap((form) => [form, form.replaceAll("'", "\\'")])
}

function pythonEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code < 0x100 ? `\\x${hex(code)}` : code < 0x1_0000 ? unicodeEscape(character) : `\\U${code.toString(16).padStart(8, '0')}`
}

function htmlForms(value: string): string[] {
  const text = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const quoted = text.replaceAll('"', '&quot;')
  return [text, quoted, quoted.replaceAll("'", '&#x27;'), quoted.replaceAll("'", '&#39;')]
}

/** One escape per UTF-16 unit, as JSON has it. */
function asciiOnly(text: string, escape: (unit: string) => string): string {
  return text.replaceAll(/[^ -~]/g, escape)
}

function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function bytesEscaped(text: string, escape: (byte: number, character: string) => string): string {
  return [...Buffer.from(text)].map((byte) => escape(byte, String.fromCharCode(byte))).join('')
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
