import { describe, expect, test } from 'vitest'
import { createMasker, maskText } from './masker'

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

describe('forms', () => {
  const value = 'pä ss/w+rd"\\?&=1'
  const bytes = Buffer.from(value)
  test.each<[string, string]>([
    ['JSON', JSON.stringify(value).slice(1, -1)],
    ['JSON in ASCII', 'p\\u00e4 ss/w+rd\\"\\\\?&=1'],
    ["repr of Python's str", 'pä ss/w+rd"\\\\?&=1'],
    ["repr of Python's bytes", 'p\\xc3\\xa4 ss/w+rd"\\\\?&=1'],
    ['encodeURIComponent', encodeURIComponent(value)],
    ["Python's quote", 'p%C3%A4%20ss/w%2Brd%22%5C%3F%26%3D1'],
    ["Python's quote_plus", 'p%C3%A4+ss%2Fw%2Brd%22%5C%3F%26%3D1'],
    ['base64', bytes.toString('base64')],
    ['base64 for URLs', bytes.toString('base64url')],
  ])('%s', (_name, form) => {
    expect(masked([value], `<${form}>`)).toBe('<***>')
  })

  test.each([0, 1, 2, 3, 4])('base64 of something longer, %i bytes before', (before) => {
    const whole = Buffer.concat([Buffer.from('user:'.slice(0, before)), bytes, Buffer.from(' and more')]).toString('base64')
    const result = masked([value], whole)
    expect(result).toContain('***')
    // At most the characters that the neighbours share are left on either side.
    expect(Buffer.from(result.split('***')[0] ?? '', 'base64').length).toBeLessThanOrEqual(before + 1)
  })
})

test('the result does not depend on how the stream is cut, and holds no form of a value', () => {
  const random = numbers(7)
  for (let round = 0; round < 200; round += 1) {
    const letters = 'ab'.slice(0, 1 + random(2)) + 'c'
    const word = (length: number): string => Array.from({ length }, () => letters[random(letters.length)]).join('')
    const values = Array.from({ length: 1 + random(4) }, () => word(6 + random(8)))
    const text = Array.from({ length: 30 }, () => (random(3) === 0 ? (values[random(values.length)] ?? '') : word(random(9)))).join(['', ' ', '\n'][random(3)])
    const whole = masked(values, text)
    expect(masked(values, text, 1)).toBe(whole)
    expect(masked(values, text, 1 + random(5), 1 + random(13), 1 + random(40))).toBe(whole)
    for (const value of values) expect(whole).not.toContain(value)
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

test('a text as a whole', () => {
  expect(maskText(['gehäim-wört'], 'das gehäim-wört, ü')).toBe('das ***, ü')
})
