import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { changesOf, git, makeRepository } from '../testing/git-world'

const status = (root: string): string[] => git(root, '-c', 'core.quotePath=false', 'status', '--porcelain=v1', '-z', '--untracked-files=all').split('\0').filter((line) => line !== '')

test('files, new ones, deleted ones and renamed ones go into the index and out of it', async () => {
  const root = makeRepository({ 'demo/main.py': '1\n', 'demo/gone.py': 'x\n', 'demo/old.py': 'a\nb\nc\nd\n' })
  const { staging, state } = changesOf(root)
  addFiles(root, { 'demo/main.py': '2\n', 'demo/new.py': '' })
  rmSync(join(root, 'demo/gone.py'))
  git(root, 'mv', 'demo/old.py', 'demo/moved.py')
  await state.refresh()
  await staging.stage(['demo/main.py', 'demo/gone.py', 'demo/new.py'])
  expect(status(root)).toEqual(['D  demo/gone.py', 'M  demo/main.py', 'R  demo/moved.py', 'demo/old.py', 'A  demo/new.py'])
  expect(state.current().repository?.files.every(({ unstaged }) => unstaged === null)).toBe(true)
  await staging.unstage(['demo/moved.py'])
  expect(status(root)).toEqual(expect.arrayContaining([' D demo/old.py', '?? demo/moved.py', 'M  demo/main.py']))
  await staging.unstage(null)
  expect(status(root).sort()).toEqual([' D demo/gone.py', ' D demo/old.py', ' M demo/main.py', '?? demo/moved.py', '?? demo/new.py'])
  await staging.stage(null)
  expect(state.current().repository?.files.every(({ unstaged, staged }) => unstaged === null && staged !== null)).toBe(true)
})

test('before the first commit, too', async () => {
  const root = makeTemporaryWorkspace({ 'a/main.py': '', 'b.txt': '' })
  git(root, 'init', '-q')
  const { staging } = changesOf(root)
  await staging.stage(['b.txt'])
  expect(status(root)).toEqual(['A  b.txt', '?? a/main.py'])
  await staging.stage(null)
  await staging.unstage(null)
  expect(status(root)).toEqual(['?? a/main.py', '?? b.txt'])
})

test('names with line ends, quotes, dashes, wildcards, and bytes that are no UTF-8 are taken as they are', async () => {
  const root = makeRepository()
  const names = ['demo/new\nline.py', '-rf', 'demo/"quoted".py', 'demo/*', ':(top)x', 'größe 😀.py', ' blank']
  addFiles(root, Object.fromEntries([...names, 'demo/other.py'].map((name) => [name, 'x'])))
  writeFileSync(Buffer.concat([Buffer.from(`${root}/demo/bad`), Buffer.from([0xff])]), '')
  const { staging, state } = changesOf(root)
  await staging.stage([...names, 'demo/bad\udcff'])
  const staged = (): string[] => (state.current().repository?.files ?? []).filter((file) => file.staged !== null).map(({ path }) => path)
  expect(staged().sort()).toEqual([...names, 'demo/bad\udcff'].sort())
  await staging.unstage([...names, 'demo/bad\udcff'])
  expect(staged()).toEqual([])
})

test('links are staged as links, never what they lead to', async () => {
  const outside = makeTemporaryWorkspace({ 'secret.txt': 'secret' })
  const root = makeRepository()
  symlinkSync(join(outside, 'secret.txt'), join(root, 'demo/link.txt'))
  symlinkSync(outside, join(root, 'demo/folder'))
  await changesOf(root).staging.stage(null)
  expect(git(root, 'ls-files', '--stage', 'demo/link.txt', 'demo/folder')).toMatch(/^120000 .*folder\n120000 .*link\.txt$/)
  await expect(changesOf(root).staging.stage(['demo/folder/secret.txt'])).rejects.toMatchObject({ code: expect.stringMatching(/^git\//) as string })
})

test('unstaging everything in the middle of a merge keeps the merge and its conflicts', async () => {
  const root = makeRepository({ 'a.txt': '1\n', 'b.txt': '1\n' })
  git(root, 'checkout', '-q', '-b', 'side')
  writeFileSync(join(root, 'a.txt'), 'side\n')
  writeFileSync(join(root, 'b.txt'), 'side\n')
  git(root, 'commit', '-q', '-a', '-m', 'side')
  git(root, 'checkout', '-q', 'main')
  writeFileSync(join(root, 'a.txt'), 'main\n')
  git(root, 'commit', '-q', '-a', '-m', 'main')
  expect(() => git(root, 'merge', 'side')).toThrow()
  const { staging } = changesOf(root)
  await staging.unstage(null)
  expect(status(root)).toEqual(['UU a.txt', ' M b.txt'])
  expect(readFileSync(join(root, '.git/MERGE_HEAD'), 'utf8')).not.toBe('')
})

test('what is asked at the same time is done one after the other', async () => {
  const root = makeRepository()
  const names = Array.from({ length: 12 }, (_, number) => `f${number}.txt`)
  addFiles(root, Object.fromEntries(names.map((name) => [name, ''])))
  const { staging, state } = changesOf(root)
  await Promise.all(names.map((name) => staging.stage([name])))
  expect(state.current().repository?.files.filter(({ staged }) => staged === 'added').length).toBe(12)
})

test('an untrusted workspace, a file that is gone and a lock that somebody left are refused in words', async () => {
  const root = makeRepository()
  addFiles(root, { 'demo/main.py': '2\n' })
  await expect(changesOf(root, { isTrusted: false }).staging.stage(null)).rejects.toMatchObject({ code: 'workspace/untrusted' })
  await expect(changesOf(root).staging.stage(['demo/nothing.py'])).rejects.toMatchObject({ code: 'git/not-found' })
  writeFileSync(join(root, '.git/index.lock'), '')
  await expect(changesOf(root).staging.stage(null)).rejects.toMatchObject({ code: 'git/locked' })
})

test('a folder that is a repository of its own is staged as such, not its files', async () => {
  const root = makeRepository()
  mkdirSync(join(root, 'inner'))
  const inner = makeRepository()
  renameSync(inner, join(root, 'inner', 'repo'))
  // Within a pipeline it stops all changes (hostile-repositories.test.ts).
  const { staging, state } = changesOf(root, { pipelinesDir: join(root, 'demo') })
  await state.refresh()
  expect(state.current().repository?.files.map(({ path }) => path)).toEqual(['inner/repo/'])
  await staging.stage(['inner/repo/'])
  expect(git(root, 'ls-files', '--stage', 'inner')).toMatch(/^160000 /)
})
