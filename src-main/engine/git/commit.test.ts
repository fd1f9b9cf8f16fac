import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { changesOf, git, gitEnvironment, makeRepository, makeRepositoryWithRemote, writeHook } from '../testing/git-world'

const wanted = { message: 'second', amend: false, signOff: false, all: false }
const edit = (root: string): void => writeFileSync(join(root, 'demo/main.py'), `${Math.random()}\n`)

describe('a commit', () => {
  test('holds what is staged, under the message as it was typed', async () => {
    const root = makeRepository()
    const { committing, staging, over, state } = changesOf(root)
    addFiles(root, { 'demo/main.py': 'staged\n', 'other/main.py': 'not staged\n' })
    await staging.stage(['demo/main.py'])
    const message = '-m "quoted"\n\n# no comment\n  indented\n$(touch x) größe 😀'
    expect(await over(committing.commit({ ...wanted, message }))).toMatchObject({ kind: 'commit', state: 'done', error: null })
    expect(git(root, 'log', '-1', '--format=%B').trimEnd()).toBe(message)
    expect(git(root, 'show', '--name-only', '--format=')).toBe('demo/main.py')
    expect((await state.refresh()).repository?.files.map(({ path }) => path)).toEqual(['other/main.py'])
  })

  test('waits for what is being staged', async () => {
    const root = makeRepository()
    const { committing, staging, over } = changesOf(root)
    edit(root)
    const [, operation] = await Promise.all([staging.stage(null), over(committing.commit(wanted))])
    expect(operation.state).toBe('done')
  })

  test('of nothing says so; of all stages first', async () => {
    const root = makeRepository()
    const { committing, over } = changesOf(root)
    edit(root)
    addFiles(root, { 'new.py': '' })
    expect((await over(committing.commit(wanted))).error?.code).toBe('git/nothing-to-commit')
    expect((await over(committing.commit({ ...wanted, all: true }))).state).toBe('done')
    expect(git(root, 'status', '--porcelain')).toBe('')
    expect((await over(committing.commit({ ...wanted, all: true }))).error?.code).toBe('git/nothing-to-commit')
  })

  test.each([
    ['empty', ''],
    ['blank', ' \n\t'],
    ['with a NUL', 'a\0b'],
    ['over 1 MB', 'x'.repeat(1_000_001)],
  ])('with a message that is %s is refused before git is asked', async (_what, message) => {
    await expect(changesOf(makeRepository()).committing.commit({ ...wanted, message })).rejects.toMatchObject({ code: 'input/invalid', details: { field: 'message' } })
  })

  test('with a message of 1 MB is made', async () => {
    const root = makeRepository()
    const { committing, over } = changesOf(root)
    edit(root)
    expect((await over(committing.commit({ ...wanted, message: 'x'.repeat(1_000_000), all: true }))).state).toBe('done')
  })

  test('amends and signs off', async () => {
    const root = makeRepository()
    const { committing, over } = changesOf(root)
    edit(root)
    await over(committing.commit({ message: 'amended', amend: true, signOff: true, all: true }))
    expect(git(root, 'rev-list', '--count', 'HEAD')).toBe('1')
    expect(git(root, 'log', '-1', '--format=%B').trim()).toBe('amended\n\nSigned-off-by: Test <test@example.org>')
  })

  test('is signed as configured, and a signature that fails is told as that', async () => {
    const root = makeRepository()
    git(root, 'config', 'commit.gpgSign', 'true')
    git(root, 'config', 'gpg.program', 'false')
    const { committing, over } = changesOf(root)
    edit(root)
    expect((await over(committing.commit({ ...wanted, all: true }))).error?.code).toBe('git/signing-failed')
  })

  test('without a known name asks for one, and is made once it is set for this repository', async () => {
    const root = makeRepository()
    const environment = { PATH: process.env.PATH, HOME: makeTemporaryWorkspace(), GIT_CONFIG_NOSYSTEM: '1' }
    const { committing, over } = changesOf(root, { environment })
    edit(root)
    expect(await committing.identity()).toEqual({ name: '', email: '' })
    expect((await over(committing.commit({ ...wanted, all: true }))).error?.code).toBe('git/identity-unknown')
    await expect(committing.setIdentity({ name: 'Ada', email: 'x>\ny' })).rejects.toMatchObject({ code: 'input/invalid' })
    await committing.setIdentity({ name: '-Ada', email: 'ada@example.org' })
    expect(await committing.identity()).toEqual({ name: '-Ada', email: 'ada@example.org' })
    expect((await over(committing.commit({ ...wanted, all: true }))).state).toBe('done')
  })

  test('in an untrusted workspace is not made', async () => {
    await expect(changesOf(makeRepository(), { isTrusted: false }).committing.commit(wanted)).rejects.toMatchObject({ code: 'workspace/untrusted' })
  })
})

