import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { changesOf, commitFiles, git, makeRepository, makeRepositoryWithRemote } from '../testing/git-world'

describe('branches', () => {
  test('are listed with upstream, distance and last commit; the head of a remote is none', async () => {
    const { root, remote } = makeRepositoryWithRemote()
    git(root, 'remote', 'set-head', 'origin', 'main')
    git(root, 'push', '-q', 'origin', 'main:only-there')
    git(root, 'branch', '--track', 'gone', 'origin/only-there')
    commitFiles(root, { 'demo/main.py': '2\n' }, 'ahead')
    git(root, 'update-ref', '-d', 'refs/remotes/origin/only-there')
    git(root, 'tag', 'v1', 'HEAD~1')
    expect(existsSync(remote)).toBe(true)
    const { branches, tags } = await changesOf(root).branches.list()
    expect(branches.map(({ name, isRemote, isCurrent, upstream, ahead, behind, isGone, subject }) => ({ name, isRemote, isCurrent, upstream, ahead, behind, isGone, subject })).sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
      { name: 'gone', isRemote: false, isCurrent: false, upstream: 'origin/only-there', ahead: 0, behind: 0, isGone: true, subject: 'first' },
      { name: 'main', isRemote: false, isCurrent: true, upstream: 'origin/main', ahead: 1, behind: 0, isGone: false, subject: 'ahead' },
      { name: 'origin/main', isRemote: true, isCurrent: false, upstream: null, ahead: 0, behind: 0, isGone: false, subject: 'first' },
    ])
    expect(tags).toMatchObject([{ name: 'v1', subject: 'first' }])
  })

  test('are made, switched to, renamed, deleted, and come back by their commit', async () => {
    const root = makeRepository()
    const { branches, over, state } = changesOf(root)
    await branches.create('feature/größe', null)
    expect((await over(branches.switchTo({ name: 'feature/größe', isRemote: false, stash: false }))).state).toBe('done')
    expect((await state.refresh()).repository?.head.branch).toBe('feature/größe')
    await branches.rename('feature/größe', 'feature/size')
    const commit = commitFiles(root, { 'demo/main.py': '2\n' }, 'on the branch')
    await expect(branches.remove('feature/size', true)).rejects.toMatchObject({ code: expect.stringMatching(/^git\//) as string })
    await over(branches.switchTo({ name: 'main', isRemote: false, stash: false }))
    await expect(branches.remove('feature/size', false)).rejects.toMatchObject({ code: 'git/not-merged' })
    expect(await branches.remove('feature/size', true)).toBe(commit)
    await branches.create('feature/size', commit)
    expect(git(root, 'rev-parse', 'feature/size')).toBe(commit)
    await expect(branches.create('feature/size', null)).rejects.toMatchObject({ code: 'git/exists' })
    await expect(branches.create('x', 'nowhere')).rejects.toMatchObject({ code: 'git/not-found' })
  })

  test('of a remote become local ones that follow it; one that is there already is taken', async () => {
    const { root } = makeRepositoryWithRemote()
    git(root, 'push', '-q', 'origin', 'main:team/work')
    const { branches, over } = changesOf(root)
    await over(branches.switchTo({ name: 'origin/team/work', isRemote: true, stash: false }))
    expect(git(root, 'rev-parse', '--abbrev-ref', '@{upstream}')).toBe('origin/team/work')
    await over(branches.switchTo({ name: 'main', isRemote: false, stash: false }))
    expect((await over(branches.switchTo({ name: 'origin/team/work', isRemote: true, stash: false }))).state).toBe('done')
    expect(git(root, 'branch', '--show-current')).toBe('team/work')
  })

  test('are not switched to over changes that would be lost; put aside, they are kept', async () => {
    const root = makeRepository()
    git(root, 'branch', 'side')
    commitFiles(root, { 'demo/main.py': 'main\n' }, 'main')
    addFiles(root, { 'demo/main.py': 'mine\n', 'new.py': 'new\n' })
    const { branches, over, stashes } = changesOf(root)
    expect((await over(branches.switchTo({ name: 'side', isRemote: false, stash: false }))).error?.code).toBe('git/would-overwrite')
    expect(readFileSync(join(root, 'demo/main.py'), 'utf8')).toBe('mine\n')
    expect((await over(branches.switchTo({ name: 'side', isRemote: false, stash: true }))).state).toBe('done')
    expect(await stashes.list()).toMatchObject([{ message: 'On main: Put aside before switching to side' }])
    expect(existsSync(join(root, 'new.py'))).toBe(false)
  })

  test.each(['--upload-pack=x', 'a..b', '@{-1}', 'HEAD', '', 'refs/heads/x', 'a b', 'x'.repeat(300), '-x', 'a\0b', 'a~1', 'a:b', 'x.lock', '/x', 'x\n', '@'])('may not be called %j', async (name) => {
    const root = makeRepository()
    git(root, 'checkout', '-q', '-b', 'other')
    git(root, 'checkout', '-q', 'main')
    const { branches } = changesOf(root)
    await expect(branches.create(name, null)).rejects.toMatchObject({ code: 'git/invalid-name' })
    await expect(branches.rename('other', name)).rejects.toMatchObject({ code: 'git/invalid-name' })
    await expect(branches.remove(name, true)).rejects.toMatchObject({ code: 'git/invalid-name' })
    await expect(branches.switchTo({ name, isRemote: false, stash: false })).rejects.toMatchObject({ code: 'git/not-found' })
    await expect(branches.createTag(name, null)).rejects.toMatchObject({ code: 'git/invalid-name' })
    expect(git(root, 'branch', '--format=%(refname:short)').split('\n')).toEqual(['main', 'other'])
  })
})

describe('tags', () => {
  test('are made with and without a message, and deleted', async () => {
    const root = makeRepository()
    const { branches } = changesOf(root)
    await branches.createTag('v1', null)
    await branches.createTag('v2', '-F /etc/passwd\n\nbody')
    expect(git(root, 'tag', '-l', '--format=%(objecttype) %(contents:subject)', 'v2')).toBe('tag -F /etc/passwd')
    await expect(branches.createTag('v1', null)).rejects.toMatchObject({ code: 'git/exists' })
    expect(await branches.removeTag('v1')).toBe(git(root, 'rev-parse', 'HEAD'))
    expect((await branches.list()).tags.map(({ name }) => name)).toEqual(['v2'])
  })
})

describe('stashes', () => {
  test('are saved with new files, shown, applied, popped, dropped and restored', async () => {
    const root = makeRepository()
    const { stashes, over } = changesOf(root)
    const change = (): void => addFiles(root, { 'demo/main.py': 'mine\n', 'new größe.py': 'new\n' })
    change()
    await over(stashes.save('-u for later', true))
    expect(git(root, 'status', '--porcelain')).toBe('')
    const [saved] = await stashes.list()
    expect(saved?.message).toBe('On main: -u for later')
    expect((await stashes.files(saved?.commit ?? '')).sort()).toEqual(['demo/main.py', 'new größe.py'])
    expect((await over(stashes.apply(saved?.commit ?? '', false))).state).toBe('done')
    expect(readFileSync(join(root, 'demo/main.py'), 'utf8')).toBe('mine\n')
    git(root, 'checkout', '-q', '.')
    git(root, 'clean', '-fdq')
    const dropped = await stashes.drop(saved?.commit ?? '')
    expect(await stashes.list()).toEqual([])
    await stashes.restore(dropped.commit, dropped.message)
    expect(await stashes.list()).toEqual([saved])
    await over(stashes.apply(saved?.commit ?? '', true))
    expect([git(root, 'stash', 'list'), readFileSync(join(root, 'new größe.py'), 'utf8')]).toEqual(['', 'new\n'])
  })

  test('keep what was staged apart', async () => {
    const root = makeRepository()
    const { stashes, over } = changesOf(root)
    writeFileSync(join(root, 'demo/main.py'), 'staged\n')
    git(root, 'add', '.')
    writeFileSync(join(root, 'demo/main.py'), 'tree\n')
    await over(stashes.save('', false))
    await over(stashes.apply((await stashes.list())[0]?.commit ?? '', true))
    expect(git(root, 'status', '--porcelain')).toBe('MM demo/main.py')
  })

  test('that do not go onto what is there say so and are kept', async () => {
    const root = makeRepository()
    const { stashes, over } = changesOf(root)
    addFiles(root, { 'demo/main.py': 'mine\n' })
    expect((await over(stashes.save('', true))).state).toBe('done')
    expect((await over(stashes.save('', true))).error?.code).toBe('git/nothing-to-commit')
    addFiles(root, { 'demo/main.py': 'dirty\n' })
    const commit = (await stashes.list())[0]?.commit ?? ''
    expect((await over(stashes.apply(commit, true))).error?.code).toBe('git/would-overwrite')
    git(root, 'commit', '-q', '-a', '-m', 'theirs')
    expect((await over(stashes.apply(commit, true))).error?.code).toBe('git/conflict')
    expect((await stashes.list()).map((stash) => stash.commit)).toEqual([commit])
    await expect(stashes.drop('0'.repeat(40))).rejects.toMatchObject({ code: 'git/not-found' })
  })
})

describe('a folder that is no repository', () => {
  test('becomes one on the branch main, with what needs no version left out', async () => {
    const root = makeTemporaryWorkspace({ 'demo/main.py': '', 'demo/__pycache__/x.pyc': '' })
    const { init, state } = changesOf(root)
    await init(true)
    expect(state.current().repository).toMatchObject({ head: { branch: 'main', commit: null } })
    expect(state.current().repository?.files.map(({ path }) => path)).toEqual(['.gitignore', 'demo/main.py'])
    await expect(init(true)).rejects.toMatchObject({ code: 'git/exists' })
  })
  test('keeps an ignore file of its own', async () => {
    const root = makeTemporaryWorkspace({ '.gitignore': 'mine\n' })
    await changesOf(root).init(true)
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('mine\n')
  })
})
