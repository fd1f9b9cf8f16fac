import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commitFiles, git, gitEnvironment, makeRepository, makeRepositoryWithMerge } from '../testing/git-world'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createCommitReader, type CommitReader } from './commit-reader'
import { openRepository } from './open-repository'

function readerOf(root: string, pipelinesDir = root, isTrusted = false): CommitReader {
  const environment = gitEnvironment()
  return createCommitReader({
    workspace: () => ({ pipelinesDir }),
    async open() {
      const opened = await openRepository({ folder: root, environment, isTrusted })
      if (opened === null) throw new Error('no repository')
      return opened
    },
  })
}

const wholeHistory = { scope: { kind: 'repository' as const }, from: null, skip: 0, limit: 50 }

describe('The history', () => {
  it('tells author, times, message, changed files, branches and tags of each commit', async () => {
    const root = makeRepository()
    git(root, 'tag', 'v1')
    addFiles(root, { 'demo/main.py': 'print(2)\n', 'demo/new.py': '' })
    git(root, 'add', '.')
    git(root, '-c', 'user.name=Zoë "Z" Ö', 'commit', '-q', '--date=2026-01-02T03:04:05+02:00', '-m', 'second\nline of the subject', '-m', 'A body\nof two lines\n\nand a third')
    git(root, 'branch', 'feature/x')
    const { commits, hasMore, head } = await readerOf(root).list(wholeHistory)
    expect(hasMore).toBe(false)
    expect(head).toBe(git(root, 'rev-parse', 'HEAD'))
    expect(commits.map(({ subject, filesChanged, parents }) => ({ subject, filesChanged, parents: parents.length }))).toEqual([
      { subject: 'second line of the subject', filesChanged: 2, parents: 1 },
      { subject: 'first', filesChanged: 2, parents: 0 },
    ])
    expect(commits[0]?.body).toBe('A body\nof two lines\n\nand a third')
    expect(commits[0]?.authoredAtMs).toBe(Date.UTC(2026, 0, 2, 1, 4, 5))
    expect(commits[0]?.refs.map(({ kind, name, isHead }) => `${kind} ${name} ${String(isHead)}`).sort()).toEqual(['branch feature/x false', 'branch main true'])
    expect(commits[1]?.refs).toEqual([{ kind: 'tag', name: 'v1', isHead: false }])
  })

  it('of a repository without a commit is empty', async () => {
    const root = makeTemporaryWorkspace()
    git(root, 'init', '-q')
    expect(await readerOf(root).list(wholeHistory)).toEqual({ head: null, commits: [], hasMore: false })
  })

  it('comes in pages that stay the same while commits are added', async () => {
    const root = makeRepository()
    for (let number = 0; number < 5; number++) commitFiles(root, { 'demo/main.py': `print(${number})\n` }, `change ${number}`)
    const reader = readerOf(root)
    const first = await reader.list({ ...wholeHistory, limit: 2 })
    commitFiles(root, { 'demo/main.py': 'x\n' }, 'meanwhile')
    const second = await reader.list({ ...wholeHistory, from: first.head, skip: 2, limit: 2 })
    const third = await reader.list({ ...wholeHistory, from: first.head, skip: 4, limit: 2 })
    expect([first, second, third].map(({ commits, hasMore }) => [...commits.map(({ subject }) => subject), hasMore])).toEqual([
      ['change 4', 'change 3', true],
      ['change 2', 'change 1', true],
      ['change 0', 'first', false],
    ])
  })

  it('of a pipeline holds the commits that touched its folder, and only those', async () => {
    const root = makeRepository({ 'pipelines/demo/main.py': '1\n', 'pipelines/demo2/main.py': '1\n' })
    commitFiles(root, { 'pipelines/demo2/main.py': '2\n' }, 'the other')
    commitFiles(root, { 'pipelines/demo/main.py': '2\n', 'README.md': 'x' }, 'this one')
    const { commits } = await readerOf(root, join(root, 'pipelines')).list({ ...wholeHistory, scope: { kind: 'pipeline', name: 'demo' } })
    expect(commits.map(({ subject, filesChanged }) => [subject, filesChanged])).toEqual([['this one', 1], ['first', 1]])
  })

  it('of a file follows it through renames, and says where it was', async () => {
    const root = makeRepository({ 'demo/main.py': 'a\nb\nc\nd\n' })
    git(root, 'mv', 'demo/main.py', 'demo/task.py')
    git(root, 'commit', '-q', '-m', 'moved')
    commitFiles(root, { 'demo/task.py': 'a\nb\nc\nd\ne\n' }, 'changed')
    const { commits } = await readerOf(root).list({ ...wholeHistory, scope: { kind: 'file', path: 'demo/task.py' } })
    expect(commits.map(({ subject, path }) => [subject, path])).toEqual([['changed', 'demo/task.py'], ['moved', 'demo/task.py'], ['first', 'demo/main.py']])
  })

  const oddNames = ['demo/line\nfeed.py', 'demo/-rf', 'demo/"quoted"\t.py', 'demo/:(glob)*', 'demo/café ☕.py']
  it.each(oddNames)('of a file whose name is %j is found', async (path) => {
    const root = makeRepository({ 'demo/main.py': '', [path]: 'one\n' })
    commitFiles(root, { [path]: 'two\n' }, 'odd')
    const reader = readerOf(root)
    const { commits } = await reader.list({ ...wholeHistory, scope: { kind: 'file', path } })
    expect(commits.map(({ subject, path: then }) => [subject, then])).toEqual([['odd', path], ['first', path]])
    expect((await reader.readFile(commits[1]?.id ?? '', path)).text).toBe('one\n')
    expect((await reader.readFile(null, path)).text).toBe('two\n')
    expect((await reader.blame(path, 'two\nnew\n')).lines).toEqual([0, null])
  })

  it('of a file whose name is no UTF-8 is found byte for byte', async () => {
    const root = makeRepository()
    writeFileSync(join(root, 'plain'), 'bytes\n')
    renameSync(join(root, 'plain'), Buffer.concat([Buffer.from(`${root}/demo/caf`), Buffer.from([0xe9])]))
    git(root, 'add', '-A')
    git(root, 'commit', '-q', '-m', 'latin')
    const reader = readerOf(root)
    const path = 'demo/caf\udce9'
    const { commits } = await reader.list({ ...wholeHistory, scope: { kind: 'file', path } })
    expect(commits.map(({ subject, path: then }) => [subject, then])).toEqual([['latin', path]])
    expect((await reader.readFile(commits[0]?.id ?? '', path)).text).toBe('bytes\n')
    expect((await reader.get(commits[0]?.id ?? '')).files).toEqual([{ kind: 'added', path, from: null, added: 1, removed: 0 }])
  })

  it('survives messages that look like its own format, and bytes that are none', async () => {
    const root = makeRepository()
    const parent = git(root, 'rev-parse', 'HEAD')
    const tree = git(root, 'rev-parse', 'HEAD^{tree}')
    const raw = Buffer.concat([Buffer.from(`tree ${tree}\nparent ${parent}\nauthor A <a@b> -5 +0000\ncommitter A <a@b> 99999999999999 +0000\n\nM\n\n${parent}\nR100\ta\tb `), Buffer.from([0xff, 0xfe, 1, 2]), Buffer.from('\n')])
    const id = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], { cwd: root, input: raw, encoding: 'utf8' }).trim()
    git(root, 'update-ref', 'refs/heads/main', id)
    const { commits } = await readerOf(root).list(wholeHistory)
    expect(commits.map(({ id: each, subject }) => [each, subject])).toEqual([[id, 'M'], [parent, 'first']])
    expect(commits[0]?.body).toContain(`${parent}\nR100\ta\tb`)
  })
})

