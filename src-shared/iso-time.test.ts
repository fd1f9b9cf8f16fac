import { describe, expect, test } from 'vitest'
import { parseServerTime } from './iso-time'

const iso = (text: string, meaning: 'start' | 'end' | 'exact' = 'exact') => {
  const atMs = parseServerTime(text, meaning)
  return atMs === null ? null : new Date(atMs).toISOString()
}

describe('a date alone is its day, from the first to the last moment', () => {
  test.each([
    ['2026-01-15', '2026-01-15'],
    ['20260115', '2026-01-15'],
    [' 2026-01-15\n', '2026-01-15'],
    ['2024-02-29', '2024-02-29'],
    ['2026-W03', '2026-01-12'],
    ['2026W034', '2026-01-15'],
    ['2020-W53-7', '2021-01-03'],
    ['0099-12-31', '0099-12-31'],
  ])('%s', (text, day) => {
    expect(iso(text, 'start')).toBe(`${day}T00:00:00.000Z`)
    expect(iso(text, 'exact')).toBe(`${day}T00:00:00.000Z`)
    expect(iso(text, 'end')).toBe(`${day}T23:59:59.999Z`)
  })
})

describe('a time is what Python 3.11 reads; without an offset it is UTC', () => {
  test.each([
    ['2026-01-15T10:30:15Z', '2026-01-15T10:30:15.000Z'],
    ['2026-01-15T10:30:15', '2026-01-15T10:30:15.000Z'],
    ['2026-01-15 10:30', '2026-01-15T10:30:00.000Z'],
    ['2026-01-15T10', '2026-01-15T10:00:00.000Z'],
    ['20260115T103015', '2026-01-15T10:30:15.000Z'],
    ['2026-W03-4T10:30', '2026-01-15T10:30:00.000Z'],
    ['2026-W03-10 10:30', null],
    ['2026-01-15T10:30:15.123456', '2026-01-15T10:30:15.123Z'],
    ['2026-01-15T10:30:15,1', '2026-01-15T10:30:15.100Z'],
    ['2026-01-15T10:30:15.9999999999', '2026-01-15T10:30:15.999Z'],
    ['2026-01-15T10:30+02:00', '2026-01-15T08:30:00.000Z'],
    ['2026-01-15T10:30 +02:00', '2026-01-15T08:30:00.000Z'],
    ['2026-01-15T10:30-0530', '2026-01-15T16:00:00.000Z'],
    ['2026-01-15T00:30+01:00:30.5', '2026-01-14T23:29:29.500Z'],
    ['2026-01-15T10:30+00:99', '2026-01-15T08:51:00.000Z'],
  ])('%s', (text, expected) => {
    expect(iso(text)).toBe(expected)
    expect(iso(text, 'end')).toBe(expected)
  })
})

test.each([
  '', ' ', 'T', 'soon', '15.01.2026', '2026-1-5', '2026-02-30', '2025-02-29', '0000-01-01', '2026-13-01', '2026-W54', '2025-W53', '2026-W00', '2026-W01-8',
  '2026-01-15T', '2026-01-15T24:00', '2026-01-15T10:60', '2026-01-15T10:3', '2026-01-15T10:30:60', '2026-01-15T10:30:', '2026-01-15T10:3015',
  '2026-01-15t10:30', '2026-01-15Z', '2026-01-15T10:30+24:00', '2026-01-15T10:30+', '2026-01-15T10:30 Z+', '2026-01-15T10:30ZZ', '2026-01-15T10:30 UTC',
  '2026-01-15T\u0661\u0660:30', '0001-01-01T00:30+01:00', '9999-12-31T23:30-01:00', '1768473015',
])('%j is no time', (text) => {
  for (const meaning of ['start', 'end', 'exact'] as const) expect(parseServerTime(text, meaning)).toBeNull()
})

test('a megabyte of digits is refused in a moment', () => {
  const beganAtMs = performance.now()
  for (const unit of ['1', ' ', '+', ':', 'Z', 'W', '-']) expect(parseServerTime(`2026-01-15T10:30${unit.repeat(1_000_000)}`, 'start')).toBe(unit === ' ' ? Date.UTC(2026, 0, 15, 10, 30) : null)
  expect(performance.now() - beganAtMs).toBeLessThan(1000)
})
