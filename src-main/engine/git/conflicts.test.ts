import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCommitsWorld } from '../testing/commits-world'
import { commitFiles, git, makeRepository } from '../testing/git-world'
import { addFiles } from '../testing/temporary-workspace'

const textOf = (root: string, path: string): string => readFileSync(join(root, path), 'utf8')

/** git ends with 1 at a conflict. */
function gitStops(root: string, ...argv: string[]): void {
  expect(() => git(root, ...argv)).toThrow()
}

/** `change` is committed on `side` and, differently, on `main`, which is checked out. */
function diverged(base: Record<string, string>, ours: (root: string) => void, theirs: (root: string) => void): string {
  const root = makeRepository(base)
  git(root, 'switch', '-q', '-c', 'side')
  theirs(root)
  git(root, 'add', '-A')
  git(root, 'commit', '-q', '-m', 'theirs')
  git(root, 'switch', '-q', 'main')
  ours(root)
  git(root, 'add', '-A')
  git(root, 'commit', '-q', '-m', 'ours')
  return root
}
const write = (path: string, text: string) => (root: string): void => addFiles(root, { [path]: text })
const remove = (path: string) => (root: string): void => unlinkSync(join(root, path))

describe('A merge with conflicts', () => {
  it('shows the three sides, keeps what is being edited in the working file, and goes on when all is resolved', async () => {
    const root = diverged({ 'demo/main.py': 'a\nb\n' }, write('demo/main.py', 'a\nours\n'), write('demo/main.py', 'a\ntheirs\n'))
    gitStops(root, 'merge', 'side')
    const { conflicts } = openCommitsWorld(root)
    expect(await conflicts.state()).toMatchObject({ work: 'merge', canSkip: false, ours: expect.stringMatching(/ ours$/) as string, theirs: expect.stringMatching(/ theirs$/) as string, files: [{ path: 'demo/main.py', kind: 'both-modified', isPlain: true }] })
    const sides = await conflicts.file('demo/main.py')
    expect([sides.base.text, sides.ours.text, sides.theirs.text]).toEqual(['a\nb\n', 'a\nours\n', 'a\ntheirs\n'])
    expect(sides.result.text).toContain('<<<<<<< HEAD')
    await expect(conflicts.proceed()).rejects.toMatchObject({ code: 'git/conflict' })
    await conflicts.save('demo/main.py', 'a\nhalf <<<<<<< way\n', false, null)
    // Another start of the app knows nothing but the repository.
    const later = openCommitsWorld(root)
    expect((await later.conflicts.file('demo/main.py')).result.text).toBe('a\nhalf <<<<<<< way\n')
    expect((await later.conflicts.save('demo/main.py', 'a\nboth\n', true, null)).files).toEqual([])
    expect((await later.ended(later.conflicts.proceed())).state).toBe('done')
    expect(git(root, 'log', '-1', '--format=%P').split(' ')).toHaveLength(2)
    expect(textOf(root, 'demo/main.py')).toBe('a\nboth\n')
    await expect(conflicts.file('demo/main.py')).rejects.toMatchObject({ code: 'git/not-found' })
  })

  it('is not written over what was written into the file meanwhile', async () => {
    const root = diverged({ 'demo/main.py': 'a\n' }, write('demo/main.py', 'ours\n'), write('demo/main.py', 'theirs\n'))
    gitStops(root, 'merge', 'side')
    const { conflicts } = openCommitsWorld(root)
    const shown = (await conflicts.file('demo/main.py')).result.text
    addFiles(root, { 'demo/main.py': 'by another editor\n' })
    for (const isResolved of [false, true]) await expect(conflicts.save('demo/main.py', 'mine\n', isResolved, shown)).rejects.toMatchObject({ code: 'file/changed-on-disk' })
    expect([textOf(root, 'demo/main.py'), (await conflicts.state()).files.length]).toEqual(['by another editor\n', 1])
    await conflicts.save('demo/main.py', 'mine\n', true, 'by another editor\n')
    expect([textOf(root, 'demo/main.py'), (await conflicts.state()).files]).toEqual(['mine\n', []])
  })

  it('given up is as it was before, with what was not committed elsewhere', async () => {
    const root = diverged({ 'demo/main.py': 'a\n', 'other/main.py': 'x\n' }, write('demo/main.py', 'ours\n'), write('demo/main.py', 'theirs\n'))
    addFiles(root, { 'other/main.py': 'unsaved work\n' })
    gitStops(root, 'merge', 'side')
    const { conflicts, ended } = openCommitsWorld(root)
    await conflicts.save('demo/main.py', 'half\n', false, null)
    expect((await ended(conflicts.abort())).state).toBe('done')
    expect([textOf(root, 'demo/main.py'), textOf(root, 'other/main.py'), (await conflicts.state()).work]).toEqual(['ours\n', 'unsaved work\n', 'none'])
  })

  it('begins anew from the marks that git made, with the base between them', async () => {
    const root = diverged({ 'demo/main.py': 'a\n' }, write('demo/main.py', 'ours\n'), write('demo/main.py', 'theirs\n'))
    gitStops(root, 'merge', 'side')
    const { conflicts } = openCommitsWorld(root)
    await conflicts.save('demo/main.py', 'spoilt\n', false, null)
    expect((await conflicts.restart('demo/main.py')).result.text).toMatch(/^<<<<<<< .*\nours\n\|\|\|\|\|\|\| .*\na\n=======\ntheirs\n>>>>>>> .*\n$/)
  })

  it.each([
    ['both-added', {}, write('demo/new.py', 'ours\n'), write('demo/new.py', 'theirs\n'), 'demo/new.py'],
    ['deleted-by-us', { 'demo/new.py': 'a\n' }, remove('demo/new.py'), write('demo/new.py', 'theirs\n'), 'demo/new.py'],
    ['deleted-by-them', { 'demo/new.py': 'a\n' }, write('demo/new.py', 'ours\n'), remove('demo/new.py'), 'demo/new.py'],
  ])('%s is decided by taking a side or deleting', async (kind, base, ours, theirs, path) => {
    for (const side of ['ours', 'theirs', 'delete'] as const) {
      const root = diverged({ 'demo/main.py': '', ...base }, ours, theirs)
      gitStops(root, 'merge', 'side')
      const { conflicts, ended } = openCommitsWorld(root)
      expect((await conflicts.state()).files).toEqual([{ path, kind, isPlain: true }])
      const sides = await conflicts.file(path)
      expect((await conflicts.choose(path, side)).files).toEqual([])
      expect((await ended(conflicts.proceed())).state).toBe('done')
      const wanted = side === 'delete' ? null : sides[side].text
      expect(existsSync(join(root, path)) ? textOf(root, path) : null).toBe(wanted)
      expect(git(root, 'status', '--porcelain')).toBe('')
    }
  })

  it('in a binary file and in a link is decided as a whole', async () => {
    const root = diverged(
      { 'demo/main.py': '', 'demo/data.bin': '\0a' },
      (at) => { writeFileSync(join(at, 'demo/data.bin'), '\0ours'); symlinkSync('ours', join(at, 'demo/link')) },
      (at) => { writeFileSync(join(at, 'demo/data.bin'), '\0theirs'); symlinkSync('theirs', join(at, 'demo/link')) },
    )
    gitStops(root, 'merge', 'side')
    const { conflicts } = openCommitsWorld(root)
    expect((await conflicts.state()).files).toEqual([{ path: 'demo/data.bin', kind: 'both-modified', isPlain: true }, { path: 'demo/link', kind: 'both-added', isPlain: false }])
    expect((await conflicts.file('demo/data.bin')).ours).toEqual({ state: 'binary', text: null, sizeBytes: 5 })
    await conflicts.choose('demo/data.bin', 'theirs')
    await conflicts.choose('demo/link', 'theirs')
    expect(textOf(root, 'demo/data.bin')).toBe('\0theirs')
    expect(execFileSync('readlink', [join(root, 'demo/link')], { encoding: 'utf8' }).trim()).toBe('theirs')
  })

  it.each(['demo/line\nfeed.py', 'demo/-rf', 'demo/"q"\t.py', 'demo/:(glob)*'])('in a file named %j is resolved like any other', async (path) => {
    const root = diverged({ 'demo/main.py': '', [path]: 'a\n' }, write(path, 'ours\n'), write(path, 'theirs\n'))
    gitStops(root, 'merge', 'side')
    const { conflicts } = openCommitsWorld(root)
    expect((await conflicts.restart(path)).result.text).toContain('|||||||')
    expect((await conflicts.save(path, 'both\n', true, null)).files).toEqual([])
    expect(textOf(root, path)).toBe('both\n')
  })

  it('is not written through a link that leads out of the tree', async () => {
    const root = diverged({ 'demo/main.py': 'a\n' }, write('demo/main.py', 'ours\n'), write('demo/main.py', 'theirs\n'))
    gitStops(root, 'merge', 'side')
    const outside = join(makeRepository(), 'victim')
    writeFileSync(outside, 'mine')
    unlinkSync(join(root, 'demo/main.py'))
    symlinkSync(outside, join(root, 'demo/main.py'))
    const { conflicts } = openCommitsWorld(root)
    await expect(conflicts.save('demo/main.py', 'evil\n', true, null)).rejects.toMatchObject({ code: 'file/not-regular' })
    expect(readFileSync(outside, 'utf8')).toBe('mine')
  })

  it('of a workspace that is not trusted can be looked at, not changed', async () => {
    const root = diverged({ 'demo/main.py': 'a\n' }, write('demo/main.py', 'ours\n'), write('demo/main.py', 'theirs\n'))
    gitStops(root, 'merge', 'side')
    const { conflicts } = openCommitsWorld(root, { isTrusted: false })
    expect((await conflicts.state()).files).toHaveLength(1)
    for (const change of [() => conflicts.save('demo/main.py', 'x', true, null), () => conflicts.choose('demo/main.py', 'ours'), () => conflicts.abort(), () => conflicts.proceed()]) await expect(change()).rejects.toMatchObject({ code: 'workspace/untrusted' })
  })
})

