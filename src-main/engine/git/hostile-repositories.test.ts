/**
 * Repositories that are made to execute something. Each is shown to bite, by git as a user runs it, then opened without trust: everything
 * that only looks leaves no trace (RELIABILITY.md T18, E5 96-99).
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { commitFiles, git, gitEnvironment, makeRepository } from '../testing/git-world'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { readGitFacts } from './git-facts'

type Fixture = {
  name: string
  /** `run` is a command that leaves the marker. */
  make: (root: string, run: string) => void
  /** What a user in a terminal would do to trigger it; null: nothing that only looks does, here or there. */
  bites: string[] | null
  /** Names among what the repository would execute. */
  key: string | null
}

const config = (key: string, value: (run: string) => string = (run) => run) => (root: string, run: string): void => void git(root, 'config', key, value(run))
const hook = (name: string) => (root: string, run: string): void => writeProgram(join(root, '.git/hooks', name), run)

function writeProgram(path: string, run: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${run}\n`)
  chmodSync(path, 0o755)
}

function filter(key: 'clean' | 'smudge' | 'process') {
  return (root: string, run: string): void => {
    addFiles(root, { '.gitattributes': '*.py filter=e=vil\n' })
    git(root, 'config', `filter.e=vil.${key}`, key === 'process' ? `${run}; exit 1` : `${run}; cat`)
    if (key === 'process') git(root, 'config', 'filter.e=vil.required', 'true')
  }
}

const fixtures: Fixture[] = [
  { name: 'core.fsmonitor', make: config('core.fsmonitor', (run) => `${run}; false`), bites: ['status'], key: 'core.fsmonitor' },
  { name: 'core.hooksPath', make: (root, run) => (writeProgram(join(root, 'myhooks/post-index-change'), run), config('core.hooksPath', () => 'myhooks')(root, run)), bites: ['update-index', '--refresh', '-q'], key: 'core.hookspath' },
  { name: 'the hook post-index-change', make: hook('post-index-change'), bites: ['update-index', '--refresh', '-q'], key: 'hook' },
  { name: 'the hook pre-commit', make: hook('pre-commit'), bites: ['commit', '-q', '--allow-empty', '-m', 'x'], key: 'hook' },
  { name: 'core.sshCommand', make: (root, run) => (git(root, 'remote', 'add', 'origin', 'ssh://nowhere.invalid/x.git'), config('core.sshCommand', () => `${run}; false`)(root, run)), bites: ['ls-remote'], key: 'core.sshcommand' },
  { name: 'core.gitProxy', make: (root, run) => (writeProgram(join(root, 'proxy'), run), git(root, 'remote', 'add', 'origin', 'git://nowhere.invalid/x.git'), config('core.gitProxy', () => join(root, 'proxy'))(root, run)), bites: ['ls-remote'], key: 'core.gitproxy' },
  { name: 'core.pager', make: config('core.pager'), bites: null, key: 'core.pager' },
  { name: 'core.editor', make: config('core.editor'), bites: ['commit', '--allow-empty'], key: 'core.editor' },
  { name: 'core.askPass', make: config('core.askPass'), bites: null, key: 'core.askpass' },
  { name: 'sequence.editor', make: config('sequence.editor'), bites: null, key: 'sequence.editor' },
  { name: 'a clean filter', make: filter('clean'), bites: ['add', '.'], key: 'filter.e=vil.clean' },
  { name: 'a smudge filter', make: filter('smudge'), bites: ['cat-file', '--filters', 'HEAD:demo/main.py'], key: 'filter.e=vil.smudge' },
  { name: 'a process filter', make: filter('process'), bites: ['add', '.'], key: 'filter.e=vil.process' },
  { name: 'diff.external', make: config('diff.external'), bites: ['diff'], key: 'diff.external' },
  { name: 'a textconv', make: (root, run) => (addFiles(root, { '.gitattributes': '*.py diff=evil\n' }), config('diff.evil.textconv', () => `${run}; cat`)(root, run)), bites: ['diff'], key: 'diff.evil.textconv' },
  { name: 'a diff command', make: (root, run) => (addFiles(root, { '.gitattributes': '*.py diff=evil\n' }), config('diff.evil.command')(root, run)), bites: ['diff'], key: 'diff.evil.command' },
  { name: 'a merge driver', make: (root, run) => (addFiles(root, { '.gitattributes': '*.py merge=evil\n' }), config('merge.evil.driver')(root, run)), bites: null, key: 'merge.evil.driver' },
  { name: 'gpg.program', make: (root, run) => (writeProgram(join(root, 'gpg'), run), git(root, 'config', 'log.showSignature', 'true'), git(root, 'config', 'gpg.program', join(root, 'gpg')), signHead(root)), bites: ['log', '-1'], key: 'gpg.program' },
  { name: 'an alias', make: config('alias.evil', (run) => `!${run}`), bites: ['evil'], key: 'alias.evil' },
  { name: 'a pager of a command', make: config('pager.status', (run) => `${run}; cat`), bites: null, key: 'pager.status' },
  { name: 'credential.helper', make: config('credential.helper', (run) => `!${run};`), bites: ['credential', 'fill'], key: 'credential.helper' },
  { name: 'protocol.ext.allow', make: (root, run) => (git(root, 'config', 'protocol.ext.allow', 'always'), git(root, 'remote', 'add', 'origin', `ext::sh -c ${run.replaceAll(' ', '% ')}`)), bites: ['ls-remote'], key: 'protocol.ext.allow' },
  { name: 'uploadpack', make: (root, run) => (git(root, 'remote', 'add', 'origin', root), config('remote.origin.uploadpack', () => `${run}; false`)(root, run)), bites: ['ls-remote'], key: 'remote.origin.uploadpack' },
  { name: 'receivepack', make: (root, run) => (git(root, 'remote', 'add', 'origin', root), config('remote.origin.receivepack', () => `${run}; false`)(root, run)), bites: ['push', 'origin', 'main'], key: 'remote.origin.receivepack' },
  { name: 'insteadOf', make: (root) => (git(root, 'remote', 'add', 'origin', 'https://good.invalid/x.git'), void git(root, 'config', 'url.https://evil.invalid/.insteadOf', 'https://good.invalid/')), bites: null, key: 'url.https://evil.invalid/.insteadof' },
  { name: 'http.proxy', make: (root) => void git(root, 'config', 'http.proxy', 'http://evil.invalid'), bites: null, key: 'http.proxy' },
  { name: 'include.path', make: (root, run) => (addFiles(root, { 'evil.config': `[core]\n\tfsmonitor = "${run}; false"\n` }), void git(root, 'config', 'include.path', '../evil.config')), bites: ['status'], key: 'include.path' },
  { name: 'includeIf', make: (root, run) => (addFiles(root, { 'evil.config': `[core]\n\tfsmonitor = "${run}; false"\n` }), void git(root, 'config', `includeIf.gitdir:${root}/.path`, '../evil.config')), bites: ['status'], key: `includeif.gitdir:` },
  { name: 'a configuration of its own working tree', make: (root, run) => (git(root, 'config', 'extensions.worktreeConfig', 'true'), void git(root, 'config', '--worktree', 'core.fsmonitor', `${run}; false`)), bites: ['status'], key: 'core.fsmonitor' },
  { name: 'a submodule with a monitor of its own', make: (root, run) => submodule(root, run), bites: ['status'], key: null },
  { name: 'a nested repository', make: (root, run) => (git(root, 'init', '-q', 'demo/nested'), void git(join(root, 'demo/nested'), 'config', 'core.fsmonitor', `${run}; false`)), bites: null, key: null },
  { name: 'an embedded bare repository', make: (root, run) => (git(root, 'init', '-q', '--bare', 'demo/bare'), git(join(root, 'demo/bare'), 'config', 'core.fsmonitor', `${run}; false`), void writeProgram(join(root, 'demo/bare/hooks/post-index-change'), run)), bites: null, key: null },
  { name: '.git that is a file and leads elsewhere', make: (root, run) => (git(root, 'config', 'core.fsmonitor', `${run}; false`), renameSync(join(root, '.git'), join(root, '..', `elsewhere-${process.pid}`)), writeFileSync(join(root, '.git'), `gitdir: ../elsewhere-${process.pid}\n`)), bites: ['status'], key: 'core.fsmonitor' },
  { name: 'core.worktree that leads elsewhere', make: (root) => void git(root, 'config', 'core.worktree', '/'), bites: null, key: null },
]

/** A signature that only the repository's own gpg would have made. */
function signHead(root: string): void {
  const raw = execFileSync('git', ['cat-file', 'commit', 'HEAD'], { cwd: root, encoding: 'utf8' })
  const signed = raw.replace('\n\n', '\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\n')
  const id = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], { cwd: root, input: signed, encoding: 'utf8' }).trim()
  git(root, 'update-ref', 'refs/heads/main', id)
}

function submodule(root: string, run: string): void {
  const other = makeRepository({ 'x.txt': '' })
  git(root, 'submodule', '--quiet', 'add', other, 'demo/sub')
  git(root, 'commit', '-q', '-m', 'submodule')
  git(join(root, 'demo/sub'), 'config', 'core.fsmonitor', `${run}; false`)
}

/** Everything that the app does by itself, or that only looks. */
async function lookAt(world: EngineWorld, root: string): Promise<void> {
  const { api } = world
  await api('workspace.open', { path: root })
  await api('pipelines.list', {})
  await api('git.refresh', {})
  await api('gate.check', {}).catch(() => undefined)
  await api('gate.check', { range: 'commit' }).catch(() => undefined)
  await readGitFacts(join(root, 'demo'), gitEnvironment())
  const opened = await world.engine.git.state.open().catch(() => null)
  const any = [0, 1, 2, 128, 129]
  for (const argv of [['diff', '--no-ext-diff', '--no-textconv', '--ignore-submodules=all'], ['diff', '--no-ext-diff', '--no-textconv', '--ignore-submodules=all', '--cached'], ['log', '-p', '--no-ext-diff', '--no-textconv', '-3'], ['blame', '--no-textconv', '--', 'demo/main.py'], ['show', '--no-ext-diff', '--no-textconv', 'HEAD']]) {
    await opened?.client.run(argv, { ok: any })
  }
}

let world: EngineWorld
beforeAll(async () => {
  world = await openEngineWorld({ endpoint: null, trusts: false })
})
afterAll(() => world.close())

describe('without trust nothing of a repository is executed:', () => {
  test.each(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', async (_name, { make, bites, key }) => {
    const traces = makeTemporaryWorkspace()
    const marker = join(traces, 'executed')
    const root = makeRepository({ 'demo/main.py': 'print(1)\n', 'other/main.py': 'print(2)\n' })
    make(root, `touch ${marker}`)
    if (!existsSync(join(root, '.git/config')) || !readFileSync(join(root, '.git/config'), 'utf8').includes('worktree = /')) addFiles(root, { 'demo/main.py': 'print(3)\n' })
    await lookAt(world, root)
    expect(existsSync(marker)).toBe(false)
    if (key !== null) expect((await world.api('git.state', {})).repository?.executes.map((one) => one.key).join('\n')).toContain(key)
    await expect(world.engine.git.state.openToChange()).rejects.toBeInstanceOf(Error)
    expect(readdirSync(traces)).toEqual([])
    if (bites === null) return
    try {
      execFileSync('git', bites, { cwd: root, stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, ...gitEnvironment(), GIT_TERMINAL_PROMPT: '0' }, input: 'protocol=https\nhost=nowhere.invalid\n\n' })
    } catch {
      // That it fails afterwards is its business.
    }
    // The fixture is one: git in a terminal executes it.
    expect(existsSync(marker)).toBe(true)
  })
})

describe('names and links', () => {
  test('that are odd reach the window as they are, and nothing outside the tree is read', async () => {
    const root = makeRepository({ 'demo/main.py': '', 'other/main.py': '' })
    const names = ['demo/new\nline.py', 'demo/-rf', 'demo/"quoted".py', 'demo/größe 😀.py', 'demo/:(glob)*']
    addFiles(root, Object.fromEntries(names.map((name) => [name, ''])))
    writeFileSync(Buffer.concat([Buffer.from(`${root}/demo/bad`), Buffer.from([0xff])]), '')
    symlinkSync('/etc', join(root, 'escape'))
    symlinkSync('/etc/passwd', join(root, 'demo/pipeline.json'))
    await lookAt(world, root)
    const { repository } = await world.api('git.refresh', {})
    expect(repository?.files.map(({ path }) => path).sort()).toEqual([...names, 'demo/bad\udcff', 'demo/pipeline.json', 'escape'].sort())
    expect(JSON.stringify(await world.api('pipelines.list', {}))).not.toContain('root:')
  })

  test('a submodule or link where a pipeline should be is red in the gate', async () => {
    const root = makeRepository()
    git(root, 'submodule', '--quiet', 'add', makeRepository({ 'main.py': '' }), 'sub')
    symlinkSync('/etc', join(root, 'escape'))
    commitFiles(root, {}, 'both')
    await world.api('workspace.open', { path: root })
    const { items } = await world.api('gate.check', {})
    expect(items.filter(({ kind }) => kind === 'link').map(({ severity, path }) => [severity, path])).toEqual([['red', 'escape'], ['red', 'sub']])
  })
})

test('a configuration that claims another folder is refused before that is looked through', async () => {
  const root = makeRepository()
  git(root, 'config', 'core.worktree', '/')
  await world.api('workspace.open', { path: root })
  expect((await world.api('git.refresh', {})).problem).toMatchObject({ code: 'git/layout', details: { path: '/' } })
})

test('a repository that a run left in a pipeline is reported, and git refuses to work until it is gone', async () => {
  const own = await openEngineWorld({ endpoint: null })
  const root = makeRepository({ 'demo/main.py': '' })
  await own.api('workspace.open', { path: root })
  await own.api('workspace.trust', {})
  writeFileSync(join(root, 'demo/main.py'), `import os\nos.makedirs(${JSON.stringify(join(root, 'demo/lib'))}, exist_ok=True)\nos.system("git init -q " + ${JSON.stringify(join(root, 'demo/lib'))})\n`)
  await own.engine.catalog.refresh()
  const { run } = await own.run('demo')
  expect(run.outcome).toBe('succeeded')
  expect(run.notices.map(({ message }) => message)).toEqual([expect.stringContaining('left a git repository in the pipeline’s folder: lib.') as string])
  expect((await own.run('demo')).run.notices).toEqual([])
  await own.api('git.refresh', {})
  await expect(own.engine.git.state.openToChange()).rejects.toMatchObject({ code: 'git/nested-repository', details: { path: 'demo/lib/' } })
  rmSync(join(root, 'demo/lib'), { recursive: true })
  await own.api('git.refresh', {})
  expect((await own.engine.git.state.openToChange()).isTrusted).toBe(true)
  await own.close()
})

test('git of a trusted repository runs nothing in a submodule, in which a run may have written the settings', async () => {
  const own = await openEngineWorld({ endpoint: null })
  const root = makeRepository()
  const marker = join(makeTemporaryWorkspace(), 'executed')
  submodule(root, `touch ${marker}`)
  await own.api('workspace.open', { path: root })
  await own.api('workspace.trust', {})
  addFiles(root, { 'demo/sub/x.txt': 'changed' })
  expect((await own.api('git.refresh', {})).problem).toBeNull()
  expect(existsSync(marker)).toBe(false)
  await own.close()
})

test('a repository of another user is refused with the way out, and never made safe by the app', async () => {
  if (process.getuid?.() !== 0) return
  const root = makeRepository()
  execFileSync('chown', ['-R', '1001:1001', root])
  const state = (await world.api('workspace.open', { path: root })).workspace
  expect(state).toMatchObject({ belongsToOther: true, isTrusted: false })
  expect((await world.api('git.refresh', {})).problem).toMatchObject({ code: 'git/dubious-ownership', message: expect.stringContaining('safe.directory') as string })
  rmSync(root, { recursive: true })
})
