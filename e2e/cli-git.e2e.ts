/** The commands of git at the terminal, on a real repository and a real server of git on loopback. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGitHttpServer, type GitHttpServer } from '../src-main/engine/testing/git-http-server'
import { commitFiles, git } from '../src-main/engine/testing/git-world'
import { addFiles } from '../src-main/engine/testing/temporary-workspace'

const program = resolve(import.meta.dirname, '..', 'out', 'main', 'cli.js')
const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`

type Ended = { exitCode: number | null; stdout: string; stderr: string; lines: Record<string, unknown>[] }

let root: string
let work: string
let profile: string
let server: GitHttpServer

function ffdesk(argv: string[], { input = '', cwd = work }: { input?: string; cwd?: string } = {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...argv, '--user-data-dir', profile], { cwd, env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/engine.sock', GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@example.org', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@example.org' } })
  child.stdin.on('error', () => undefined).end(input)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  return new Promise((done) => child.once('close', (exitCode) => done({ exitCode, stdout, stderr, lines: argv.includes('--json') ? stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>) : [] })))
}

const remoteHead = (): string => git(join(root, 'remote.git'), 'rev-parse', 'main')

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-cli-git-')))
  work = join(root, 'work')
  profile = join(root, 'profile')
  mkdirSync(work)
  mkdirSync(profile)
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ engineEndpoint: 'unix:///nowhere/engine.sock' }))
  server = await startGitHttpServer({ projectRoot: root })
  git(root, 'init', '-q', '--bare', '-b', 'main', 'remote.git')
  git(work, 'init', '-q', '-b', 'main')
  commitFiles(work, { 'demo/main.py': 'print(1)\n', 'demo/pipeline.json': '{"enabled": false}\n', 'other/main.py': 'print(2)\n' }, 'first')
  git(work, 'remote', 'add', 'origin', join(root, 'remote.git'))
  git(work, 'push', '-q', '-u', 'origin', 'main')
  git(work, 'remote', 'set-url', 'origin', `${server.origin}/remote.git`)
})
afterAll(async () => {
  await server.close()
  rmSync(root, { recursive: true, force: true })
})

describe('ffdesk status', () => {
  it('tells branch, upstream and changes by pipeline, of the current folder', async () => {
    expect(await ffdesk(['status'])).toMatchObject({ exitCode: 0, stdout: 'on main, as origin/main\n' })
    addFiles(work, { 'demo/main.py': 'print(3)\n', 'notes.txt': '', 'demo/new\nline.py': '' })
    const { stdout, exitCode } = await ffdesk(['status'])
    expect(exitCode).toBe(0)
    expect(stdout.split('\n')).toEqual(['on main, as origin/main', 'of no pipeline', '  untracked  notes.txt', 'demo', '  modified  demo/main.py', '  untracked  demo/new\\u000aline.py', ''])
    const [status] = (await ffdesk(['status', '--json'])).lines
    expect(status).toMatchObject({ branch: 'main', upstream: { name: 'origin/main', ahead: 0, behind: 0 }, files: expect.any(Array) as unknown })
    rmSync(join(work, 'demo/new\nline.py'))
    rmSync(join(work, 'notes.txt'))
  })

  it('outside a repository: exit code 2 and a sentence', async () => {
    const end = await ffdesk(['status'], { cwd: profile })
    expect(end).toMatchObject({ exitCode: 2, stdout: '' })
    expect(end.stderr).toContain('no git repository')
  })
})

describe('ffdesk check', () => {
  it('is 0 while nothing is red, and 1 with each red item at its line', async () => {
    expect((await ffdesk(['check'])).exitCode).toBe(0)
    commitFiles(work, { 'demo/pipeline.json': '{"enabled": false,}\n', 'demo/main.py': `print(3)\nKEY = "${token}"\n` }, 'typo and token')
    const { exitCode, stdout, stderr } = await ffdesk(['check'])
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^red +demo\/pipeline\.json:1: This push would enable a disabled pipeline, .*comma/m)
    expect(stdout).toMatch(/^red +demo\/main\.py:2: This looks like a secret: GitHub token, beginning "ghp_"/m)
    expect(stdout + stderr).not.toContain(token)
    const [report] = (await ffdesk(['check', '--json'])).lines
    expect(report).toMatchObject({ red: 2, commits: 1, head: { branch: 'main' } })
  })

  it('needs no trust, runs nothing of the repository, and compares with --base', async () => {
    git(work, 'config', 'core.fsmonitor', `touch ${join(root, 'executed')}; false`)
    expect((await ffdesk(['check', '--base', 'HEAD'])).exitCode).toBe(0)
    expect((await ffdesk(['check', '--base', 'origin/main'])).exitCode).toBe(1)
    expect(await ffdesk(['check', '--base', 'nope'])).toMatchObject({ exitCode: 2, stdout: '' })
    expect(existsSync(join(root, 'executed'))).toBe(false)
    git(work, 'config', '--unset', 'core.fsmonitor')
  })

  it('as a pre-push hook reads what git says is pushed', async () => {
    const head = git(work, 'rev-parse', 'HEAD')
    const zero = '0'.repeat(40)
    expect((await ffdesk(['check', '--pre-push'], { input: `refs/heads/main ${head} refs/heads/main ${remoteHead()}\n` })).exitCode).toBe(1)
    expect((await ffdesk(['check', '--pre-push'], { input: `refs/heads/main ${head} refs/heads/main ${'1'.repeat(40)}\n` })).exitCode).toBe(1)
    expect((await ffdesk(['check', '--pre-push'], { input: `refs/heads/main ${head} refs/heads/main ${head}\n` })).exitCode).toBe(0)
    expect((await ffdesk(['check', '--pre-push'], { input: `(delete) ${zero} refs/heads/gone ${head}\nrefs/tags/v1 ${head} refs/tags/v1 ${zero}\n` })).exitCode).toBe(0)
  })
})

describe('ffdesk push and sync', () => {
  it('push needs trust, and stops at what is red', async () => {
    const before = remoteHead()
    expect(await ffdesk(['push'])).toMatchObject({ exitCode: 2, stdout: '' })
    const stopped = await ffdesk(['push', '--trust'])
    expect(stopped.exitCode).toBe(1)
    expect(stopped.stderr).toContain('Not pushed. Correct what is red, or push in spite of it with --force-gate.')
    expect(remoteHead()).toBe(before)
  })

  it('push says afterwards what the server will do', async () => {
    git(work, 'reset', '-q', '--hard', 'origin/main')
    commitFiles(work, { 'other/pipeline.json': '{"schedule_cron": "0 9 * * mon"}\n' }, 'schedule')
    const { exitCode, stderr } = await ffdesk(['push'])
    expect(stderr).toContain('fires other: 0 9 * * mon')
    expect(stderr).toMatch(/\d{4}-\d\d-\d\d 09:00:00 UTC/)
    expect(exitCode).toBe(0)
    expect(remoteHead()).toBe(git(work, 'rev-parse', 'HEAD'))
  })

  it('push in spite of red items with --force-gate', async () => {
    commitFiles(work, { 'demo/pipeline.json': '{\n' }, 'broken')
    const { exitCode, lines } = await ffdesk(['push', '--force-gate', '--json'])
    expect(exitCode).toBe(0)
    expect(lines).toMatchObject([{ type: 'gate', report: { red: 1 } }, { type: 'operation', operation: { kind: 'push', state: 'done' } }])
    expect(remoteHead()).toBe(git(work, 'rev-parse', 'HEAD'))
  })

  it('sync fast-forwards, and names what it would destroy instead of doing it', async () => {
    const other = join(root, 'other')
    git(root, 'clone', '-q', join(root, 'remote.git'), other)
    const theirs = commitFiles(other, { 'demo/main.py': 'print(9)\n' }, 'theirs')
    git(other, 'push', '-q')
    expect((await ffdesk(['sync'])).exitCode).toBe(0)
    expect(git(work, 'rev-parse', 'HEAD')).toBe(theirs)
    commitFiles(other, { 'demo/main.py': 'print(10)\n' }, 'theirs again')
    git(other, 'push', '-q')
    addFiles(work, { 'demo/main.py': 'mine\n' })
    const refused = await ffdesk(['sync'])
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('demo/main.py')
    expect(git(work, 'rev-parse', 'HEAD')).toBe(theirs)
  })
})