describe('A commit', () => {
  it('lists its files with lines added and removed, renames and binaries', async () => {
    const root = makeRepository({ 'demo/main.py': 'a\nb\nc\nd\n', 'demo/gone.py': 'x\n' })
    git(root, 'mv', 'demo/main.py', 'demo/task.py')
    git(root, 'rm', '-q', 'demo/gone.py')
    writeFileSync(join(root, 'demo', 'data.bin'), Buffer.from([0, 1, 2]))
    writeFileSync(join(root, 'demo', 'task.py'), 'a\nb\nc\nd\ne\n')
    git(root, 'add', '-A')
    git(root, 'commit', '-q', '-m', 'much')
    const { files, isPushed } = await readerOf(root).get(git(root, 'rev-parse', 'HEAD'))
    expect(isPushed).toBe(false)
    expect(files).toEqual([
      { kind: 'added', path: 'demo/data.bin', from: null, added: null, removed: null },
      { kind: 'deleted', path: 'demo/gone.py', from: null, added: 0, removed: 1 },
      { kind: 'renamed', path: 'demo/task.py', from: 'demo/main.py', added: 1, removed: 0 },
    ])
  })

  it('of a merge is shown against the first parent, and one that nobody knows is said', async () => {
    const root = makeRepositoryWithMerge()
    const reader = readerOf(root)
    const { commit, files } = await reader.get(git(root, 'rev-parse', 'HEAD'))
    expect(commit.parents).toHaveLength(2)
    expect(files.map(({ path }) => path)).toEqual(['demo/side.py'])
    await expect(reader.get('0'.repeat(40))).rejects.toMatchObject({ code: 'git/not-found' })
    await expect(reader.readFile('0'.repeat(40), 'demo/main.py')).rejects.toMatchObject({ code: 'git/not-found' })
  })

  it('knows whether a remote has it', async () => {
    const root = makeRepository()
    git(root, 'update-ref', 'refs/remotes/origin/main', 'HEAD')
    const pushed = git(root, 'rev-parse', 'HEAD')
    const local = commitFiles(root, { 'demo/main.py': 'z\n' }, 'local')
    const reader = readerOf(root)
    expect([(await reader.get(pushed)).isPushed, (await reader.get(local)).isPushed]).toEqual([true, false])
  })
})

