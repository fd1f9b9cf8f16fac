import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ChangedPaths } from './change-batcher'
import { watchFolder, type FolderWatch, type Subscribe } from './watch'

let base: string
let root: string
let watch: FolderWatch | null
let seen: ChangedPaths[]
const note = (paths: ChangedPaths) => void seen.push(paths)
const sawPath = (path: string) => seen.some((paths) => paths !== 'rescan' && paths.includes(path))
const sawRescan = () => seen.includes('rescan')
const quick = { debounceMs: 10, identityCheckMs: 50, rescanMs: 60_000, pollMs: 100, announceAgainMs: [50] }

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-watch-')))
  root = join(base, 'root')
  mkdirSync(root)
  watch = null
  seen = []
})
afterEach(async () => {
  await watch?.close()
  rmSync(base, { recursive: true, force: true })
})

test('a changed, a new and a deleted file are announced', async () => {
  writeFileSync(join(root, 'old.py'), '1')
  watch = await watchFolder(root, note)
  writeFileSync(join(root, 'old.py'), '2')
  await vi.waitFor(() => expect(sawPath(join(root, 'old.py'))).toBe(true), 5000)
  writeFileSync(join(root, 'new.py'), '1')
  await vi.waitFor(() => expect(sawPath(join(root, 'new.py'))).toBe(true), 5000)
  seen.length = 0
  rmSync(join(root, 'old.py'))
  await vi.waitFor(() => expect(sawPath(join(root, 'old.py'))).toBe(true), 5000)
})

test('what tools keep for themselves and our own temporary files are passed over', async () => {
  for (const name of ['.git', '__pycache__', 'node_modules', '.venv']) mkdirSync(join(root, name))
  watch = await watchFolder(root, note)
  for (const name of ['.git', '__pycache__', 'node_modules', '.venv']) writeFileSync(join(root, name, 'x'), '1')
  writeFileSync(join(root, '.ffdesk-0123456789abcdef.tmp'), '1')
  writeFileSync(join(root, 'main.py'), '1')
  await vi.waitFor(() => expect(sawPath(join(root, 'main.py'))).toBe(true), 5000)
  expect(new Set(seen.flat())).toEqual(new Set([join(root, 'main.py')]))
})

test('a folder that is made and filled at once is announced again after it was filled', async () => {
  watch = await watchFolder(root, note, undefined, quick)
  mkdirSync(join(root, 'demo'))
  writeFileSync(join(root, 'demo', 'main.py'), '1')
  await vi.waitFor(() => expect(seen.filter((paths) => paths !== 'rescan' && paths.includes(join(root, 'demo'))).length).toBeGreaterThan(1), 5000)
})

test('a folder inside that is replaced goes on being watched', async () => {
  mkdirSync(join(root, 'demo'))
  watch = await watchFolder(root, note, undefined, quick)
  renameSync(join(root, 'demo'), join(root, 'demo.old'))
  mkdirSync(join(root, 'demo'))
  await vi.waitFor(() => expect(sawPath(join(root, 'demo'))).toBe(true), 5000)
  await vi.waitFor(() => {
    writeFileSync(join(root, 'demo', 'late.py'), String(performance.now()))
    expect(sawPath(join(root, 'demo', 'late.py'))).toBe(true)
  }, 5000)
})

test('when the folder itself is replaced, a rescan is asked for and the new one is watched', async () => {
  watch = await watchFolder(root, note, undefined, quick)
  renameSync(root, join(base, 'moved'))
  await vi.waitFor(() => expect(sawRescan()).toBe(true), 5000)
  seen.length = 0
  mkdirSync(root)
  await vi.waitFor(() => expect(sawRescan()).toBe(true), 5000)
  writeFileSync(join(root, 'main.py'), '1')
  await vi.waitFor(() => expect(sawPath(join(root, 'main.py'))).toBe(true), 5000)
})

test('a burst that the system may have cut short ends in a rescan', async () => {
  watch = await watchFolder(root, note)
  // Synchronous: nothing drains the queue meanwhile.
  for (let index = 0; index < 20_000; index++) writeFileSync(join(root, `f${index}`), '')
  await vi.waitFor(() => expect(sawRescan()).toBe(true), 10_000)
})

test('where watching is impossible a rescan is asked for again and again, until watching works', async () => {
  let attempts = 0
  const subscribe: Subscribe = async (_folder, onEvents) => {
    attempts++
    if (attempts < 3) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    onEvents(null, [{ path: join(root, 'main.py'), type: 'update' }])
    return { unsubscribe: async () => undefined }
  }
  watch = await watchFolder(root, note, subscribe, quick)
  await vi.waitFor(() => expect(sawPath(join(root, 'main.py'))).toBe(true), 5000)
  expect(attempts).toBe(3)
  expect(seen.filter((paths) => paths === 'rescan').length).toBeGreaterThan(0)
})

test('a watcher that fails later is replaced, after a rescan', async () => {
  let subscriptions = 0
  let ended = 0
  const subscribe: Subscribe = async (_folder, onEvents) => {
    subscriptions++
    if (subscriptions === 1) setTimeout(() => onEvents(new Error('inotify is gone'), []), 20)
    return { unsubscribe: async () => void ended++ }
  }
  watch = await watchFolder(root, note, subscribe, quick)
  await vi.waitFor(() => expect(subscriptions).toBe(2), 5000)
  expect(sawRescan()).toBe(true)
  expect(ended).toBe(1)
})

test('a full rescan is asked for now and then even when nothing is announced', async () => {
  watch = await watchFolder(root, note, undefined, { ...quick, rescanMs: 120 })
  await vi.waitFor(() => expect(seen.filter((paths) => paths === 'rescan').length).toBeGreaterThan(2), 5000)
})

test('after closing nothing is announced', async () => {
  watch = await watchFolder(root, note, undefined, quick)
  await watch.close()
  writeFileSync(join(root, 'main.py'), '1')
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(seen).toEqual([])
})
