// @ts-check
/** A screen that nobody sees, for windows in tests: Xvfb on a free display number. */
import { spawn } from 'node:child_process'
import { setupError } from './child.mjs'

const startLimitMs = 20_000

/**
 * @returns {Promise<{ display: string, stop: () => Promise<void> }>}
 */
export async function startVirtualDisplay() {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    // Ctrl-C must not take the screen away before the windows are closed.
    detached: true,
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-2000)))
  const ended = new Promise((resolve) => child.once('close', resolve))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }

  /** @type {Promise<string>} */
  const numberRead = new Promise((resolve, reject) => {
    let text = ''
    child.stdio[3]?.on('data', (/** @type {Buffer} */ part) => {
      text += part.toString()
      if (text.endsWith('\n')) resolve(text.trim())
    })
    child.once('error', (error) => reject(setupError(`Xvfb could not be started: ${error.message}`)))
    child.once('exit', () => reject(setupError(`Xvfb ended at its start:\n${errors}`)))
    setTimeout(() => reject(setupError(`Xvfb did not start within ${startLimitMs / 1000} s`)), startLimitMs).unref()
  })
  try {
    return { display: `:${await numberRead}`, stop }
  } catch (error) {
    if (child.pid !== undefined) await stop()
    throw error
  }
}