describe('A file as it was', () => {
  it('is text, absent, binary, too large or no file', async () => {
    const root = makeRepository({ 'demo/main.py': 'x\n', 'demo/big.txt': 'y'.repeat(5_000_001) })
    writeFileSync(join(root, 'demo', 'data.bin'), Buffer.from([0]))
    git(root, 'add', '-A')
    git(root, 'commit', '-q', '-m', 'more')
    const head = git(root, 'rev-parse', 'HEAD')
    const states = await Promise.all(['demo/main.py', 'demo/none.py', 'demo/data.bin', 'demo/big.txt', 'demo'].map((path) => readerOf(root).readFile(head, path)))
    expect(states.map(({ state }) => state)).toEqual(['text', 'absent', 'binary', 'too-large', 'no-file'])
    const now = await Promise.all(['demo/main.py', 'demo/none.py', 'demo/data.bin', 'demo/big.txt', 'demo'].map((path) => readerOf(root).readFile(null, path)))
    expect(now.map(({ state }) => state)).toEqual(['text', 'absent', 'binary', 'too-large', 'no-file'])
  })

  it('outside of the repository is not read', async () => {
    const root = makeRepository()
    await expect(readerOf(root).readFile(null, '../secret')).rejects.toMatchObject({ code: 'file/outside-workspace' })
    await expect(readerOf(root).readFile(null, '/etc/passwd')).rejects.toMatchObject({ code: 'file/outside-workspace' })
  })
})

describe('Blame', () => {
  it('names commit, author and earlier path of each line of the text it is given', async () => {
    const root = makeRepository({ 'demo/main.py': 'a\nb\nc\nd\n' })
    const first = git(root, 'rev-parse', 'HEAD')
    git(root, 'mv', 'demo/main.py', 'demo/task.py')
    addFiles(root, { 'demo/task.py': 'a\nB\nc\nd\n' })
    git(root, 'add', '-A')
    git(root, 'commit', '-q', '-m', 'B')
    const { commits, lines } = await readerOf(root).blame('demo/task.py', 'a\nB\nnew\nc\nd\n')
    expect(lines.map((place) => (place === null ? null : commits[place]?.subject))).toEqual(['first', 'B', null, 'first', 'first'])
    expect(commits.find(({ id }) => id === first)).toMatchObject({ author: { name: 'Test', email: 'test@example.org' }, path: 'demo/main.py' })
  })

  it('of a file that git does not know is refused', async () => {
    const root = makeRepository()
    addFiles(root, { 'demo/new.py': 'x\n' })
    await expect(readerOf(root).blame('demo/new.py', 'x\n')).rejects.toMatchObject({ code: 'git/not-found' })
  })
})

it('A hostile repository is read without executing anything of it', async () => {
  const root = makeRepository({ 'demo/main.py': 'a\n', '.gitattributes': '* filter=evil diff=evil\n' })
  commitFiles(root, { 'demo/main.py': 'b\n' }, 'second')
  const mark = join(makeTemporaryWorkspace(), 'executed')
  const script = join(root, '.git', 'evil.sh')
  writeFileSync(script, `#!/bin/sh\ntouch ${mark}\ncat "$@"\n`)
  chmodSync(script, 0o755)
  mkdirSync(join(root, '.git', 'hooks'), { recursive: true })
  for (const [key, value] of [['filter.evil.clean', script], ['filter.evil.smudge', script], ['diff.evil.command', script], ['diff.evil.textconv', script], ['diff.external', script], ['core.pager', script], ['core.fsmonitor', script], ['gpg.program', script], ['log.showSignature', 'true']] as const) git(root, 'config', key, value)
  const reader = readerOf(root)
  const { commits } = await reader.list({ ...wholeHistory, scope: { kind: 'file', path: 'demo/main.py' } })
  await reader.get(commits[0]?.id ?? '')
  await reader.readFile(commits[1]?.id ?? '', 'demo/main.py')
  await reader.blame('demo/main.py', 'c\n')
  expect(existsSync(mark)).toBe(false)
  expect(readFileSync(join(root, 'demo', 'main.py'), 'utf8')).toBe('b\n')
})
