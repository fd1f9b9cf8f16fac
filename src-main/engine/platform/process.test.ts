import { spawn } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { killGroup, processIsAlive, runTool } from './process'

const env = process.env

describe('a short tool', () => {
  test('answers both outputs and its code', async () => {
    expect(await runTool('sh', ['-c', 'echo out; echo err >&2; exit 3'], { env, timeoutMs: 5000 })).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', spawnError: null })
  })

  test('that does not exist is told', async () => {
    expect(await runTool('/nowhere/tool', [], { env, timeoutMs: 5000 })).toMatchObject({ exitCode: null, spawnError: { code: 'ENOENT' } })
  })

  test('that takes too long is killed, also when a child of its keeps the output open', async () => {
    const begun = performance.now()
    const result = await runTool('sh', ['-c', 'echo begun; sleep 20 & wait'], { env, timeoutMs: 300 })
    expect(result).toMatchObject({ exitCode: null, stdout: 'begun\n' })
    expect(performance.now() - begun).toBeLessThan(5000)
  })

  test('that is cancelled ends', async () => {
    const controller = new AbortController()
    const running = runTool('sleep', ['20'], { env, timeoutMs: 30_000, signal: controller.signal })
    controller.abort()
    expect((await running).exitCode).toBeNull()
  })

  test('whose output never ends is cut, not collected', async () => {
    const { stdout } = await runTool('head', ['-c', '3000000', '/dev/zero'], { env, timeoutMs: 10_000 })
    expect(stdout).toHaveLength(1_000_000)
  })
})

test('a whole group ends, and a group that is gone is no error', async () => {
  const child = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const closed = new Promise((resolve) => child.once('close', resolve))
  const grandchild = Number(await new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()))))
  expect(processIsAlive(grandchild)).toBe(true)
  await killGroup(child)
  // The pipe closes only when the last of the group has ended.
  await closed
  await killGroup(child)
  expect(child.signalCode).toBe('SIGKILL')
})

test('our own process lives, one that cannot exist does not', () => {
  expect(processIsAlive(process.pid)).toBe(true)
  expect(processIsAlive(1)).toBe(true)
  expect(processIsAlive(2 ** 30)).toBe(false)
})
