import { expect, test } from 'vitest'
import { problemsOfNames } from './name-problems'

test('ordinary names, also with spaces, umlauts and emoji, have no problems', () => {
  expect(problemsOfNames(['demo', 'a b', 'größe', '数据', '😀', 'Demo', '__proto__']).size).toBe(0)
})

test('invisible and direction-changing characters are shown by their numbers', () => {
  const problems = problemsOfNames(['a\u202Eb', 'a\u200Bb', 'a\nb'])
  expect([...problems.values()].map(([problem]) => problem?.message)).toEqual([
    expect.stringContaining('a\\u202Eb'),
    expect.stringContaining('a\\u200Bb'),
    expect.stringContaining('a\\u000Ab'),
  ])
})

test('two names that look the same warn on both sides', () => {
  const problems = problemsOfNames(['cafe\u0301', 'caf\u00E9', 'cafe'])
  expect([...problems.keys()]).toEqual(['cafe\u0301', 'caf\u00E9'])
  expect(problems.get('caf\u00E9')?.[0]?.message).toContain('cafe\\u0301 and caf\u00E9')
})