describe('A rebase with conflicts', () => {
  const twoStops = (): string => {
    const root = makeRepository({ 'demo/main.py': '0\n', 'demo/two.py': '0\n' })
    git(root, 'switch', '-q', '-c', 'side')
    commitFiles(root, { 'demo/main.py': 'mine\n' }, 'mine 1')
    commitFiles(root, { 'demo/two.py': 'mine\n' }, 'mine 2')
    git(root, 'switch', '-q', 'main')
    commitFiles(root, { 'demo/main.py': 'upstream\n', 'demo/two.py': 'upstream\n' }, 'upstream')
    git(root, 'switch', '-q', 'side')
    gitStops(root, 'rebase', 'main')
    return root
  }

  it('stops as often as it must, and each stop is resolved and gone on from', async () => {
    const root = twoStops()
    const { conflicts, ended } = openCommitsWorld(root)
    expect(await conflicts.state()).toMatchObject({ work: 'rebase', step: { now: 1, total: 2 }, ours: expect.stringMatching(/upstream$/) as string, theirs: expect.stringMatching(/mine 1$/) as string })
    await conflicts.save('demo/main.py', 'both\n', true, null)
    expect((await ended(conflicts.proceed())).state).toBe('done')
    expect(await conflicts.state()).toMatchObject({ work: 'rebase', step: { now: 2, total: 2 }, files: [{ path: 'demo/two.py' }] })
    await conflicts.choose('demo/two.py', 'theirs')
    expect((await ended(conflicts.proceed())).state).toBe('done')
    expect(await conflicts.state()).toMatchObject({ work: 'none', files: [] })
    expect(git(root, 'log', '--format=%s', 'main..').split('\n')).toEqual(['mine 2', 'mine 1'])
    expect([textOf(root, 'demo/main.py'), textOf(root, 'demo/two.py')]).toEqual(['both\n', 'mine\n'])
  })

  it('leaves a commit out, or gives the whole up', async () => {
    const root = twoStops()
    const before = git(root, 'rev-parse', 'side')
    const { conflicts, ended } = openCommitsWorld(root)
    expect((await ended(conflicts.skip())).state).toBe('done')
    expect((await conflicts.state()).step).toEqual({ now: 2, total: 2 })
    expect((await ended(conflicts.abort())).state).toBe('done')
    expect([git(root, 'rev-parse', 'HEAD'), git(root, 'branch', '--show-current')]).toEqual([before, 'side'])
  })

  it('goes on past a commit of which nothing is left', async () => {
    const root = twoStops()
    const { conflicts, ended } = openCommitsWorld(root)
    await conflicts.choose('demo/main.py', 'ours')
    expect((await ended(conflicts.proceed())).state).toBe('done')
    expect((await conflicts.state()).files).toMatchObject([{ path: 'demo/two.py' }])
  })
})

