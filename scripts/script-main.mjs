// @ts-check
/** How every command among the scripts ends: with an exit code, and with a readable message instead of a stack where we know better. */
import { isSetupError } from './child.mjs'
import { createProgress } from './progress.mjs'

/**
 * @param {(progress: import('./progress.mjs').Progress) => Promise<number | void>} main resolves with the exit code
 */
export async function runScript(main) {
  try {
    process.exitCode = (await main(createProgress())) ?? 0
  } catch (error) {
    console.error(isSetupError(error) ? error.message : error)
    process.exitCode = 1
  }
}
