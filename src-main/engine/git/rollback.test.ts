import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCommitsWorld } from '../testing/commits-world'
import { commitFiles, git, makeRepository, makeRepositoryWithMerge, makeRepositoryWithRemote } from '../testing/git-world'
import { addFiles } from '../testing/temporary-workspace'

const mainOf = (root: string): string => readFileSync(join(root, 'demo', 'main.py'), 'utf8')

describe('A commit that is reverted', () => {
  it('is taken back by a new commit, and that one can be undone until it is pushed', async () => {
    const { root } = makeRepositoryWithRemote()
    const bad = commitFiles(root, { 'demo/main.py': 'print(bad)\n' }, 'bad')
    const { rollback, ended } = openCommitsWorld(root)
    expect(await ended(rollback.revert(bad, null))).toMatchObject({ kind: 'revert', state: 'done' })
    expect(git(root, 'log', '-1', '--format=%s%n%b')).toContain(`Revert "bad"`)
    expect(git(root, 'rev-list', '--count', 'HEAD')).toBe('3')
    expect(mainOf(root)).toBe('print(1)\n')
    addFiles(root, { 'other/main.py': 'not committed\n' })
    await rollback.undo(git(root, 'rev-parse', 'HEAD'))
    expect(git(root, 'rev-parse', 'HEAD')).toBe(bad)
    expect(mainOf(root)).toBe('print(bad)\n')
    expect(readFileSync(join(root, 'other', 'main.py'), 'utf8')).toBe('not committed\n')
  })

  it('cannot be undone once it is pushed, nor can any other commit', async () => {
    const { root } = makeRepositoryWithRemote()
    const bad = commitFiles(root, { 'demo/main.py': 'print(bad)\n' }, 'bad')
    const { rollback, ended } = openCommitsWorld(root)
    await expect(rollback.undo(bad)).rejects.toMatchObject({ code: 'git/rejected' })
    await ended(rollback.revert(bad, null))
    git(root, 'push', '-q')
    await expect(rollback.undo(git(root, 'rev-parse', 'HEAD'))).rejects.toMatchObject({ code: 'git/rejected' })
  })

  it('being a merge needs to know which line is kept', async () => {
    const root = makeRepositoryWithMerge()
    const merge = git(root, 'rev-parse', 'HEAD')
    const { rollback, ended } = openCommitsWorld(root)
    await expect(rollback.revert(merge, null)).rejects.toMatchObject({ code: 'input/invalid', details: { parents: 2 } })
    expect((await ended(rollback.revert(merge, 1))).state).toBe('done')
    expect(git(root, 'ls-files')).not.toContain('side.py')
    expect(mainOf(root)).toBe('y\n')
  })

  it('whose lines changed again stops with a conflict that can be given up', async () => {
    const root = makeRepository()
    const bad = commitFiles(root, { 'demo/main.py': 'print(bad)\n' }, 'bad')
    commitFiles(root, { 'demo/main.py': 'print(worse)\n' }, 'worse')
    const { rollback, conflicts, ended } = openCommitsWorld(root)
    expect(await ended(rollback.revert(bad, null))).toMatchObject({ state: 'failed', error: { code: 'git/conflict' } })
    expect(await conflicts.state()).toMatchObject({ work: 'revert', canSkip: true, files: [{ path: 'demo/main.py', kind: 'both-modified' }] })
    expect((await ended(conflicts.abort())).state).toBe('done')
    expect(mainOf(root)).toBe('print(worse)\n')
    expect(git(root, 'status', '--porcelain')).toBe('')
  })

  it('twice leaves the repository as it was and says why', async () => {
    const root = makeRepository()
    const bad = commitFiles(root, { 'demo/main.py': 'print(bad)\n' }, 'bad')
    const { rollback, conflicts, ended } = openCommitsWorld(root)
    await ended(rollback.revert(bad, null))
    expect(await ended(rollback.revert(bad, null))).toMatchObject({ state: 'failed', error: { code: 'git/nothing-to-commit' } })
    expect((await conflicts.state()).work).toBe('none')
  })

  it('over changes that are not committed is refused, and they stay', async () => {
    const root = makeRepository()
    const bad = commitFiles(root, { 'demo/main.py': 'print(bad)\n' }, 'bad')
    addFiles(root, { 'demo/main.py': 'mine\n' })
    const { rollback, ended } = openCommitsWorld(root)
    expect(await ended(rollback.revert(bad, null))).toMatchObject({ state: 'failed', error: { code: 'git/would-overwrite' } })
    expect(mainOf(root)).toBe('mine\n')
  })

  it('of a workspace that is not trusted is not touched', async () => {
    const root = makeRepository()
    const { rollback } = openCommitsWorld(root, { isTrusted: false })
    await expect(rollback.revert(git(root, 'rev-parse', 'HEAD'), null)).rejects.toMatchObject({ code: 'workspace/untrusted' })
    await expect(rollback.undo(git(root, 'rev-parse', 'HEAD'))).rejects.toMatchObject({ code: 'workspace/untrusted' })
  })
})
