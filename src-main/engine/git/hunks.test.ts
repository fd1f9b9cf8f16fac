import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { changesOf, git, makeRepository, type ChangesWorld } from '../testing/git-world'

const numbered = (changes: Record<number, string> = {}, end = '\n'): string => Array.from({ length: 40 }, (_, at) => changes[at] ?? `line ${at}`).join(end) + end
const read = (root: string, path = 'demo/main.py'): string => readFileSync(join(root, path), 'latin1')
const staged = (root: string, path = 'demo/main.py'): string => execFileSync('git', ['show', `:${path}`], { cwd: root, encoding: 'latin1' })

async function apply({ hunks }: ChangesWorld, path: string, side: 'staged' | 'unstaged', action: 'stage' | 'unstage' | 'discard', chosen: number[]): Promise<Awaited<ReturnType<ChangesWorld['hunks']['apply']>>> {
  const { fingerprint } = await hunks.diff(path, side)
  return hunks.apply({ path, side, fingerprint, hunks: chosen, action })
}

describe('single hunks', () => {
  test('are staged, unstaged and discarded, each without the others', async () => {
    const root = makeRepository({ 'demo/main.py': numbered() })
    const world = changesOf(root)
    writeFileSync(join(root, 'demo/main.py'), numbered({ 2: 'two', 20: 'twenty', 38: 'last' }))
    expect((await world.hunks.diff('demo/main.py', 'unstaged')).hunks.map(({ oldStart, added, removed }) => [oldStart, added, removed])).toEqual([[1, 1, 1], [18, 1, 1], [36, 1, 1]])
    await apply(world, 'demo/main.py', 'unstaged', 'stage', [1])
    expect(staged(root)).toBe(numbered({ 20: 'twenty' }))
    const kept = await apply(world, 'demo/main.py', 'unstaged', 'discard', [0])
    expect(read(root)).toBe(numbered({ 20: 'twenty', 38: 'last' }))
    await apply(world, 'demo/main.py', 'unstaged', 'stage', [0])
    await apply(world, 'demo/main.py', 'staged', 'unstage', [0])
    expect(staged(root)).toBe(numbered({ 38: 'last' }))
    await world.discard.undo(kept?.id ?? '')
    expect(read(root)).toBe(numbered({ 2: 'two', 20: 'twenty', 38: 'last' }))
  })

  test.each([
    ['CRLF line ends', numbered({}, '\r\n'), numbered({ 2: 'two', 38: 'last' }, '\r\n')],
    ['no line end at the end', numbered().trimEnd(), numbered({ 2: 'two', 39: 'last' }).trimEnd()],
    ['a line end at the end that goes', numbered(), numbered({ 2: 'two' }).trimEnd()],
    ['another encoding', numbered({ 5: 'gr\xf6\xdfe' }), numbered({ 2: 'zw\xf6lf', 5: 'gr\xf6\xdfe', 38: '\xe4' })],
    ['lone carriage returns and blanks', numbered({ 5: 'a\rb  ' }), numbered({ 2: '\t x ', 5: 'a\rb  ', 38: 'y\r' })],
  ])('with %s stay byte for byte what they are', async (_what, before, after) => {
    const root = makeRepository({ 'demo/main.py': Buffer.from(before, 'latin1') as unknown as string })
    git(root, 'config', 'core.whitespace', 'trailing-space')
    git(root, 'config', 'apply.whitespace', 'fix')
    const world = changesOf(root)
    writeFileSync(join(root, 'demo/main.py'), Buffer.from(after, 'latin1'))
    await apply(world, 'demo/main.py', 'unstaged', 'stage', [0, 1])
    expect(staged(root)).toBe(after)
    await apply(world, 'demo/main.py', 'staged', 'unstage', [1])
    await apply(world, 'demo/main.py', 'staged', 'unstage', [0])
    expect(staged(root)).toBe(before)
    await apply(world, 'demo/main.py', 'unstaged', 'discard', [0, 1])
    expect(read(root)).toBe(before)
  })

  test.each(['demo/new\nline.py', '-rf', 'demo/"quoted".py', 'a b/größe 😀.py', 'demo/tab\there', ':(top)*'])('of a file named %j', async (path) => {
    const root = makeRepository({ [path]: numbered() })
    const world = changesOf(root)
    writeFileSync(join(root, path), numbered({ 2: 'two', 38: 'last' }))
    await apply(world, path, 'unstaged', 'stage', [1])
    expect(world.state.current().repository?.files[0]).toMatchObject({ staged: 'modified', unstaged: 'modified' })
    await apply(world, path, 'unstaged', 'discard', [0])
    expect(read(root, path)).toBe(numbered({ 38: 'last' }))
    await apply(world, path, 'staged', 'unstage', [0])
    expect(world.state.current().repository?.files[0]).toMatchObject({ staged: null, unstaged: 'modified' })
  })

  test('of a renamed file are unstaged without undoing the new name', async () => {
    const root = makeRepository({ 'demo/old.py': numbered() })
    const world = changesOf(root)
    git(root, 'mv', 'demo/old.py', 'demo/new.py')
    writeFileSync(join(root, 'demo/new.py'), numbered({ 2: 'two', 38: 'last' }))
    git(root, 'add', '-A')
    await world.state.refresh()
    await apply(world, 'demo/new.py', 'staged', 'unstage', [0])
    expect(staged(root, 'demo/new.py')).toBe(numbered({ 38: 'last' }))
    expect(world.state.current().repository?.files).toMatchObject([{ path: 'demo/new.py', from: 'demo/old.py', staged: 'renamed', unstaged: 'modified' }])
  })

  test('leave another mode to the whole file', async () => {
    const root = makeRepository({ 'demo/main.py': numbered() })
    const world = changesOf(root)
    writeFileSync(join(root, 'demo/main.py'), numbered({ 2: 'two' }))
    chmodSync(join(root, 'demo/main.py'), 0o755)
    await apply(world, 'demo/main.py', 'unstaged', 'stage', [0])
    expect(git(root, 'ls-files', '--stage', 'demo/main.py')).toMatch(/^100644/)
    expect(await world.hunks.diff('demo/main.py', 'unstaged')).toMatchObject({ hunks: [], before: { isExecutable: false }, after: { isExecutable: true } })
    await world.staging.stage(['demo/main.py'])
    expect(git(root, 'ls-files', '--stage', 'demo/main.py')).toMatch(/^100755/)
  })

  test('are refused when the file changed since it was looked at, and nothing is done', async () => {
    const root = makeRepository({ 'demo/main.py': numbered() })
    const { hunks } = changesOf(root)
    writeFileSync(join(root, 'demo/main.py'), numbered({ 2: 'two' }))
    const { fingerprint } = await hunks.diff('demo/main.py', 'unstaged')
    writeFileSync(join(root, 'demo/main.py'), numbered({ 2: 'two', 30: 'more' }))
    for (const action of ['stage', 'discard'] as const) {
      await expect(hunks.apply({ path: 'demo/main.py', side: 'unstaged', fingerprint, hunks: [0], action })).rejects.toMatchObject({ code: 'file/changed-on-disk' })
    }
    expect(staged(root)).toBe(numbered())
    expect(read(root)).toBe(numbered({ 2: 'two', 30: 'more' }))
  })

  test('are not taken by settings that print patches in other words', async () => {
    const root = makeRepository({ 'demo/main.py': numbered() })
    for (const [key, value] of [['diff.noprefix', 'true'], ['diff.mnemonicPrefix', 'true'], ['diff.external', 'false'], ['color.diff', 'always'], ['diff.context', '0'], ['diff.suppressBlankEmpty', 'true'], ['diff.renames', 'copies']] as const) git(root, 'config', key, value)
    const world = changesOf(root)
    writeFileSync(join(root, 'demo/main.py'), numbered({ 2: '', 20: 'twenty' }))
    await apply(world, 'demo/main.py', 'unstaged', 'stage', [1])
    expect(staged(root)).toBe(numbered({ 20: 'twenty' }))
  })
})

