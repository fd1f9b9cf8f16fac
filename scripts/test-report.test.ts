import { expect, test } from 'vitest'
import { isGreen, reportOf, skipLines, totalLine } from './test-report.mjs'

function moduleWith(parts: { tests?: [string, string, string?][]; fileErrors?: unknown[]; suiteErrors?: unknown[] }) {
  const tests = (parts.tests ?? []).map(([fullName, state, note]) => ({ fullName, result: () => ({ state, note }) }))
  return {
    moduleId: '/project/src-main/a.test.ts',
    relativeModuleId: 'src-main/a.test.ts',
    errors: () => parts.fileErrors ?? [],
    children: {
      allTests: () => tests,
      allSuites: () => [{ name: 'stop', fullName: 'stop', errors: () => parts.suiteErrors ?? [] }],
    },
  }
}

test('passed, failed and skipped tests are counted, with names and reasons', () => {
  const tests: [string, string, string?][] = [
    ['works', 'passed'],
    ['breaks', 'failed'],
    ['needs git', 'skipped', 'git is not installed'],
    ['is left out', 'skipped'],
  ]
  expect(reportOf([moduleWith({ tests })], [], null)).toEqual({
    passed: 1,
    failed: ['src-main/a.test.ts > breaks'],
    skipped: [
      { name: 'src-main/a.test.ts > needs git', reason: 'git is not installed' },
      { name: 'src-main/a.test.ts > is left out', reason: 'not on this system: src-main/a.test.ts > is left out' },
    ],
  })
})

test('a file that cannot be loaded is a failure', () => {
  expect(reportOf([moduleWith({ fileErrors: [new Error('no such module')] })], [], null).failed).toEqual(['src-main/a.test.ts (the file itself)'])
})

test('a failing hook is a failure even though its tests only count as skipped', () => {
  const report = reportOf([moduleWith({ tests: [['in it', 'skipped']], suiteErrors: [new Error('hook')] })], [], null)
  expect(report.failed).toEqual(['src-main/a.test.ts > stop (its set-up or tear-down)'])
  expect(report.skipped).toHaveLength(1)
})

test('a test that never came to its end is a failure', () => {
  expect(reportOf([moduleWith({ tests: [['hangs', 'pending']] })], [], null).failed).toEqual(['src-main/a.test.ts > hangs (did not finish)'])
})

test('an error outside of every test is a failure', () => {
  expect(reportOf([moduleWith({ tests: [['works', 'passed']] })], [new Error('late\nstack')], null).failed).toEqual(['an error outside of every test: late'])
})

test('a part that was left out gives its own reason for every test', () => {
  const report = reportOf([moduleWith({ tests: [['runs', 'skipped']] })], [], 'no container engine answers')
  expect(report.skipped).toEqual([{ name: 'src-main/a.test.ts > runs', reason: 'no container engine answers' }])
})

test('the last line sums up all parts', () => {
  const skipped = [{ name: 'x', reason: 'y' }]
  expect(totalLine([{ passed: 2, failed: [], skipped }, { passed: 1, failed: ['z'], skipped: [] }])).toBe('3 passed, 1 failed, 1 skipped')
  expect(totalLine([])).toBe('0 passed, 0 failed, 0 skipped')
})

test('only something that passed, without anything that failed, is green', () => {
  expect(isGreen([{ passed: 1, failed: [], skipped: [] }])).toBe(true)
  expect(isGreen([{ passed: 1, failed: ['x'], skipped: [] }])).toBe(false)
  expect(isGreen([{ passed: 0, failed: [], skipped: [{ name: 'x', reason: 'y' }] }])).toBe(false)
  expect(isGreen([])).toBe(false)
})

test('reasons are listed once, the most frequent first', () => {
  const skipped = ['no git', 'no engine', 'no engine'].map((reason) => ({ name: 'x', reason }))
  expect(skipLines([{ passed: 0, failed: [], skipped }])).toEqual(['2 skipped: no engine', '1 skipped: no git'])
})