describe('Picking a commit and applying a stash with conflicts', () => {
  it('a cherry-pick is resolved and gone on with', async () => {
    const root = diverged({ 'demo/main.py': 'a\n' }, write('demo/main.py', 'ours\n'), write('demo/main.py', 'theirs\n'))
    gitStops(root, 'cherry-pick', 'side')
    const { conflicts, ended } = openCommitsWorld(root)
    expect(await conflicts.state()).toMatchObject({ work: 'cherry-pick', canSkip: true })
    await conflicts.save('demo/main.py', 'both\n', true, null)
    expect((await ended(conflicts.proceed())).state).toBe('done')
    expect(git(root, 'log', '-1', '--format=%s')).toBe('theirs')
  })

  it('a stash given up takes back what it brought into the files, keeps the stash and what was staged before', async () => {
    const root = makeRepository({ 'demo/main.py': 'a\n', 'other/main.py': 'x\n' })
    addFiles(root, { 'demo/main.py': 'stashed\n' })
    git(root, 'stash')
    commitFiles(root, { 'demo/main.py': 'moved on\n' }, 'moved on')
    addFiles(root, { 'other/main.py': 'staged\n' })
    git(root, 'add', 'other/main.py')
    gitStops(root, 'stash', 'pop')
    const { conflicts, ended } = openCommitsWorld(root)
    expect(await conflicts.state()).toMatchObject({ work: 'none', files: [{ path: 'demo/main.py', kind: 'both-modified' }] })
    expect((await ended(conflicts.abort())).state).toBe('done')
    expect([textOf(root, 'demo/main.py'), git(root, 'status', '--porcelain'), git(root, 'stash', 'list').split('\n').length]).toEqual(['moved on\n', 'M  other/main.py', 1])
  })
})
