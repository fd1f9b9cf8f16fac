/**
 * The ways in which the value of a secret turns up in a log, pure: as it is, line by line, in base64 (also inside of something
 * longer), percent-encoded, and escaped as JSON and Python's repr do.
 */

/** Shorter values stand in every second line of any log: masking them would only hide the log. */
export const leastMaskedCharacters = 6

/** Each as the bytes to look for; none shorter than six. */
export function secretForms(values: readonly string[]): Buffer[] {
  const forms = new Set<string>()
  for (const value of values) {
    if ([...value].length < leastMaskedCharacters) continue
    const parts = value.includes('\n') ? [value, ...value.split('\n').map((line) => line.trim())] : [value]
    for (const part of parts) if ([...part].length >= leastMaskedCharacters) for (const form of formsOf(part)) forms.add(form)
  }
  return [...forms].map((form) => Buffer.from(form)).filter(({ length }) => length >= leastMaskedCharacters)
}

function formsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1)
  const percent = percentEncoded(value, /[A-Za-z0-9_.~/-]/)
  return [
    value,
    json,
    asciiOnly(json, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
    pythonEscaped(value),
    byteEscaped(value),
    encodeURIComponent(toWellFormed(value)),
    percent,
    percent.replaceAll('/', '%2F'),
    percent.replaceAll('/', '%2F').replaceAll('%20', '+'),
    ...base64Forms(Buffer.from(value)),
  ]
}

/** Wherever the value stands in what is encoded, these characters of the result depend on nothing else. */
function base64Forms(value: Buffer): string[] {
  const whole = value.toString('base64')
  const inside = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), value]).toString('base64').replace(/=+$/, '')
    const isCutOff = (before + value.length) % 3 !== 0
    return text.slice(before === 0 ? 0 : before + 1, isCutOff ? -1 : undefined)
  })
  return [whole, whole.replace(/=+$/, ''), ...inside].flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')])
}

function asciiOnly(text: string, escape: (code: number) => string): string {
  return text.replaceAll(/[^\0-\x7f]/g, (character) => escape(character.charCodeAt(0)))
}

/** As repr() of a str: quotes stay, because which ones it escapes depends on what is around the value. */
function pythonEscaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
}

/** As repr() of bytes. */
function byteEscaped(value: string): string {
  return [...Buffer.from(pythonEscaped(value))].map((byte) => (byte < 0x20 || byte > 0x7e ? `\\x${byte.toString(16).padStart(2, '0')}` : String.fromCharCode(byte))).join('')
}

function percentEncoded(value: string, safe: RegExp): string {
  return [...Buffer.from(value)].map((byte) => (byte < 0x80 && safe.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('')
}

/** A half of a surrogate pair has no UTF-8. */
function toWellFormed(value: string): string {
  return Buffer.from(value).toString('utf8')
}
