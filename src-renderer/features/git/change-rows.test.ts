import { expect, test } from 'vitest'
import type { ChangedFile } from '@shared/contract/git'
import { changeRows, markOf, matchesPath, shownPath } from './change-rows'
import { treeChanges } from './tree-changes'

const file = (path: string, more: Partial<ChangedFile> = {}): ChangedFile => ({ path, from: null, staged: null, unstaged: 'modified', conflict: null, isSubmodule: false, pipeline: null, ...more })

test('files are grouped by pipeline, those in none last, and a group says how much of it is staged', () => {
  const files = [
    file('readme.md', { staged: 'modified', unstaged: null }),
    file('pipelines/b/main.py', { pipeline: 'b' }),
    file('pipelines/a/main.py', { pipeline: 'a', staged: 'added', unstaged: 'modified' }),
    file('pipelines/a/sub/x.py', { pipeline: 'a' }),
  ]
  const rows = changeRows(files, new Set(['b']))
  expect(rows.map((row) => (row.kind === 'group' ? [row.pipeline, row.checked, row.files.length, row.positionInSet, row.setSize] : [row.name, row.checked, row.positionInSet, row.setSize]))).toEqual([
    ['a', 'partly', 2, 1, 3],
    ['main.py', 'partly', 1, 2],
    ['sub/x.py', 'none', 2, 2],
    ['b', 'none', 1, 2, 3],
    [null, 'all', 1, 3, 3],
    ['readme.md', 'all', 1, 1],
  ])
})

test('a mark tells what is the most of a file', () => {
  expect([file('a'), file('a', { staged: 'renamed' }), file('a', { staged: 'added', unstaged: 'deleted' }), file('a', { unstaged: 'untracked' }), file('a', { unstaged: null, conflict: 'both-modified' })].map((one) => markOf(one).letter)).toEqual(['M', 'R', 'D', 'U', '!'])
})

test('names that cannot be shown are escaped, others are left alone', () => {
  expect(shownPath('a\nb\t\x1b\udcff größe 😀')).toBe('a\\nb\\t\\x1b\\xff größe 😀')
})

test('a filter asks for all of its words', () => {
  expect([matchesPath('many_7/File_42.py', 'file MANY'), matchesPath('many_7/file_42.py', 'file other')]).toEqual([true, false])
})

test('the pipeline tree finds its marks below its own folder', () => {
  const files = [file('work/pipelines/demo/main.py', { pipeline: 'demo' }), file('work/pipelines/demo/x.py', { pipeline: 'demo', unstaged: 'untracked' }), file('docs/x.md')]
  const { pipelines, files: marks } = treeChanges(files, '/repo', '/repo/work/pipelines')
  expect([...pipelines]).toEqual([['demo', 2]])
  expect([...marks].map(([path, { letter }]) => [path, letter])).toEqual([['demo/main.py', 'M'], ['demo/x.py', 'U']])
  expect([...treeChanges([file('demo/main.py', { pipeline: 'demo' })], '/repo', '/repo').files.keys()]).toEqual(['demo/main.py'])
})
