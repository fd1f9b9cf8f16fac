// @ts-check
/**
 * Runs a program in the place of the script: same terminal, same signals, same exit code. The program gets its own process group,
 * because Ctrl-C would otherwise reach it twice: from the terminal and through us (and a second one means "now!" to most programs).
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { setupError } from './child.mjs'
import { watchForOrphaning } from './orphan-watch.mjs'

const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
// npm passes on what the terminal has sent us already: that is the same Ctrl-C.
const sameSignalMs = 500

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>} the exit code, 128 + n after signal n
 */
export function runInForeground(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit', detached: process.platform !== 'win32' })
    let lastForwardedAtMs = -Infinity
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      if (performance.now() - lastForwardedAtMs < sameSignalMs) return
      lastForwardedAtMs = performance.now()
      child.kill(signal)
    }
    for (const signal of forwarded) process.on(signal, forward)
    const stopWatching = watchForOrphaning(() => child.kill('SIGTERM'))
    const done = () => {
      stopWatching()
      forwarded.forEach((signal) => process.off(signal, forward))
    }
    child.once('error', (error) => {
      done()
      reject(setupError(`${command} could not be started: ${error.message}`))
    })
    child.once('exit', (code, signal) => {
      done()
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM'])
    })
  })
}
