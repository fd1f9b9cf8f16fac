import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askPython } from '../testing/python-oracle'
import { decryptFernet, encryptFernet, fernetKey } from './fernet'

const keyText = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='
const token = 'gAAAAABlU_EAAAECAwQFBgcICQoLDA0ODzpmkwRcyz6pRmZjrsV9tHn2yfqXSjX5vbYQUdrBUrwAWTxq9jRqDq5jhkGBMq46Xg=='
const key = fernetKey(keyText)

const ask = (questions: object[]): { token?: string; value?: string | null }[] =>
  askPython(['cryptography==45.0.7'], join(import.meta.dirname, 'fernet-oracle.py'), questions.map((question) => JSON.stringify({ key: keyText, ...question }))).map((line) => JSON.parse(line) as { token?: string })

const values = ['', 'a', 'S3cr3t-ü', '日本語 🙂', 'line\nline\r\n', '"quotes" \\ \'and\' so on', 'x'.repeat(15), 'x'.repeat(16), 'x'.repeat(17), 'ö'.repeat(32_768), ...Array.from({ length: 200 }, (_, length) => 'abcdefghij'.repeat(20).slice(0, length))]

test("the server's example", () => {
  expect(decryptFernet(key, token)).toBe('S3cr3t-ü')
  const iv = Buffer.from(Array.from({ length: 16 }, (_, index) => index))
  expect(encryptFernet(key, 'S3cr3t-ü', 0x6553f100 * 1000, iv)).toBe(token)
})

describe("with Python's cryptography", () => {
  test('what it encrypts is decrypted here', () => {
    const tokens = ask(values.map((value) => ({ value: Buffer.from(value).toString('base64') })))
    expect(tokens.map(({ token: made = '' }) => decryptFernet(key, made))).toEqual(values)
  }, 180_000)

  test('what is encrypted here it decrypts', () => {
    const answers = ask(values.map((value) => ({ token: encryptFernet(key, value) })))
    expect(answers.map(({ value }) => Buffer.from(value ?? 'none', 'base64').toString())).toEqual(values)
  }, 180_000)

  test('what it refuses is refused here', () => {
    const bytes = Buffer.from(token, 'base64url')
    const broken = [...bytes.keys()].map((index) => {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      return changed.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
    })
    const tokens = [...broken, token.slice(0, -4), token.slice(4), `${token.slice(0, -2)}AA`, 'gAAA', 'nonsense']
    expect(ask(tokens.map((text) => ({ token: text }))).map(({ value }) => value)).toEqual(tokens.map(() => null))
    for (const text of tokens) expect(() => decryptFernet(key, text)).toThrow(/not a Fernet token|another ENCRYPTION_KEY/)
  }, 180_000)
})

test('a token of another key says so, and nothing of the value', () => {
  const other = fernetKey(Buffer.alloc(32, 7).toString('base64'))
  expect(() => decryptFernet(other, token)).toThrow(/another ENCRYPTION_KEY/)
})

test.each(['', 'short', 'AAEC', `${keyText}AAAA`, 'ä'.repeat(44), keyText.slice(0, -1)])('%j is no key', (text) => {
  expect(() => fernetKey(text)).toThrow(expect.objectContaining({ code: 'input/invalid' }))
})

test('a key in standard base64, or with blanks around it, is one', () => {
  expect(fernetKey(` ${Buffer.alloc(32, 255).toString('base64')}\n`).signing).toEqual(Buffer.alloc(16, 255))
})