describe('the versions of a file', () => {
  test('are those of HEAD, index and working tree', async () => {
    const root = makeRepository({ 'demo/main.py': 'head\n' })
    const { hunks } = changesOf(root)
    writeFileSync(join(root, 'demo/main.py'), 'index\n')
    git(root, 'add', '.')
    writeFileSync(join(root, 'demo/main.py'), '\ufefftree\r\n')
    expect(await hunks.diff('demo/main.py', 'unstaged')).toMatchObject({ before: { kind: 'text', text: 'index\n' }, after: { kind: 'text', text: '\ufefftree\r\n' } })
    expect(await hunks.diff('demo/main.py', 'staged')).toMatchObject({ before: { text: 'head\n' }, after: { text: 'index\n' } })
  })

  test('say why there is no text: none there, bytes, another encoding, too large, links, a name that is no UTF-8', async () => {
    const root = makeRepository({ 'gone.py': 'x\n', 'binary.bin': 'a\0b' })
    const outside = makeTemporaryWorkspace({ 'secret.txt': 'secret' })
    const { hunks } = changesOf(root)
    rmSync(join(root, 'gone.py'))
    addFiles(root, { 'binary.bin': 'a\0c', 'latin.txt': Buffer.from([0xe4, 10]), 'large.txt': 'x'.repeat(5_000_001), 'new.py': 'new\n' })
    symlinkSync(join(outside, 'secret.txt'), join(root, 'link'))
    symlinkSync(outside, join(root, 'folder'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    const after = async (path: string): Promise<unknown> => (await hunks.diff(path, 'unstaged')).after
    expect(await after('gone.py')).toMatchObject({ kind: 'missing' })
    expect(await after('binary.bin')).toMatchObject({ kind: 'binary', sizeBytes: 3 })
    expect(await after('latin.txt')).toMatchObject({ kind: 'not-utf8' })
    expect(await after('large.txt')).toMatchObject({ kind: 'too-large', sizeBytes: 5_000_001 })
    expect(await after('link')).toMatchObject({ kind: 'link', text: join(outside, 'secret.txt') })
    expect(await after('folder/secret.txt')).toMatchObject({ kind: 'not-regular', text: null })
    expect(await after('pipe')).toMatchObject({ kind: 'not-regular' })
    await expect(after('../x')).rejects.toMatchObject({ code: 'git/failed' })
    expect(await after('bad\udcff')).toMatchObject({ kind: 'unnameable' })
    expect(await hunks.diff('new.py', 'unstaged')).toMatchObject({ before: { kind: 'missing' }, after: { kind: 'text', text: 'new\n' }, hunks: [] })
  })

  test('are read in an untrusted workspace without executing anything of it', async () => {
    const root = makeRepository({ 'demo/main.py': 'one\n', '.gitattributes': '*.py diff=evil filter=evil\n' })
    const proof = join(makeTemporaryWorkspace(), 'proof')
    for (const key of ['diff.external', 'diff.evil.command', 'diff.evil.textconv', 'filter.evil.clean', 'core.fsmonitor']) git(root, 'config', key, `touch ${proof}; cat`)
    writeFileSync(join(root, 'demo/main.py'), 'two\n')
    const { hunks } = await changesOf(root, { isTrusted: false }).hunks.diff('demo/main.py', 'unstaged')
    expect(hunks.length).toBe(1)
    expect(() => readFileSync(proof)).toThrow()
  })

  test('of a folder in place of a file', async () => {
    const root = makeRepository({ 'thing': 'x\n' })
    rmSync(join(root, 'thing'))
    mkdirSync(join(root, 'thing'))
    expect(await changesOf(root).hunks.diff('thing', 'unstaged')).toMatchObject({ before: { kind: 'text' }, hunks: [] })
  })
})