describe('hooks', () => {
  test('run, and what they print is the output', async () => {
    const root = makeRepository()
    writeHook(root, 'pre-commit', 'echo linting; echo warned >&2; git status >/dev/null')
    writeHook(root, 'post-commit', 'echo done so')
    const { committing, over, operations } = changesOf(root)
    edit(root)
    const { id, state } = await over(committing.commit({ ...wanted, all: true }))
    expect(state).toBe('done')
    expect(operations.output(id)).toMatch(/linting\nwarned\n[\s\S]*done so/)
  })

  test.each(['pre-commit', 'commit-msg', 'prepare-commit-msg'])('that refuse are named with their words: %s', async (hook) => {
    const root = makeRepository()
    writeHook(root, hook, 'echo "nothing to commit: line 3 is too long"; git rev-parse --verify nothing; exit 3')
    const { committing, over, operations } = changesOf(root)
    edit(root)
    const { id, error } = await over(committing.commit({ ...wanted, all: true }))
    expect(error).toMatchObject({ code: 'git/hook-failed', details: { hook } })
    expect(operations.output(id)).toContain('line 3 is too long')
    expect(git(root, 'rev-list', '--count', 'HEAD')).toBe('1')
  })

  test('of a commit that is cancelled are ended', async () => {
    const root = makeRepository()
    const proof = join(makeTemporaryWorkspace(), 'started')
    writeHook(root, 'pre-commit', `touch ${proof}; exec sleep 300`)
    const { committing, operations } = changesOf(root)
    edit(root)
    const { id } = await committing.commit({ ...wanted, all: true })
    while (!isThere(proof)) await new Promise((resolve) => setTimeout(resolve, 20))
    operations.cancel(id)
    expect((await operations.ended(id)).state).toBe('cancelled')
    expect(git(root, 'rev-list', '--count', 'HEAD')).toBe('1')
  })
})

describe('the last commit', () => {
  test('is taken back with its changes staged, the very first one too', async () => {
    const root = makeRepository()
    const { committing, over } = changesOf(root)
    edit(root)
    await over(committing.commit({ ...wanted, message: 'second\n\nbody', all: true }))
    const last = await committing.last()
    expect(last).toMatchObject({ message: 'second\n\nbody', isPushed: false, isMerge: false })
    expect(await committing.undo(last?.commit ?? '')).toBe('second\n\nbody')
    expect(git(root, 'status', '--porcelain')).toBe('M  demo/main.py')
    await expect(committing.undo(last?.commit ?? '')).rejects.toMatchObject({ code: 'git/rejected' })
    await committing.undo((await committing.last())?.commit ?? '')
    expect(await committing.last()).toBeNull()
    expect(git(root, 'status', '--porcelain').split('\n').sort()).toEqual(['A  demo/main.py', 'A  other/main.py'])
  })

  test('that was pushed stays', async () => {
    const { root } = makeRepositoryWithRemote()
    const { committing } = changesOf(root, { environment: gitEnvironment() })
    const last = await committing.last()
    expect(last?.isPushed).toBe(true)
    await expect(committing.undo(last?.commit ?? '')).rejects.toMatchObject({ code: 'git/rejected', message: expect.stringContaining('pushed') as string })
  })
})

function isThere(path: string): boolean {
  try {
    readFileSync(path)
    return true
  } catch {
    return false
  }
}
