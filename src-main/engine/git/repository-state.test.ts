import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { GitState } from '@shared/contract/git'
import { gitState } from '@shared/contract/git'
import { commitFiles, git, gitEnvironment, makeRepository, makeRepositoryWithRemote } from '../testing/git-world'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createRepositoryState, type RepositoryState } from './repository-state'

let state: RepositoryState | null = null
afterEach(() => state?.dispose())

async function lookAt(root: string, { pipelinesDir = root, isTrusted = true }: { pipelinesDir?: string; isTrusted?: boolean } = {}): Promise<GitState> {
  state?.dispose()
  state = createRepositoryState({ workspace: () => ({ root, pipelinesDir }), isTrusted: () => isTrusted, environment: () => gitEnvironment(), publish: (told) => void gitState.parse(told), onRepository: () => undefined })
  return state.refresh()
}

async function repositoryOf(root: string, options?: Parameters<typeof lookAt>[1]): Promise<NonNullable<GitState['repository']>> {
  const { repository, problem } = await lookAt(root, options)
  expect(problem).toBeNull()
  if (repository === null) throw new Error('no repository')
  return repository
}

describe('changes', () => {
  test('are told by what was done to the index and to the working tree, and by pipeline', async () => {
    const root = makeRepository({ 'demo/main.py': 'one\n', 'demo/gone.py': 'x\n', 'demo/moved.py': 'a\nb\nc\nd\n', 'readme.md': '' })
    addFiles(root, { 'demo/main.py': 'two\n', 'new/main.py': '', 'demo/staged.py': '' })
    git(root, 'add', 'demo/main.py', 'demo/staged.py')
    writeFileSync(join(root, 'demo/main.py'), 'three\n')
    rmSync(join(root, 'demo/gone.py'))
    git(root, 'mv', 'demo/moved.py', 'demo/here.py')
    const { files, head, upstream } = await repositoryOf(root)
    expect(files.map(({ path, staged, unstaged, from, pipeline }) => [path, staged, unstaged, from, pipeline])).toEqual([
      ['demo/gone.py', null, 'deleted', null, 'demo'],
      ['demo/here.py', 'renamed', null, 'demo/moved.py', 'demo'],
      ['demo/main.py', 'modified', 'modified', null, 'demo'],
      ['demo/staged.py', 'added', null, null, 'demo'],
      ['new/main.py', null, 'untracked', null, 'new'],
    ])
    expect(head.branch).toBe('main')
    expect(upstream).toBeNull()
  })

  test('of names that are odd keep every byte', async () => {
    const root = makeRepository()
    const names = ['demo/new\nline.py', 'demo/-rf', 'demo/"quoted".py', 'demo/größe 😀.py', ' leading/main.py', 'demo/tab\t.py']
    addFiles(root, Object.fromEntries(names.map((name) => [name, ''])))
    writeFileSync(Buffer.concat([Buffer.from(`${root}/demo/bad`), Buffer.from([0xff])]), '')
    expect((await repositoryOf(root)).files.map(({ path }) => path).sort()).toEqual([...names, 'demo/bad\udcff'].sort())
  })

  test('in a workspace below the root of its repository are those of the whole repository', async () => {
    const root = makeRepository({ 'work/pipelines/demo/main.py': '1', 'docs/x.md': '' })
    addFiles(root, { 'work/pipelines/demo/main.py': '2', 'docs/x.md': 'y' })
    const { files } = await repositoryOf(join(root, 'work'), { pipelinesDir: join(root, 'work', 'pipelines') })
    expect(files.map(({ path, pipeline }) => [path, pipeline])).toEqual([['docs/x.md', null], ['work/pipelines/demo/main.py', 'demo']])
  })
})

describe('the head', () => {
  test('without a commit, detached, ahead and behind, with an upstream that is gone', async () => {
    const fresh = makeTemporaryWorkspace({ 'demo/main.py': '' })
    git(fresh, 'init', '-q', '-b', 'fresh')
    expect((await repositoryOf(fresh)).head).toEqual({ branch: 'fresh', commit: null })

    const { root, remote } = makeRepositoryWithRemote()
    const other = join(makeTemporaryWorkspace(), 'other')
    git(root, 'clone', '-q', remote, other)
    commitFiles(other, { 'demo/main.py': 'theirs\n' }, 'theirs')
    git(other, 'push', '-q')
    git(root, 'fetch', '-q')
    commitFiles(root, { 'other/main.py': 'ours\n' }, 'ours')
    commitFiles(root, { 'other/main.py': 'ours again\n' }, 'ours again')
    expect((await repositoryOf(root)).upstream).toEqual({ name: 'origin/main', ahead: 2, behind: 1, isGone: false })
    git(root, 'update-ref', '-d', 'refs/remotes/origin/main')
    expect((await repositoryOf(root)).upstream).toMatchObject({ name: 'origin/main', isGone: true })
    const commit = git(root, 'rev-parse', 'HEAD')
    git(root, 'checkout', '-q', '--detach')
    expect((await repositoryOf(root)).head).toEqual({ branch: null, commit })
  })

  test('in the middle of a merge, a rebase, a revert and a cherry-pick', async () => {
    const root = makeRepository()
    git(root, 'checkout', '-q', '-b', 'side')
    const side = commitFiles(root, { 'demo/main.py': 'side\n' }, 'side')
    git(root, 'checkout', '-q', 'main')
    commitFiles(root, { 'demo/main.py': 'main\n' }, 'main')
    for (const [start, unfinished] of [[['merge', 'side'], 'merge'], [['rebase', 'side'], 'rebase'], [['cherry-pick', side], 'cherry-pick'], [['revert', '--no-edit', side], 'revert']] as const) {
      expect(() => git(root, ...start)).toThrow()
      const repository = await repositoryOf(root)
      expect(repository.unfinished).toBe(unfinished)
      expect(repository.files.find(({ path }) => path === 'demo/main.py')?.conflict).toBe('both-modified')
      git(root, start[0], '--abort')
    }
    expect((await repositoryOf(root)).unfinished).toBe('none')
  })
})

