import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { changesOf, git, makeRepository } from '../testing/git-world'

const status = (root: string): string[] => git(root, '-c', 'core.quotePath=false', 'status', '--porcelain=v1', '--untracked-files=all').split('\n').filter((line) => line !== '').sort()
const read = (root: string, path: string): string => readFileSync(join(root, path), 'utf8')

test('unstaged changes go back to what is staged, and come back with an undo', async () => {
  const root = makeRepository({ 'demo/main.py': 'head\n' })
  const { discard } = changesOf(root)
  writeFileSync(join(root, 'demo/main.py'), 'index\n')
  git(root, 'add', '.')
  writeFileSync(join(root, 'demo/main.py'), 'tree\n')
  expect(await discard.preview(['demo/main.py'])).toEqual({ files: [{ path: 'demo/main.py', sizeBytes: 5 }], totalBytes: 5 })
  const { id } = await discard.discard(['demo/main.py'], 'index')
  expect([read(root, 'demo/main.py'), status(root)]).toEqual(['index\n', ['M  demo/main.py']])
  expect(await discard.undo(id)).not.toBeNull()
  expect([read(root, 'demo/main.py'), status(root)]).toEqual(['tree\n', ['MM demo/main.py']])
})

test('everything since the last commit goes, staged or not, of every kind, and all of it comes back', async () => {
  const root = makeRepository({ 'demo/main.py': 'head\n', 'demo/gone.py': 'gone\n', 'demo/old.py': 'a\nb\nc\nd\n', 'demo/run.sh': 'x\n', 'staged-gone.py': 'y\n' })
  const { discard, state } = changesOf(root)
  addFiles(root, { 'demo/main.py': 'index\n', 'demo/added.py': 'added\n' })
  git(root, 'add', '.')
  git(root, 'mv', 'demo/old.py', 'demo/new.py')
  git(root, 'rm', '-q', 'staged-gone.py')
  addFiles(root, { 'demo/main.py': 'tree\n', 'demo/added.py': 'added again\n', 'fresh/deep/main.py': 'fresh\n' })
  rmSync(join(root, 'demo/gone.py'))
  chmodSync(join(root, 'demo/run.sh'), 0o755)
  symlinkSync('/nowhere', join(root, 'link'))
  git(root, 'add', '--intent-to-add', 'link')
  const before = status(root)
  const paths = ((await state.refresh()).repository?.files ?? []).map(({ path }) => path)
  const { id } = await discard.discard(paths, 'head')
  expect(status(root)).toEqual([])
  expect([read(root, 'demo/main.py'), read(root, 'demo/old.py'), read(root, 'demo/gone.py'), read(root, 'staged-gone.py')]).toEqual(['head\n', 'a\nb\nc\nd\n', 'gone\n', 'y\n'])
  expect([existsSync(join(root, 'fresh')), existsSync(join(root, 'demo/added.py')), existsSync(join(root, 'demo/new.py'))]).toEqual([false, false, false])
  expect(await discard.undo(id)).toBeNull()
  // Only promised to the index: that is no content, and not kept.
  expect(status(root)).toEqual(before.map((line) => line.replace(' A link', '?? link')).sort())
  expect([read(root, 'demo/main.py'), read(root, 'demo/added.py'), git(root, 'show', ':demo/main.py'), readlinkSync(join(root, 'link'))]).toEqual(['tree\n', 'added again\n', 'index', '/nowhere'])
  expect(lstatSync(join(root, 'demo/run.sh')).mode & 0o777).toBe(0o755)
  expect(await discard.list()).toEqual([])
})

test('odd names and bytes are kept as they are', async () => {
  const root = makeRepository()
  const names = ['demo/new\nline.py', '-rf', 'demo/"quoted"', 'demo/*', ' blank', 'größe 😀']
  const bytes = Buffer.from([0, 1, 255, 10, 13])
  addFiles(root, Object.fromEntries(names.map((name) => [name, bytes])))
  const bad = Buffer.concat([Buffer.from(`${root}/demo/bad`), Buffer.from([0xff])])
  writeFileSync(bad, bytes)
  const { discard } = changesOf(root)
  const { id } = await discard.discard([...names, 'demo/bad\udcff'], 'index')
  expect(status(root)).toEqual([])
  await discard.undo(id)
  expect(readFileSync(bad).equals(bytes)).toBe(true)
  for (const name of names) expect(readFileSync(join(root, name)).equals(bytes)).toBe(true)
})

