// @ts-check
/**
 * Runs other programs for the scripts. Output is collected and only shown when the program fails: a person wants one progress
 * line, not the chatter of npm and apt.
 */
import { spawn } from 'node:child_process'

const keptOutputLength = 200_000

const setupErrorCode = 'FFD_SET_UP'

/**
 * A failure with a message for the person at the terminal: what is wrong and what to do. Shown without a stack.
 * @param {string} message
 */
export function setupError(message) {
  return Object.assign(new Error(message), { code: setupErrorCode })
}

/**
 * @param {unknown} error
 * @returns {error is Error}
 */
export function isSetupError(error) {
  return error instanceof Error && /** @type {{ code?: unknown }} */ (error).code === setupErrorCode
}

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(line: string) => void} [onLine] each line of output as it comes, for progress details
 * @property {number} [timeoutMs]
 */

/**
 * Resolves with exit code and output; rejects only when the program cannot be started.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<{ code: number | null, stdout: string, output: string }>}
 */
export function tryRun(command, args, { cwd, env = process.env, onLine, timeoutMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
      // npm is a .cmd file on Windows, which only a shell can start.
      shell: process.platform === 'win32' && command === 'npm',
      ...(cwd === undefined ? {} : { cwd }),
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }),
    })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
      collect(text)
    })
    child.stderr.setEncoding('utf8').on('data', collect)
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, output }))

    /** @param {string} text */
    function collect(text) {
      output = (output + text).slice(-keptOutputLength)
      const line = text.trimEnd().split(/[\r\n]+/).at(-1)?.trim()
      if (line) onLine?.(line)
    }
  })
}

/**
 * Like tryRun, but any exit code other than 0 is a failure that shows the end of the output.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function run(command, args, options) {
  const result = await tryRun(command, args, options).catch((error) => {
    throw setupError(`${command} could not be started: ${error.message}`)
  })
  if (result.code !== 0) {
    throw setupError(`${[command, ...args].join(' ')} failed (exit code ${result.code}):\n${headAndTail(result.output.trim().split('\n'))}`)
  }
  return result.stdout
}

/**
 * npm tells the cause first and explains its options after it; compilers end with the cause.
 * @param {string[]} lines
 */
function headAndTail(lines) {
  if (lines.length <= 30) return lines.join('\n')
  return [...lines.slice(0, 15), '…', ...lines.slice(-15)].join('\n')
}
