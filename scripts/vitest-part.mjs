// @ts-check
/** Runs one project of vitest.config.ts and says what happened, whatever way vitest ends. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageCommand, projectNode, projectRoot } from './project.mjs'

const killAfterMs = 10_000

/**
 * @param {object} options
 * @param {string} options.project
 * @param {string[]} options.args further arguments for vitest: paths, -t
 * @param {NodeJS.ProcessEnv} options.env
 * @param {string | null} options.skipReason when set, the tests are only counted
 * @param {number} options.limitMs
 * @param {AbortSignal} options.signal
 * @returns {Promise<import('./test-report.mjs').TestReport>}
 */
export async function runVitestPart({ project, args, env, skipReason, limitMs, signal }) {
  const folder = mkdtempSync(join(tmpdir(), 'ffd-test-report-'))
  const reportFile = join(folder, 'report.json')
  try {
    const vitestArguments = ['run', '--project', project, '--passWithNoTests', '--reporter', join(projectRoot, 'scripts', 'test-reporter.mjs')]
    // A pattern that matches nothing: every file is loaded and every test is counted, none runs.
    vitestArguments.push(...(skipReason === null ? ['--reporter', 'default', ...args] : [...args, '-t', '(?!)']))
    const ending = await runVitest(vitestArguments, {
      // Vite announces a future default at every start of every worker.
      env: { VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true', ...env, FFD_TEST_REPORT: reportFile, ...(skipReason === null ? {} : { FFD_TEST_PART_SKIPPED: skipReason }) },
      limitMs,
      signal,
    })
    const report = readReport(reportFile)
    if (!report) return { passed: 0, failed: [`${project}: vitest ended without a report (${ending})`], skipped: [] }
    if (ending !== 'exit code 0' && report.failed.length === 0) report.failed.push(`${project}: vitest ended with ${ending}`)
    return report
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, limitMs: number, signal: AbortSignal }} options
 * @returns {Promise<string>} how it ended
 */
function runVitest(args, { env, limitMs, signal }) {
  return new Promise((resolve, reject) => {
    // Its own process group, to be able to end its workers with it.
    const child = spawn(projectNode(), [packageCommand('vitest'), ...args], {
      cwd: projectRoot,
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
      detached: process.platform !== 'win32',
    })
    let reason = ''
    const end = (/** @type {string} */ why) => {
      reason = why
      killGroup(child, 'SIGTERM')
      setTimeout(() => killGroup(child, 'SIGKILL'), killAfterMs).unref()
    }
    const timer = setTimeout(() => end(`more than ${limitMs / 60_000} minutes`), limitMs)
    const onAbort = () => end('an interruption')
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort)
    child.once('error', reject)
    child.once('close', (code, endSignal) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
      // Workers that outlive vitest would keep files and ports.
      killGroup(child, 'SIGKILL')
      resolve(reason || (code === null ? `signal ${endSignal}` : `exit code ${code}`))
    })
  })
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function killGroup(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal)
    else if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // Nobody is left in the group.
  }
}

/**
 * @param {string} file
 * @returns {import('./test-report.mjs').TestReport | null}
 */
function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
