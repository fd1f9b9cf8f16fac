/** Figures as people read them. */
import { describe, expect, it } from 'vitest'
import { byteText, durationText, fullMomentText, memoryText, momentText, shortDigest } from './format'

describe('format', () => {
  it.each([
    [0, '0 ms'],
    [412.4, '412 ms'],
    [950, '0.9 s'],
    [1_000, '1.0 s'],
    [59_990, '59.9 s'],
    [60_000, '1 min 00 s'],
    [187_900, '3 min 07 s'],
    [3_725_000, '1 h 02 min'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(durationText(ms, 'en')).toBe(text)
  })

  it.each([
    [0, '0 B'],
    [67_108_864, '64 MiB'],
    [1_610_612_736, '1.5 GiB'],
    [1_073_741_823, '1 GiB'],
  ])('writes %d bytes of memory as %s', (bytes, text) => {
    expect(memoryText(bytes, 'en')).toBe(text)
  })

  it('uses the decimal sign of the language', () => {
    expect(durationText(1_500, 'de')).toBe('1,5 s')
    expect(byteText(1_500_000, 'de')).toBe('1,5 MB')
  })

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_000, '1 KB'],
    [1_250, '1.3 KB'],
    [20_971_520, '21 MB'],
    [999_600, '1 MB'],
    [210_000_000, '210 MB'],
    [5_400_000_000, '5.4 GB'],
  ])('writes %d bytes as %s', (bytes, text) => {
    expect(byteText(bytes, 'en')).toBe(text)
  })

  it('leaves the date out for today only', () => {
    const now = new Date(2026, 4, 3, 18, 0, 0).getTime()
    expect(momentText(new Date(2026, 4, 3, 9, 5, 7).getTime(), now, 'de')).toBe('09:05:07')
    expect(momentText(new Date(2026, 4, 2, 9, 5, 7).getTime(), now, 'de')).toContain('2. Mai')
  })

  it('shows UTC beside the local time', () => {
    expect(fullMomentText(Date.UTC(2026, 0, 2, 3, 4, 5), 'en')).toContain('2026-01-02 03:04:05 UTC')
  })

  it('shortens digests with and without the image name', () => {
    expect(shortDigest('sha256:0123456789abcdef')).toBe('0123456789ab')
    expect(shortDigest('name@sha256:0123456789abcdef')).toBe('0123456789ab')
  })
})
