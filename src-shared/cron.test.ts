import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { askPython } from '../src-main/engine/testing/python-oracle'
import { lintCron, parseCron } from './cron'
import type { ScheduleTiming } from './pipeline-config-model'
import { nextFireTimes } from './schedule'

const noWindow = { startAtMs: null, endAtMs: null }
const iso = (times: number[]): string[] => times.map((at) => new Date(at).toISOString().slice(0, 16))
const next = (expression: string, from: string, count = 2): string[] => iso(nextFireTimes({ timing: { kind: 'cron', expression }, window: noWindow, fromMs: Date.parse(from), count }))

/** Always the same numbers. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('as the server fires', () => {
  test.each<[string, string, string[]]>([
    ['0 9 * * 1', '2026-01-05T00:00Z', ['2026-01-06T09:00', '2026-01-13T09:00']],
    ['0 9 * * mon', '2026-01-05T00:00Z', ['2026-01-05T09:00', '2026-01-12T09:00']],
    ['0 0 13 * fri', '2026-01-01T00:00Z', ['2026-02-13T00:00', '2026-03-13T00:00']],
    ['30 6 last * *', '2026-02-01T00:00Z', ['2026-02-28T06:30', '2026-03-31T06:30']],
    ['*/20 * * * *', '2026-01-01T00:40Z', ['2026-01-01T00:40', '2026-01-01T01:00']],
    ['0 0 29 2 *', '2026-01-01T00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['0 0 31 2 *', '2026-01-01T00:00Z', []],
  ])('%s', (expression, from, expected) => {
    expect(next(expression, from)).toEqual(expected)
  })

  test.each(['', '* * * *', '* * * * * *', '@daily', '60 * * * *', '* * * * 7', '* * 0 * *', '5-1 * * * *', '* * * * fri-mon', '*/0 * * * *', '1, * * * *', '* * ? * *', '* * L * *', 'x * * * *'])('%j is none', (expression) => {
    expect(parseCron(expression).ok).toBe(false)
    expect(lintCron(expression)[0]?.severity).toBe('error')
    expect(nextFireTimes({ timing: { kind: 'cron', expression }, window: noWindow, fromMs: 0, count: 3 })).toEqual([])
  })
})

describe('against the real APScheduler', () => {
  const random = numbers(20_260_115)
  const pick = <T>(choices: readonly T[]): T => choices[random(choices.length)]!
  const part = (least: number, most: number, words: readonly string[]): string => {
    const value = (): number => least + random(most - least + (random(40) === 0 ? 5 : 1))
    const one = (): string => {
      switch (random(words.length > 0 ? 8 : 6)) {
        case 0:
        case 1:
          return '*'
        case 2:
          return String(value())
        case 3:
          return `*/${random(most + 2)}`
        case 4:
          return `${value()}-${value()}`
        case 5:
          return `${value()}${pick(['', `-${most}`])}/${1 + random(most)}`
        case 6:
          return pick(words)
        default:
          return `${pick(words)}-${pick(words)}`
      }
    }
    return Array.from({ length: pick([1, 1, 1, 2, 3]) }, one).join(',')
  }
  const expression = (): string =>
    [part(0, 59, []), part(0, 23, []), random(12) === 0 ? pick(['last', 'last,1', 'LAST', 'lastday']) : part(1, 31, []), part(1, 12, ['jan', 'FEB', 'jun', 'dec', 'xyz']), part(0, 6, ['mon', 'Tue', 'sun', 'fri', 'mon-fri/2', 'foo'])].join(pick([' ', '  ']))
  const moment = (): number => Date.UTC(2020 + random(15), random(12), 1 + random(28), random(24), random(60), random(60), pick([0, 0, 1, 500]))
  const questions = Array.from({ length: 4000 }, () => {
    const from = moment()
    const timing: ScheduleTiming = random(8) === 0 ? { kind: 'interval', seconds: 1 + random(pick([100, 100_000])) } : { kind: 'cron', expression: expression() }
    const start = timing.kind === 'interval' || random(3) === 0 ? moment() : null
    return { timing, from, start, end: random(3) === 0 ? Math.max(start ?? 0, from) + random(400) * 86_400_000 : null }
  })

  test('four thousand schedules fire at the same times, or are refused alike', () => {
    const answers = askPython(['APScheduler==3.11.0', 'tzlocal==5.3.1'], join(import.meta.dirname, 'cron-oracle.py'), questions.map(({ timing, ...rest }) => JSON.stringify({ ...timing, ...rest, count: 5 })))
    const different = questions.flatMap(({ timing, from, start, end }, index) => {
      const expected = JSON.parse(answers[index] ?? '') as number[] | null
      const valid = timing.kind === 'interval' || parseCron(timing.expression).ok
      const times = valid ? nextFireTimes({ timing, window: { startAtMs: start, endAtMs: end }, fromMs: from, count: 5 }) : null
      return JSON.stringify(times) === JSON.stringify(expected) ? [] : [{ timing, from, start, end, times, expected }]
    })
    expect(different.slice(0, 5)).toEqual([])
    expect(answers.filter((answer) => answer === 'null').length).toBeGreaterThan(200)
    expect(answers.filter((answer) => answer !== 'null' && answer !== '[]').length).toBeGreaterThan(1000)
  }, 240_000)
})

describe('remarks', () => {
  test.each<[string, string[]]>([
    ['0 9 * * mon-fri', []],
    ['0 9 * * *', []],
    ['0 9 * * 1-5', ['The weekday 1-5 means Tuesday, Wednesday, Thursday, Friday, Saturday on the server']],
    ['0 9 1 * mon', ['Day and weekday both']],
    ['0 0 31 2 *', ['never fires']],
  ])('%s', (expression, expected) => {
    const messages = lintCron(expression).map(({ message }) => message)
    expect(messages).toHaveLength(expected.length)
    expected.forEach((text, index) => expect(messages[index]).toContain(text))
  })
})
