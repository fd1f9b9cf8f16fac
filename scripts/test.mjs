// @ts-check
/**
 * `npm test`: prepares what the tests need, runs all parts, ends what it started, and closes with `N passed, N failed, N skipped`.
 * `npm test -- --project unit src-main/engine/runs` narrows it.
 */
import { isSetupError, setupError } from './child.mjs'
import { watchForOrphaning } from './orphan-watch.mjs'
import { createProgress, seconds } from './progress.mjs'
import { ensureBuild, ensureDependencies } from './set-up.mjs'
import { parseTestArguments } from './test-arguments.mjs'
import { isGreen, skipLines, totalLine } from './test-report.mjs'
import { createTestWorld } from './test-world.mjs'
import { runVitestPart } from './vitest-part.mjs'

const partLimitMs = 1_200_000

/**
 * @typedef {import('./test-arguments.mjs').PartName} PartName
 * @typedef {import('./test-report.mjs').TestReport} TestReport
 * @typedef {{ part: string, report: TestReport, durationMs: number }} PartResult
 */

const progress = createProgress()
const interruption = new AbortController()
const world = createTestWorld({ progress })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interruption.abort())
watchForOrphaning(() => interruption.abort())
process.exitCode = await main()

async function main() {
  const parsed = parseTestArguments(process.argv.slice(2))
  if ('problem' in parsed) {
    console.error(parsed.problem)
    return 2
  }
  /** @type {PartResult[]} */
  const results = []
  try {
    await runParts(parsed.parts, parsed.rest, results)
  } catch (error) {
    console.error(isSetupError(error) ? error.message : error)
    results.push({ part: 'set-up', report: { passed: 0, failed: [`the set-up: ${String(error).split('\n')[0]}`], skipped: [] }, durationMs: 0 })
  } finally {
    await progress.step('Ending what the tests needed', () => world.end())
  }
  return summarize(results)
}

/**
 * @param {PartName[]} parts
 * @param {string[]} args
 * @param {PartResult[]} results filled as the parts end
 */
async function runParts(parts, args, results) {
  await timed('dependencies', () => ensureDependencies({ progress }))
  for (const part of parts) {
    if (interruption.signal.aborted) throw setupError('Interrupted.')
    const skipReason = await prepare(part)
    if (interruption.signal.aborted) throw setupError('Interrupted.')
    console.log(`\n── ${part}${skipReason === null ? '' : `: skipped. ${skipReason}`}`)
    const startedAtMs = performance.now()
    const report = await runVitestPart({ project: part, args, env: world.env, skipReason, limitMs: partLimitMs, signal: interruption.signal })
    results.push({ part, report, durationMs: performance.now() - startedAtMs })
  }
}

/**
 * @param {PartName} part
 * @returns {Promise<string | null>} why the part cannot run here
 */
async function prepare(part) {
  switch (part) {
    case 'unit':
      return null
    case 'engine':
    case 'faults':
      // Recovery is tested on a real process that is killed: the built command line.
      await ensureBuild({ progress })
      await world.prepareEngine()
      return world.engineProblem
    case 'e2e':
      await ensureBuild({ progress })
      // Without an engine the window is still tested: those tests that need one say so themselves.
      await world.prepareEngine()
      await world.prepareElectron()
      for (const notice of world.notices) progress.line(notice)
      return world.electronProblem
  }
}

/**
 * @param {string} what
 * @param {() => Promise<void>} work
 */
async function timed(what, work) {
  const startedAtMs = performance.now()
  await work()
  const durationMs = performance.now() - startedAtMs
  if (durationMs > 1000) console.log(`${what}: ${seconds(durationMs)}`)
}

/** @param {PartResult[]} results */
function summarize(results) {
  const reports = results.map((result) => result.report)
  console.log('')
  for (const { part, report, durationMs } of results) {
    console.log(`${part.padEnd(8)} ${seconds(durationMs).padStart(12)}   ${totalLine([report])}`)
  }
  for (const line of skipLines(reports)) console.log(line)
  for (const name of reports.flatMap((report) => report.failed)) console.log(`failed: ${name}`)
  console.log(totalLine(reports))
  if (interruption.signal.aborted) return 130
  return isGreen(reports) ? 0 : 1
}
