/** Whole spans of time. */
import { describe, expect, it } from 'vitest'
import { spanText } from './span'

describe('spanText', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [45.9, '45 s'],
    [60, '1 min'],
    [90, '1 min 30 s'],
    [5_400, '1 h 30 min'],
    [86_400, '1 day'],
    [93_784, '1 day 2 h 3 min 4 s'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(spanText(seconds, 'en')).toBe(text)
  })

  it('leaves out what is too fine to matter', () => {
    expect(spanText(93_784, 'en', 2)).toBe('1 day 2 h')
    expect(spanText(86_459, 'en', 2)).toBe('1 day')
    expect(spanText(3_725, 'en', 2)).toBe('1 h 2 min')
  })

  it('says days in the language of the window', () => {
    expect(spanText(172_800, 'de')).toBe('2 Tage')
  })
})
