// @ts-check
/** A vitest reporter that writes the counts of test-report.mjs into the file FFD_TEST_REPORT, for test.mjs. */
import { writeFileSync } from 'node:fs'
import { reportOf } from './test-report.mjs'

/** Vitest calls this with `new`, which an ordinary function bears as well. */
export default function createReportWriter() {
  return {
    /**
     * @param {Iterable<import('./test-report.mjs').ReportedModule>} modules
     * @param {readonly unknown[]} errorsOutsideOfTests
     */
    onTestRunEnd(modules, errorsOutsideOfTests) {
      const file = process.env['FFD_TEST_REPORT']
      if (!file) throw new Error('FFD_TEST_REPORT is not set')
      writeFileSync(file, JSON.stringify(reportOf(modules, errorsOutsideOfTests, process.env['FFD_TEST_PART_SKIPPED'] ?? null)))
    },
  }
}
