import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filePath } from '@shared/contract/files'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { listFiles, maxListedEntries } from './file-listing'

test('depth first, folders before files, hidden ones and __pycache__ left out', async () => {
  const root = makeTemporaryWorkspace({ 'main.py': '12345', 'b/two.py': '', 'b/a/one.py': '', 'f10': '', 'f9': '', '.git/x': '', '.env': '', '__pycache__/x.pyc': '' })
  expect(await listFiles(root)).toEqual({
    truncated: false,
    entries: [
      { path: 'b', kind: 'folder', sizeBytes: 0 },
      { path: 'b/a', kind: 'folder', sizeBytes: 0 },
      { path: 'b/a/one.py', kind: 'file', sizeBytes: 0 },
      { path: 'b/two.py', kind: 'file', sizeBytes: 0 },
      { path: 'f9', kind: 'file', sizeBytes: 0 },
      { path: 'f10', kind: 'file', sizeBytes: 0 },
      { path: 'main.py', kind: 'file', sizeBytes: 5 },
    ],
  })
})

test('links are shown and not followed', async () => {
  const root = makeTemporaryWorkspace({ 'main.py': '' })
  symlinkSync('/', join(root, 'everything'))
  symlinkSync('.', join(root, 'circle'))
  expect((await listFiles(root)).entries.map(({ path, kind }) => [path, kind])).toEqual([['circle', 'link'], ['everything', 'link'], ['main.py', 'file']])
})

test('very deep folders end where paths become too long to ask for', async () => {
  const root = makeTemporaryWorkspace()
  let folder = root
  for (let depth = 0; depth < 600; depth++) {
    folder = join(folder, 'ab')
    mkdirSync(folder)
  }
  const { entries, truncated } = await listFiles(root)
  expect(truncated).toBe(true)
  expect(entries).toHaveLength(341)
  expect(entries.every(({ path }) => filePath.safeParse(path).success)).toBe(true)
})

test('a folder with more than can be shown is cut', async () => {
  const root = makeTemporaryWorkspace()
  for (let index = 0; index <= maxListedEntries; index++) writeFileSync(join(root, `f${index}`), '')
  const { entries, truncated } = await listFiles(root)
  expect([entries.length, truncated]).toEqual([maxListedEntries, true])
})
