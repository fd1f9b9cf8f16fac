import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withLock } from './set-up-lock.mjs'

let folder = ''
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ffd-lock-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test('two at once come one after the other', async () => {
  const file = join(folder, 'lock')
  const steps: string[] = []
  const work = (name: string) => async () => {
    steps.push(`${name} begins`)
    await sleep(50)
    steps.push(`${name} ends`)
  }
  await Promise.all([withLock(file, work('one')), withLock(file, work('two'))])
  expect(steps).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
  expect(existsSync(file)).toBe(false)
})

test('the lock of a process that is gone holds nobody up', async () => {
  const file = join(folder, 'lock')
  const gone = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(file, String(gone.pid))
  expect(await withLock(file, async () => 'done')).toBe('done')
})

test('work that fails gives the lock back', async () => {
  const file = join(folder, 'lock')
  await expect(withLock(file, () => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
  expect(existsSync(file)).toBe(false)
})
