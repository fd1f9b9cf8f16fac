import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askPython } from '../testing/python-oracle'
import { maskText } from './masker'
import { secretForms } from './secret-forms'

const values = [
  'hunter22',
  'pä ss/w+rd"\\?&=1',
  "it's a 'secret'",
  'both \' and " in it',
  '~tilde!*()_.-star',
  'tab\tnew\nline\r\nend',
  '\u001b[31mescape\u0000\u007f\u0085\u00a0\u00ad',
  '日本語のパスワード',
  'emoji 🙂 and \u2028 more \u200b',
  '<a href="x">&amp;</a>',
  'x'.repeat(200),
  ...Array.from({ length: 40 }, (_, index) => `k${'é/+ "\\\'&<~'.repeat(8).slice(index)}${index}`),
]

test('every way in which Python writes a value is a form of it', () => {
  const written = askPython([], join(import.meta.dirname, 'secret-forms-oracle.py'), values.map((value) => JSON.stringify(value)))
  written.forEach((line, index) => {
    const value = values[index] ?? ''
    for (const [name, form] of Object.entries(JSON.parse(line) as Record<string, string>)) expect([name, maskText([value], `<${form}>`)]).toEqual([name, '<***>'])
  })
})

test.each(values)('%j as JavaScript writes it', (value) => {
  const query = new URLSearchParams({ a: value }).toString().slice(2)
  const forms = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value), encodeURIComponent(value).toLowerCase(), query, Buffer.from(value).toString('base64url')]
  // All of it in lower case is not the value any more, unless that is.
  for (const form of forms.filter((_, index) => index !== 3 || value === value.toLowerCase())) expect(maskText([value], `<${form}>`)).toBe('<***>')
})

describe('base64 of something longer', () => {
  const value = 'pä ss/w+rd"\\?&=1'
  test.each([0, 1, 2, 3, 4])('%i bytes before', (before) => {
    const whole = Buffer.concat([Buffer.from('user:'.slice(0, before)), Buffer.from(value), Buffer.from(' and more')]).toString('base64')
    const [head = '', tail, ...more] = maskText([value], whole).split('***')
    expect(more).toEqual([])
    expect(tail).toBeDefined()
    // Of either neighbour at most the character that it shares with the value is left.
    expect(Buffer.from(head, 'base64').length).toBeLessThanOrEqual(before + 1)
    expect(whole.endsWith(tail ?? 'none')).toBe(true)
    expect(Buffer.from(tail ?? '', 'base64').length).toBeLessThanOrEqual(' and more'.length + 1)
  })
})

test('a value without the blanks around it, and each line of it', () => {
  expect(maskText(['  padded-value \n'], '[padded-value]')).toBe('[***]')
  expect(maskText(['first line\r\n  ab\n  third line'], 'third line ab first line')).toBe('*** ab ***')
})

test('no form is shorter than six characters', () => {
  const forms = secretForms(['short', 'abcdef', 'öäüöäü', '      \n    ', '', 'a\nb\nc\nd'])
  for (const form of forms) expect(String(form).length).toBeGreaterThanOrEqual(6)
  expect(forms.map(String)).toContain('abcdef')
  expect(forms.map(String)).not.toContain('short')
})

test('very many long values are still masked as they are; what they cost is bounded', () => {
  const many = Array.from({ length: 24 }, (_, index) => `${index}-${'0123456789abcdefghij '.repeat(3000)}`)
  const forms = secretForms(many)
  expect(forms.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(24 * 2 * 65_536 + 2.2 * 1024 ** 2)
  for (const value of many) expect(maskText(many, `<${value}>`)).toMatch(/^<\*\*\*\s?>$/)
})
