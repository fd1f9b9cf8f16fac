import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { readGitFacts } from './git-facts'

function git(folder: string, ...argv: string[]): string {
  return execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgSign=false', ...argv], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

/** A repository with two committed pipelines, `demo` and `other`. */
function repository(): string {
  const root = makeTemporaryWorkspace({ 'demo/main.py': 'print(1)\n', 'other/main.py': 'print(2)\n' })
  git(root, 'init', '-q', '-b', 'work')
  git(root, 'add', '.')
  git(root, 'commit', '-q', '-m', 'first')
  return root
}

const factsOf = (folder: string) => readGitFacts(folder, process.env)

describe('a repository', () => {
  test('that is clean', async () => {
    const root = repository()
    expect(await factsOf(join(root, 'demo'))).toEqual({ gitCommit: git(root, 'rev-parse', 'HEAD'), gitBranch: 'work', gitDirty: false, gitTree: git(root, 'rev-parse', 'HEAD:demo') })
  })

  test.each<[string, (root: string) => void, boolean]>([
    ['changed', (root) => addFiles(root, { 'demo/main.py': 'print(3)\n' }), true],
    ['staged', (root) => (addFiles(root, { 'demo/main.py': 'print(3)\n' }), git(root, 'add', '.')), true],
    ['with an untracked file', (root) => addFiles(root, { 'demo/new.py': '' }), true],
    ['with an ignored file', (root) => addFiles(root, { 'demo/data.csv': '', '.git/info/exclude': '*.csv\n' }), false],
    ['changed in another pipeline only', (root) => addFiles(root, { 'other/main.py': 'print(3)\n' }), false],
  ])('%s', async (_name, change, dirty) => {
    const root = repository()
    change(root)
    expect((await factsOf(join(root, 'demo'))).gitDirty).toBe(dirty)
  })

  test('without a commit knows its branch only', async () => {
    const root = makeTemporaryWorkspace({ 'demo/main.py': '' })
    git(root, 'init', '-q', '-b', 'fresh')
    expect(await factsOf(join(root, 'demo'))).toEqual({ gitCommit: null, gitBranch: 'fresh', gitDirty: true, gitTree: null })
  })

  test('with a detached head knows its commit only', async () => {
    const root = repository()
    git(root, 'checkout', '-q', '--detach')
    expect(await factsOf(join(root, 'demo'))).toEqual({ gitCommit: git(root, 'rev-parse', 'HEAD'), gitBranch: null, gitDirty: false, gitTree: git(root, 'rev-parse', 'HEAD:demo') })
  })

  test('is only looked at: its index stays as it is, and GIT_DIR of the app’s environment leads nowhere else', async () => {
    const root = repository()
    const later = new Date(Date.now() + 60_000)
    utimesSync(join(root, 'demo/main.py'), later, later)
    const index = readFileSync(join(root, '.git/index'))
    expect(await readGitFacts(join(root, 'demo'), { ...process.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere' })).toMatchObject({ gitBranch: 'work', gitDirty: false })
    expect(readFileSync(join(root, '.git/index')).equals(index)).toBe(true)
  })
})

describe('nothing is known', () => {
  const nothing = { gitCommit: null, gitBranch: null, gitDirty: null, gitTree: null }
  test('outside a repository', async () => expect(await factsOf(makeTemporaryWorkspace())).toEqual(nothing))
  test('in a folder that is gone', async () => expect(await factsOf(join(makeTemporaryWorkspace(), 'gone'))).toEqual(nothing))
  test('without git', async () => expect(await readGitFacts(repository(), { PATH: '/nowhere' })).toEqual(nothing))
  test('in a damaged repository', async () => {
    const root = repository()
    writeFileSync(join(root, '.git/HEAD'), 'rubbish')
    expect(await factsOf(root)).toEqual(nothing)
  })
})

describe('a hostile repository executes nothing', () => {
  /** A program that leaves a mark when it is run. */
  function trap(root: string): { program: string; sprung(): boolean } {
    const mark = join(root, '.git', 'sprung')
    const program = join(root, '.git', 'trap.sh')
    writeFileSync(program, `#!/bin/sh\ntouch '${mark}'\ncat\n`)
    chmodSync(program, 0o755)
    return { program, sprung: () => existsSync(mark) }
  }

  /** Makes git look into the file again. */
  function touch(root: string): void {
    writeFileSync(join(root, 'demo/main.py'), 'print(1) ')
    writeFileSync(join(root, 'demo/main.py'), 'print(1)\n')
    const later = new Date(Date.now() + 60_000)
    utimesSync(join(root, 'demo/main.py'), later, later)
  }

  test.each<[string, (root: string, program: string) => void]>([
    ['core.fsmonitor', (root, program) => git(root, 'config', 'core.fsmonitor', program)],
    ['core.pager', (root, program) => git(root, 'config', 'core.pager', program)],
    ['filter.clean', (root, program) => (git(root, 'config', 'filter.evil.clean', program), addFiles(root, { '.gitattributes': '* filter=evil\n' }))],
    ['filter.process', (root, program) => (git(root, 'config', 'filter.evil.process', program), addFiles(root, { '.gitattributes': '* filter=evil\n' }))],
    ['a filter with an equals sign in its name', (root, program) => (git(root, 'config', 'filter.e=vil.clean', program), addFiles(root, { '.gitattributes': '* filter=e=vil\n' }))],
    ['a filter with a dot in its name', (root, program) => (git(root, 'config', 'filter.e.vil.clean', program), addFiles(root, { '.gitattributes': '* filter=e.vil\n' }))],
    [
      'a filter of an included file',
      (root, program) => {
        addFiles(root, { '.git/more': `[filter "evil"]\n\tclean = ${program}\n`, '.gitattributes': '* filter=evil\n' })
        git(root, 'config', 'include.path', 'more')
      },
    ],
    [
      'a filter of the working tree’s own configuration',
      (root, program) => {
        git(root, 'config', 'extensions.worktreeConfig', 'true')
        git(root, 'config', '--worktree', 'filter.evil.clean', program)
        addFiles(root, { '.gitattributes': '* filter=evil\n' })
      },
    ],
    [
      'hooks',
      (root, program) => {
        git(root, 'config', 'core.hooksPath', join(root, '.git', 'evil-hooks'))
        mkdirSync(join(root, '.git', 'evil-hooks'))
        for (const folder of ['hooks', 'evil-hooks']) {
          writeFileSync(join(root, '.git', folder, 'post-index-change'), readFileSync(program))
          chmodSync(join(root, '.git', folder, 'post-index-change'), 0o755)
        }
      },
    ],
  ])('%s', async (_name, arm) => {
    const root = repository()
    const { program, sprung } = trap(root)
    arm(root, program)
    touch(root)
    expect((await factsOf(join(root, 'demo'))).gitBranch).toBe('work')
    expect(sprung()).toBe(false)
    await factsOf(root)
    expect(sprung()).toBe(false)
  })

  test('a nested one neither', async () => {
    const root = repository()
    const nested = join(root, 'demo', 'nested')
    mkdirSync(nested)
    git(nested, 'init', '-q')
    addFiles(nested, { 'a.txt': 'a' })
    git(nested, 'add', '.')
    git(nested, 'commit', '-q', '-m', 'nested')
    git(root, '-c', 'advice.addEmbeddedRepo=false', 'add', 'demo/nested')
    const { program, sprung } = trap(nested)
    git(nested, 'config', 'core.fsmonitor', program)
    await factsOf(join(root, 'demo'))
    expect(sprung()).toBe(false)
  })
})