test('what is written after a discard is kept when the discard is undone', async () => {
  const root = makeRepository()
  const { discard } = changesOf(root)
  addFiles(root, { 'demo/main.py': 'mine\n', 'notes.txt': 'first\n' })
  const { id } = await discard.discard(['demo/main.py', 'notes.txt'], 'head')
  addFiles(root, { 'demo/main.py': 'later\n', 'notes.txt': 'second\n', '.gitignore': 'notes.txt\n' })
  const replaced = await discard.undo(id)
  expect([read(root, 'demo/main.py'), read(root, 'notes.txt')]).toEqual(['mine\n', 'first\n'])
  await discard.undo(replaced?.id ?? '')
  expect([read(root, 'demo/main.py'), read(root, 'notes.txt')]).toEqual(['later\n', 'second\n'])
})

test('through a link nothing is taken, and nothing outside is touched', async () => {
  const outside = makeTemporaryWorkspace({ 'data.txt': 'theirs' })
  const root = makeRepository({ 'folder/data.txt': 'ours\n' })
  const { discard, state } = changesOf(root)
  renameSync(join(root, 'folder'), join(root, 'aside'))
  symlinkSync(outside, join(root, 'folder'))
  await state.refresh()
  await expect(discard.discard(['folder/data.txt'], 'head')).rejects.toMatchObject({ code: 'file/outside-workspace' })
  await expect(discard.discard(['.git/config', '../x', 'folder/../../x'], 'head')).rejects.toMatchObject({ code: 'git/not-found' })
  expect(readdirSync(outside)).toEqual(['data.txt'])
  expect(read(outside, 'data.txt')).toBe('theirs')
})

test('when git cannot bring a file back, everything is as it was', async () => {
  const root = makeRepository({ 'demo/main.py': 'head\n', '.gitattributes': '*.py filter=broken\n' })
  const { discard } = changesOf(root)
  writeFileSync(join(root, 'demo/main.py'), 'mine\n')
  git(root, 'config', 'filter.broken.smudge', 'false')
  git(root, 'config', 'filter.broken.required', 'true')
  git(root, 'config', 'filter.broken.clean', 'cat')
  await expect(discard.discard(['demo/main.py'], 'head')).rejects.toMatchObject({ code: 'git/failed' })
  expect(read(root, 'demo/main.py')).toBe('mine\n')
  expect(await discard.list()).toEqual([])
})

test('files in conflict, repositories within, pipes and the untrusted are refused before anything is done', async () => {
  const root = makeRepository()
  mkdirSync(join(root, 'inner'))
  renameSync(makeRepository(), join(root, 'inner/repo'))
  addFiles(root, { 'notes.txt': 'x' })
  // Within a pipeline it stops all changes (hostile-repositories.test.ts).
  const { discard } = changesOf(root, { pipelinesDir: join(root, 'demo') })
  await expect(discard.discard(['notes.txt', 'inner/repo/'], 'head')).rejects.toMatchObject({ code: 'file/not-regular' })
  await expect(changesOf(root, { isTrusted: false }).discard.discard(['notes.txt'], 'head')).rejects.toMatchObject({ code: 'workspace/untrusted' })
  expect(read(root, 'notes.txt')).toBe('x')
})

test('what was discarded is kept for thirty days, for its own repository alone', async () => {
  const root = makeRepository()
  let now = Date.now()
  const { discard, discardedDir } = changesOf(root, { nowMs: () => now })
  addFiles(root, { 'notes.txt': 'x' })
  await discard.discard(['notes.txt'], 'index')
  now += 29 * 24 * 3_600_000
  expect(await discard.list()).toMatchObject([{ files: [{ path: 'notes.txt', sizeBytes: 1 }], totalBytes: 1 }])
  expect(lstatSync(join(discardedDir, readdirSync(discardedDir)[0] ?? '')).mode & 0o077).toBe(0)
  now += 2 * 24 * 3_600_000
  expect(await discard.list()).toEqual([])
  expect(readdirSync(discardedDir)).toEqual([])
})
