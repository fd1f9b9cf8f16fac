import { describe, expect, test } from 'vitest'
import { createMasker, maskText } from './masker'
import { secretForms } from './secret-forms'

/** The text in pieces of these sizes, over and over. */
function masked(values: string[], text: string | Buffer, ...sizes: number[]): string {
  const bytes = Buffer.from(text)
  const parts: Buffer[] = []
  const masker = createMasker(values, (chunk) => parts.push(Buffer.from(chunk)))
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length
    masker.push(bytes.subarray(at, at + size))
    at += size
  }
  masker.end()
  return Buffer.concat(parts).toString('latin1')
}

/** The same by the simplest means: mark every byte of every occurrence; neighbours that share no byte are masked apart. */
function plainlyMasked(values: string[], text: string): string {
  const ranges = secretForms(values)
    .map(String)
    .flatMap((form) => [...text].flatMap((_, from) => (text.startsWith(form, from) ? [{ from, to: from + form.length }] : [])))
    .sort((a, b) => a.from - b.from || a.to - b.to)
  let result = ''
  let to = 0
  for (const range of ranges) {
    if (range.from >= to) result += `${text.slice(to, range.from)}***`
    to = Math.max(to, range.to)
  }
  return result + text.slice(to)
}

/** Always the same numbers. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('values', () => {
  test.each<[string, string[], string, string]>([
    ['as they are', ['hunter22'], 'x hunter22 y', 'x *** y'],
    ['twice in a row', ['hunter22'], 'hunter22hunter22', '******'],
    ['one the beginning of the other', ['secret', 'secret-longer'], 'secret secret-longer secret-lo', '*** *** ***-lo'],
    ['one inside of the other', ['inside', 'an inside value'], 'an inside value, inside', '***, ***'],
    ['that overlap', ['abcdefgh', 'efghijkl'], 'abcdefghijkl', '***'],
    ['of a single character, without end', ['aaaaaa'], 'a'.repeat(100), '***'],
    ['that only begin', ['hunter22'], 'hunter2 hunter', 'hunter2 hunter'],
    ['too short to be masked', ['abc', ''], 'abc', 'abc'],
    ['none', [], 'abc', 'abc'],
    ['of several lines, line by line', ['first line\nab\nthird line'], 'third line ab first line', '*** ab ***'],
  ])('%s', (_name, values, text, expected) => {
    expect(masked(values, text)).toBe(expected)
    expect(masked(values, text, 1)).toBe(expected)
  })
})

test('the result does not depend on how the stream is cut, and is what a plain search finds', () => {
  const random = numbers(7)
  for (let round = 0; round < 200; round += 1) {
    const letters = 'ab'.slice(0, 1 + random(2)) + 'c'
    const word = (length: number): string => Array.from({ length }, () => letters[random(letters.length)]).join('')
    const values = Array.from({ length: 1 + random(4) }, () => word(6 + random(8)))
    const text = Array.from({ length: 30 }, () => (random(3) === 0 ? (values[random(values.length)] ?? '') : word(random(9)))).join(['', ' ', '\n'][random(3)])
    const whole = masked(values, text)
    expect(masked(values, text, 1)).toBe(whole)
    expect(masked(values, text, 1 + random(5), 1 + random(13), 1 + random(40))).toBe(whole)
    expect(whole).toBe(plainlyMasked(values, text))
  }
})

test('bytes that are no UTF-8 pass as they are', () => {
  const bytes = Buffer.from([0, 255, 254, 0x80, 10, 13, 27])
  expect(masked(['hunter22'], bytes, 2)).toBe(bytes.toString('latin1'))
})

test('only what may begin a value is held back', () => {
  const parts: string[] = []
  const masker = createMasker(['hunter22'], (chunk) => parts.push(String(chunk)))
  masker.push(Buffer.from('hello hun'))
  expect(parts).toEqual(['hello '])
  masker.push(Buffer.from('gry'))
  expect(parts.join('')).toBe('hello hungry')
})

test('fifty values over fifty megabytes are masked, all of them', () => {
  const random = numbers(3)
  const values = Array.from({ length: 50 }, (_, index) => `secret-${index}-${random(1e9)}`)
  const line = Buffer.from(`${'2026-01-01 INFO rows loaded from the table: 1234567 in 0.12 s; '.repeat(16)}${values[7]}\n`)
  const chunk = Buffer.concat(Array.from({ length: 60 }, () => line))
  let bytes = 0
  const masker = createMasker(values, (part) => (bytes += part.length))
  const chunks = Math.ceil(50_000_000 / chunk.length)
  for (let count = 0; count < chunks; count += 1) masker.push(chunk)
  masker.end()
  expect(bytes).toBe(chunks * 60 * (line.length - (values[7]?.length ?? 0) + 3))
}, 60_000)

test('a value of 64 kB that comes byte by byte, and once more but for its end', () => {
  const random = numbers(11)
  const value = Array.from({ length: 65_536 }, () => String.fromCharCode(33 + random(90))).join('')
  const parts: Buffer[] = []
  const masker = createMasker([value], (chunk) => parts.push(chunk))
  const bytes = Buffer.from(`a ${value}b ${value.slice(0, -1)}`)
  for (let at = 0; at < bytes.length; at += 1) masker.push(bytes.subarray(at, at + 1))
  masker.end()
  expect(String(Buffer.concat(parts))).toBe(`a ***b ${value.slice(0, -1)}`)
})

test('a piece of text may be used again by whoever pushed it', () => {
  const chunk = Buffer.from('hello hun')
  let text = ''
  const masker = createMasker(['hunter22'], (part) => (text += String(part)))
  masker.push(chunk)
  chunk.fill('x')
  masker.push(Buffer.from('dred'))
  expect(text).toBe('hello hundred')
})

test('a text as a whole', () => {
  expect(maskText(['gehäim-wört'], 'das gehäim-wört, ü')).toBe('das ***, ü')
})
