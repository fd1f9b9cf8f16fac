/** What is said of names, values and keys while they are typed. */
import { describe, expect, it } from 'vitest'
import { factsOfValue, isEncryptionKey, isSecretName, maximumValueLength, noValue } from './secret-value'

describe('factsOfValue', () => {
  it('finds nothing in an empty field but that it is empty', () => {
    expect(factsOfValue('')).toEqual(noValue)
  })

  it.each([
    ['abcde', true],
    ['abcdef', false],
  ])('says of %s whether logs will show it', (value, isShort) => {
    expect(factsOfValue(value).isShort).toBe(isShort)
  })

  it.each(['token\n', ' token', 'token\t', '\r\ntoken'])('notices what was pasted around %j', (value) => {
    expect(factsOfValue(value).hasOuterSpace).toBe(true)
  })

  it('leaves line breaks inside alone: keys and certificates have them', () => {
    expect(factsOfValue('-----BEGIN-----\nabc\n-----END-----').hasOuterSpace).toBe(false)
  })

  it('knows the longest value that can be stored', () => {
    expect(factsOfValue('x'.repeat(maximumValueLength)).isTooLong).toBe(false)
    expect(factsOfValue('x'.repeat(maximumValueLength + 1)).isTooLong).toBe(true)
  })

  it('holds nothing of the value', () => {
    expect(JSON.stringify(factsOfValue('hunter2-secret'))).not.toContain('hunter2')
  })
})

describe('isSecretName', () => {
  it.each([
    ['API_KEY', true],
    ['_x1', true],
    ['1X', false],
    ['MY-KEY', false],
    ['', false],
    ['ÄPI', false],
  ])('judges %s', (name, isName) => {
    expect(isSecretName(name)).toBe(isName)
  })
})

describe('isEncryptionKey', () => {
  it.each([
    ['AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', true],
    ['  AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n', true],
    ['-_ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', true],
    ['+/ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', true],
    ['AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8', false],
    ['AAEC', false],
    ['', false],
  ])('judges %j', (key, isKey) => {
    expect(isEncryptionKey(key)).toBe(isKey)
  })
})