describe('what is no usable repository', () => {
  test('a folder in none has neither repository nor problem', async () => {
    expect(await lookAt(makeTemporaryWorkspace())).toMatchObject({ repository: null, problem: null })
  })
  test('a damaged one says so', async () => {
    const root = makeRepository()
    writeFileSync(join(root, '.git/index'), 'rubbish')
    expect((await lookAt(root)).problem?.code).toBe('git/corrupt')
    writeFileSync(join(root, '.git/config'), '[broken\n')
    expect((await lookAt(root)).problem?.code).toBe('git/corrupt')
  })
  test('without git there is none, and it is said', async () => {
    const root = makeRepository()
    const own = createRepositoryState({ workspace: () => ({ root, pipelinesDir: root }), isTrusted: () => true, environment: () => ({ PATH: '/nowhere' }), publish: () => undefined, onRepository: () => undefined })
    expect((await own.refresh()).problem?.code).toBe('tool/missing')
    own.dispose()
  })
})

test('remotes never show a password', async () => {
  const root = makeRepository()
  git(root, 'remote', 'add', 'origin', 'https://me:s3cret@example.org/x.git')
  git(root, 'remote', 'set-url', '--push', 'origin', 'ssh://git@example.org/x.git')
  const { remotes } = await repositoryOf(root)
  expect(remotes).toEqual([{ name: 'origin', fetchUrl: 'https://example.org/x.git', pushUrl: 'ssh://example.org/x.git' }])
})

test('what its configuration would execute is named before it is in force', async () => {
  const root = makeRepository()
  git(root, 'config', 'core.fsmonitor', '/evil')
  git(root, 'config', 'filter.a=b.clean', 'evil')
  git(root, 'config', 'url.https://evil/.insteadOf', 'https://good/')
  mkdirSync(join(root, '.git/hooks'), { recursive: true })
  writeFileSync(join(root, '.git/hooks/pre-commit'), '#!/bin/sh\n')
  chmodSync(join(root, '.git/hooks/pre-commit'), 0o755)
  const { executes } = await repositoryOf(root, { isTrusted: false })
  expect(executes.map(({ key }) => key).sort()).toEqual(['core.fsmonitor', 'filter.a=b.clean', 'hook', 'url.https://evil/.insteadof'])
})

test('a folder that becomes a repository, and stops being one, is noticed at the next look', async () => {
  const root = makeTemporaryWorkspace({ 'demo/main.py': '' })
  await lookAt(root)
  git(root, 'init', '-q', '-b', 'main')
  expect((await state?.refresh())?.repository?.head.branch).toBe('main')
  renameSync(join(root, '.git'), join(root, 'put-aside'))
  expect(await state?.refresh()).toMatchObject({ repository: null, problem: null })
})

describe('what is special about a repository', () => {
  test('is told: a partial and a shallow clone, submodules, Git LFS; of an ordinary one nothing', async () => {
    const { root, remote } = makeRepositoryWithRemote()
    const facts = async (folder: string, options?: Parameters<typeof lookAt>[1]): Promise<boolean[]> => {
      const { isPartial, isShallow, hasSubmodules, hasLfs } = await repositoryOf(folder, options)
      return [isPartial, isShallow, hasSubmodules, hasLfs]
    }
    expect(await facts(root)).toEqual([false, false, false, false])
    commitFiles(root, { 'demo/main.py': 'print(3)\n' }, 'second')
    git(root, 'push', '-q')
    git(remote, 'config', 'uploadpack.allowFilter', 'true')
    const clones = makeTemporaryWorkspace()
    git(clones, 'clone', '-q', '--filter=blob:none', `file://${remote}`, 'partial')
    git(clones, 'clone', '-q', '--depth=1', `file://${remote}`, 'shallow')
    expect(await facts(join(clones, 'partial'))).toEqual([true, false, false, false])
    expect(await facts(join(clones, 'shallow'))).toEqual([false, true, false, false])
    git(root, 'submodule', '--quiet', 'add', remote, 'vendored')
    addFiles(root, { '.gitattributes': '*.parquet filter=lfs diff=lfs merge=lfs -text\n' })
    // Also before it is trusted, when nothing of it is executed.
    for (const isTrusted of [false, true]) expect(await facts(root, { isTrusted })).toEqual([false, false, true, true])
    expect((await repositoryOf(root)).files.find(({ path }) => path === 'vendored')).toMatchObject({ isSubmodule: true, staged: 'added' })
  })
})

test('a look that fails for once keeps what was seen before beside its reason, in the same workspace', async () => {
  const [root, elsewhere] = [makeRepository(), makeTemporaryWorkspace()]
  let open = root
  const own = createRepositoryState({ workspace: () => ({ root: open, pipelinesDir: open }), isTrusted: () => true, environment: () => gitEnvironment(), publish: () => undefined, onRepository: () => undefined })
  expect((await own.refresh()).repository?.root).toBe(root)
  git(root, 'config', 'core.repositoryFormatVersion', '99')
  const failed = await own.refresh()
  expect(failed).toMatchObject({ repository: { root }, problem: { code: 'git/failed' } })
  git(root, 'config', '--file', join(root, '.git/config'), 'core.repositoryFormatVersion', '0')
  expect((await own.refresh()).problem).toBeNull()
  open = elsewhere
  expect(await own.refresh()).toMatchObject({ repository: null, problem: null })
  own.dispose()
})
