/**
 * Asks real Python packages what the right answer is. They come from PyPI once, into the folder of caches that npm's packages
 * use too, and stay there. Without PyPI a test that needs them fails: an oracle that was not asked has said nothing.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const cache = resolve(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'python-oracle')

/** `packages` with exact versions; none: Python's own library is the oracle. Answers one line of output for each line of input. */
export function askPython(packages: string[], script: string, lines: string[]): string[] {
  const folder = packages.length === 0 ? '' : packageFolder(packages)
  const { status, stdout, stderr, error } = spawnSync('python3', [script], { input: `${lines.join('\n')}\n`, env: { ...process.env, PYTHONPATH: folder, PYTHONNOUSERSITE: '1' }, encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`The oracle ${script} failed: ${error?.message ?? stderr}`)
  const answers = stdout.split('\n').slice(0, -1)
  if (answers.length !== lines.length) throw new Error(`The oracle ${script} answered ${answers.length} of ${lines.length} questions. ${stderr}`)
  return answers
}

function packageFolder(packages: string[]): string {
  const folder = join(cache, packages.join('+'))
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const making = `${folder}.${process.pid}`
  const { status, stderr, error } = spawnSync('python3', ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', '--target', making, ...packages], { encoding: 'utf8' })
  if (status !== 0) {
    rmSync(making, { recursive: true, force: true })
    throw new Error(`The packages ${packages.join(', ')} could not be installed: ${error?.message ?? stderr}`)
  }
  renameSync(making, folder)
  return folder
}
