/** Cron expressions in words, as the server reads them: 0 is Monday, times are UTC. */
import { describe, expect, test } from 'vitest'
import { cronShape, describeCron, spanOf } from './cron-words'

test.each([
  ['* * * * *', 'every minute'],
  ['*/15 * * * *', 'every 15 minutes'],
  ['5 * * * *', 'every hour at minute 5'],
  ['0 */6 * * *', 'every 6 hours at minute 0'],
  ['0 9 * * *', 'every day at 09:00 UTC'],
  ['0 9,17 * * *', 'every day at 09:00 and 17:00 UTC'],
  ['30 6 * * mon,wed', 'Monday and Wednesday at 06:30 UTC'],
  ['0 9 * * 1-5', 'Tuesday to Saturday at 09:00 UTC'],
  ['0 9 1 * *', 'day 1 of every month at 09:00 UTC'],
  ['0 9 1,15 jan,jul *', 'day 1 and 15 of January and July at 09:00 UTC'],
  ['0 9 last * *', 'the last day of every month at 09:00 UTC'],
  ['0 9 * jun-aug *', 'every day in June to August at 09:00 UTC'],
])('%s in words: %s', (expression, words) => {
  expect(describeCron(expression)).toBe(words)
})

describe('is left as it is', () => {
  test.each(['0 9 1 * mon', '0 9 last * mon', '*/7 * * * *', '0 8-16 * * *', '0 9 1-20 * *', '0 25 * * *', 'nonsense', ''])('%s', (expression) => {
    expect(describeCron(expression)).toBe(expression)
    expect(cronShape(expression)).toBeNull()
  })
})

test('a step that does not divide the hour is not every so many minutes, minute 0 alone is every hour', () => {
  expect(cronShape('0,7,14,21,28,35,42,49,56 * * * *')).toBeNull()
  expect(cronShape('0 * * * *')).toEqual({ kind: 'hours', every: 1, minute: 0 })
})

test('values that follow each other are a span from three on', () => {
  expect(spanOf([0, 1, 2, 3, 4])).toEqual({ first: 0, last: 4 })
  expect(spanOf([0, 1])).toBeNull()
  expect(spanOf([0, 2, 4])).toBeNull()
  expect(spanOf([])).toBeNull()
})
