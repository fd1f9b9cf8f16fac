// @ts-check
/**
 * Counts what a part of the tests did, without ever taking something that did not run for something that passed: a file that cannot
 * be loaded, a failing hook and an error outside of every test are failures too, and a skipped test keeps its reason.
 */

/**
 * @typedef {object} TestReport
 * @property {number} passed
 * @property {string[]} failed names of what failed
 * @property {{ name: string, reason: string }[]} skipped
 */

/** What we read of vitest's own objects (its reporter API), so that the counting can be tested without vitest.
 * @typedef {{ state: string, note?: string | undefined }} TestResult
 * @typedef {{ fullName: string, result: () => TestResult }} ReportedTest
 * @typedef {{ name: string, fullName: string, errors: () => unknown[] }} ReportedSuite
 * @typedef {{ moduleId: string, relativeModuleId?: string, errors: () => unknown[],
 *   children: { allTests: () => Iterable<ReportedTest>, allSuites: () => Iterable<ReportedSuite> } }} ReportedModule
 */

/**
 * @param {Iterable<ReportedModule>} modules
 * @param {readonly unknown[]} errorsOutsideOfTests
 * @param {string | null} skipReason why the whole part was left out
 * @returns {TestReport}
 */
export function reportOf(modules, errorsOutsideOfTests, skipReason) {
  /** @type {TestReport} */
  const report = { passed: 0, failed: [], skipped: [] }
  for (const module of modules) {
    const file = module.relativeModuleId ?? module.moduleId
    if (module.errors().length > 0) report.failed.push(`${file} (the file itself)`)
    for (const suite of module.children.allSuites()) {
      if (suite.errors().length > 0) report.failed.push(`${file} > ${suite.fullName} (its set-up or tear-down)`)
    }
    for (const test of module.children.allTests()) countTest(report, `${file} > ${test.fullName}`, test.result(), skipReason)
  }
  for (const error of errorsOutsideOfTests) report.failed.push(`an error outside of every test: ${messageOf(error)}`)
  return report
}

/**
 * @param {TestReport} report
 * @param {string} name
 * @param {TestResult} result
 * @param {string | null} skipReason
 */
function countTest(report, name, result, skipReason) {
  switch (result.state) {
    case 'passed':
      report.passed++
      return
    case 'skipped':
      report.skipped.push({ name, reason: skipReason ?? result.note ?? `not on this system: ${name}` })
      return
    default:
      // "pending" at the end of a run: it was begun, or never came to its turn.
      report.failed.push(result.state === 'failed' ? name : `${name} (did not finish)`)
  }
}

/** @param {unknown} error */
function messageOf(error) {
  const message = /** @type {{ message?: unknown } | null} */ (error)?.message
  return String(message ?? error).split('\n')[0]
}

/** @param {TestReport[]} reports */
export function totalLine(reports) {
  const sum = (/** @type {(report: TestReport) => number} */ count) => reports.reduce((total, report) => total + count(report), 0)
  return `${sum((report) => report.passed)} passed, ${sum((report) => report.failed.length)} failed, ${sum((report) => report.skipped.length)} skipped`
}

/**
 * Green means: something ran, and nothing failed.
 * @param {TestReport[]} reports
 */
export function isGreen(reports) {
  return reports.some((report) => report.passed > 0) && reports.every((report) => report.failed.length === 0)
}

/**
 * Skipped tests by reason, the most frequent first.
 * @param {TestReport[]} reports
 */
export function skipLines(reports) {
  /** @type {Map<string, number>} */
  const countOf = new Map()
  for (const { reason } of reports.flatMap((report) => report.skipped)) countOf.set(reason, (countOf.get(reason) ?? 0) + 1)
  return [...countOf].sort((a, b) => b[1] - a[1]).map(([reason, count]) => `${count} skipped: ${reason}`)
}
