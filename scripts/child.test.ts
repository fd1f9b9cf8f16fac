import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isSetupError, run } from './child.mjs'
import { checkIntegrity } from './electron-fallback.mjs'

test('a program that ends well gives its standard output', async () => {
  expect(await run(process.execPath, ['-e', 'console.error("noise"); console.log("said")'])).toBe('said\n')
})

test('a program that fails shows the beginning and the end of what it said', async () => {
  const failing = run(process.execPath, ['-e', 'for (let n = 1; n <= 100; n++) console.log("line", n); process.exit(3)'])
  const error: unknown = await failing.catch((reason: unknown) => reason)
  expect(isSetupError(error)).toBe(true)
  expect(String(error)).toMatch(/exit code 3.*line 1\n.*line 15\n…\nline 86\n.*line 100$/s)
})

test('a program that is not there is named', async () => {
  await expect(run('ffd-no-such-program', [])).rejects.toThrow('ffd-no-such-program could not be started')
})

test('a file is used only when it is what it should be', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ffd-integrity-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'package.tgz')
  writeFileSync(file, 'content')
  await checkIntegrity(file, `sha512-${createHash('sha512').update('content').digest('base64')}`)
  await expect(checkIntegrity(file, `sha512-${createHash('sha512').update('other').digest('base64')}`)).rejects.toThrow('is not what it should be')
})

const runner = `
import { runInForeground } from ${JSON.stringify(new URL('./foreground.mjs', import.meta.url).href)}
process.exitCode = await runInForeground(process.execPath, ['-e', process.argv[1]])
`

function startInForeground(script: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', runner, script], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, ended, output: () => output }
}

test('a program in the foreground hands on its exit code', async () => {
  expect(await startInForeground('process.exit(42)').ended).toBe(42)
})

test('a program in the foreground that is killed by a signal gives 128 and the number', async () => {
  expect(await startInForeground('process.kill(process.pid, "SIGKILL")').ended).toBe(137)
})

test('a signal reaches the program once, even when npm and the terminal both send it', async () => {
  const script = `let count = 0; process.on('SIGINT', () => { count++; setTimeout(() => { console.log('signals', count); process.exit(7) }, 200) }); setInterval(() => {}, 1000); console.log('up')`
  const { child, ended, output } = startInForeground(script)
  await expect.poll(output).toContain('up')
  child.kill('SIGINT')
  setTimeout(() => child.kill('SIGINT'), 30)
  expect(await ended).toBe(7)
  expect(output()).toContain('signals 1')
})
