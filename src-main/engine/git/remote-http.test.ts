import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GitOperation } from '@shared/contract/git'
import { startGitHttpServer, type GitHttpServer } from '../testing/git-http-server'
import { commitFiles, git, gitEnvironment, makeRepository } from '../testing/git-world'
import { makeRemoteWorld, type RemoteWorld } from '../testing/remote-world'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { processTable } from './process-tree'

const token = 'tok-3n-planted-SECRET-0815'
const user = { name: 'me', password: token }

let server: GitHttpServer
let world: RemoteWorld
let bare: string
let root: string

beforeEach(async () => {
  const projectRoot = makeTemporaryWorkspace()
  bare = join(projectRoot, 'team/pipelines.git')
  root = makeRepository()
  git(root, 'init', '-q', '--bare', '-b', 'main', bare)
  server = await startGitHttpServer({ projectRoot, user })
  git(root, 'remote', 'add', 'origin', `${server.origin}/team/pipelines.git`)
  world = makeRemoteWorld(root)
})
afterEach(async () => {
  await world.close()
  await server.close()
})

const keep = { answer: token, remember: true }
const pushInput: Parameters<RemoteWorld['service']['remote']['push']>[0] = { remote: null, setUpstream: true, tags: false, branch: null, createBranch: false, forceWithLease: null }
const push = (more: Partial<typeof pushInput> = {}): Promise<GitOperation> => world.service.remote.push({ ...pushInput, ...more })
const outputOf = ({ id }: GitOperation): string => world.service.operations.output(id)
const signedIn = (): void => world.signIns.write(server.origin, { userName: 'me', secret: token })

/** A second clone of the team's, with a commit of its own that is pushed. */
function pushInBetween(files: Record<string, string> = { 'other/main.py': 'print(3)\n' }, message = 'in between'): string {
  const other = join(makeTemporaryWorkspace(), 'other')
  git(root, 'clone', '-q', bare, other)
  const commit = commitFiles(other, files, message)
  git(other, 'push', '-q', 'origin', 'HEAD:main')
  return commit
}

describe('signing in', () => {
  test('user name and token are asked for, kept when that was wanted, and not asked for again', async () => {
    const first = await world.ended(push(), { 'user-name': ['me'], password: [keep] })
    expect(first).toMatchObject({ state: 'done', error: null })
    expect(world.prompts.map(({ kind, target, isOtherHost }) => [kind, target, isOtherHost])).toEqual([['user-name', server.origin, false], ['password', server.origin, false]])
    expect(git(bare, 'rev-parse', 'main')).toBe(git(root, 'rev-parse', 'main'))
    expect(world.signIns.list().signIns).toMatchObject([{ target: server.origin, userName: 'me', storage: 'key-file' }])
    commitFiles(root, { 'demo/main.py': 'print(5)\n' }, 'second')
    expect(await world.ended(push({ setUpstream: false }))).toMatchObject({ state: 'done' })
    expect(world.prompts).toHaveLength(2)
  })

  test('what was not to be kept is not', async () => {
    await world.ended(push(), { 'user-name': ['me'], password: [token] })
    expect(world.signIns.list().signIns).toEqual([])
  })

  test('a wrong token is asked for once more, then it is said which one was used', async () => {
    const over = await world.ended(push(), { 'user-name': ['me', 'me', 'me'], password: ['wrong', 'wrong again', 'and again'] })
    expect(over).toMatchObject({ state: 'failed', error: { code: 'git/auth-failed', details: { credential: 'asked', target: server.origin } } })
    expect(new Set(server.authorizations)).toEqual(new Set(['me:wrong', 'me:wrong again']))
    expect(world.signIns.list().signIns).toEqual([])
  })

  test('a kept one that is refused is forgotten and asked for anew', async () => {
    world.signIns.write(server.origin, { userName: 'me', secret: 'expired' })
    const over = await world.ended(push(), { 'user-name': ['me'], password: [keep] })
    expect(over.state).toBe('done')
    expect(world.signIns.read(server.origin)).toEqual({ userName: 'me', secret: token })
    expect(outputOf(over)).toContain('was refused and is forgotten')
  })

  test('a refused question ends the operation', async () => {
    expect(await world.ended(push())).toMatchObject({ state: 'failed', error: { code: 'git/auth-failed', details: { credential: 'none' } } })
  })

  test('a token with a line break never leaves the app', async () => {
    await world.ended(push(), { 'user-name': ['me'], password: [`${token}\nX-Evil: 1`] })
    expect(server.authorizations).toEqual([])
  })

  test("the user's own credential helper is asked first", async () => {
    const home = makeTemporaryWorkspace({ '.gitconfig': `[credential]\n\thelper = "!f() { test \\"$1\\" = get && echo username=me && echo password=${token}; }; f"\n` })
    const own = makeRemoteWorld(root, { environment: gitEnvironment(home) })
    expect(await own.ended(own.service.remote.push(pushInput))).toMatchObject({ state: 'done' })
    expect(own.prompts).toEqual([])
    await own.close()
  })

  test('what a helper gave is named when it was refused', async () => {
    const home = makeTemporaryWorkspace({ '.gitconfig': '[credential]\n\thelper = "!f() { test \\"$1\\" = get && echo username=me && echo password=old; }; f"\n' })
    const own = makeRemoteWorld(root, { environment: gitEnvironment(home) })
    expect(await own.ended(own.service.remote.push(pushInput))).toMatchObject({ state: 'failed', error: { code: 'git/auth-failed', details: { credential: 'helper' } } })
    await own.close()
  })

  test('another host gets nothing of what is kept, whether the configuration or the server leads there', async () => {
    signedIn()
    const evil = await startGitHttpServer({ projectRoot: makeTemporaryWorkspace(), user })
    git(root, 'config', `url.${evil.origin}/.insteadOf`, `${server.origin}/`)
    const over = await world.ended(push())
    expect(over).toMatchObject({ state: 'failed', error: { code: 'git/auth-failed' } })
    expect(world.prompts).toMatchObject([{ kind: 'user-name', target: evil.origin, isOtherHost: true }])
    git(root, 'config', '--unset-all', `url.${evil.origin}/.insteadOf`)
    server.behaviour = { redirectTo: evil.origin }
    expect((await world.ended(world.service.remote.fetch({ remote: null, unshallow: false }))).state).toBe('failed')
    expect(evil.authorizations).toEqual([])
    await evil.close()
  })

  test.skipIf(process.platform !== 'linux')('a token is in no argument list, environment, configuration, log or database, also while it is in use', async () => {
    signedIn()
    let goOn = (): void => undefined
    server.behaviour = { beforePack: new Promise<void>((resolve) => (goOn = resolve)) }
    writeFileSync(join(root, 'demo/big.bin'), Buffer.alloc(3_000_000, 'x'))
    commitFiles(root, {}, 'big')
    const started = await push()
    await waitFor(() => server.authorizations.length >= 2 && processTable().some(({ argv }) => argv.includes(`remote-http origin ${server.origin}`)))
    const mine = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    const seen = mine.map((name) => ['cmdline', 'environ'].map((file) => read(`/proc/${name}/${file}`)).join(' ')).join('\n')
    expect(seen).toContain('remote-http')
    expect(seen).not.toContain(token)
    goOn()
    const over = await world.service.operations.ended(started.id)
    expect(over.state).toBe('done')
    expect(outputOf(over)).not.toContain(token)
    expect(filesBelow(root).concat(filesBelow(world.profile)).filter((file) => readFileSync(file).includes(token))).toEqual([])
    expect(readdirSync(join(world.profile, 'run'))).toEqual([])
  })

  test('a token that the server repeats is masked', async () => {
    signedIn()
    server.behaviour = { status: 403, body: `remote says ${token}` }
    const over = await world.ended(push())
    expect(over).toMatchObject({ error: { code: 'git/forbidden' } })
    expect(JSON.stringify(over) + outputOf(over)).not.toContain(token)
  })
})

describe('a password in the address', () => {
  test('is said, moved to the sign-ins, and gone from the configuration', async () => {
    git(root, 'remote', 'set-url', 'origin', `${server.origin.replace('//', `//me:${token}@`)}/team/pipelines.git`)
    expect(await world.service.remote.list()).toMatchObject([{ name: 'origin', url: `${server.origin}/team/pipelines.git`, hasPassword: true }])
    expect(await world.ended(push())).toMatchObject({ error: { code: 'git/unsafe-url', details: { hasPassword: true } } })
    await world.service.remote.movePassword('origin')
    expect(readFileSync(join(root, '.git/config'), 'utf8')).not.toContain(token)
    expect(await world.ended(push())).toMatchObject({ state: 'done' })
    expect(world.prompts).toEqual([])
  })

  test('of a clone is kept as a sign-in, and the clone has none', async () => {
    signedIn()
    await world.ended(push())
    world.signIns.remove(server.origin)
    const folder = join(makeTemporaryWorkspace(), 'new')
    expect(await world.ended(world.service.remote.clone({ url: `${server.origin.replace('//', `//me:${token}@`)}/team/pipelines.git`, folder }))).toMatchObject({ state: 'done' })
    expect(readFileSync(join(folder, '.git/config'), 'utf8')).not.toContain(token)
    expect(world.signIns.read(server.origin)?.secret).toBe(token)
  })
})

describe('what is refused', () => {
  beforeEach(async () => {
    signedIn()
    await world.ended(push())
  })

  test('a push that others were faster than shows what came, and goes through after a rebase', async () => {
    const theirs = pushInBetween()
    commitFiles(root, { 'demo/main.py': 'print(7)\n' }, 'mine')
    expect(await world.ended(push())).toMatchObject({ state: 'failed', error: { code: 'git/non-fast-forward' } })
    expect(await world.service.remote.divergence()).toMatchObject({ branch: 'main', upstream: 'origin/main', upstreamTip: theirs, incoming: { commits: [{ commit: theirs, author: 'Test', subject: 'in between', files: ['other/main.py'], fileCount: 1 }], omitted: 0 }, outgoing: { commits: [{ subject: 'mine' }] } })
    expect(await world.ended(world.service.remote.pull('rebase'))).toMatchObject({ state: 'done' })
    expect(await world.ended(push())).toMatchObject({ state: 'done' })
    expect(git(bare, 'log', '--format=%s', 'main')).toBe('mine\nin between\nfirst')
  })

  test('a push with a lease gives up what was shown, and only that', async () => {
    const shown = pushInBetween()
    commitFiles(root, { 'demo/main.py': 'print(7)\n' }, 'mine')
    await world.ended(push())
    pushInBetween({ 'later/main.py': '' }, 'later')
    expect(await world.ended(push({ forceWithLease: shown }))).toMatchObject({ error: { code: 'git/non-fast-forward' } })
    const tip = (await world.service.remote.divergence()).upstreamTip
    expect(await world.ended(push({ forceWithLease: tip }))).toMatchObject({ state: 'done' })
    expect(git(bare, 'log', '--format=%s', 'main')).toBe('mine\nfirst')
  })

  test('pull as configured, by merge and ff-only; not configured it says so', async () => {
    pushInBetween()
    commitFiles(root, { 'demo/main.py': 'print(7)\n' }, 'mine')
    expect(await world.ended(world.service.remote.pull('ff-only'))).toMatchObject({ error: { code: 'git/non-fast-forward' } })
    expect(await world.ended(world.service.remote.pull('configured'))).toMatchObject({ error: { code: 'git/non-fast-forward' } })
    expect(await world.ended(world.service.remote.pull('merge'))).toMatchObject({ state: 'done' })
    expect(git(root, 'log', '-1', '--format=%p').split(' ')).toHaveLength(2)
    pushInBetween({ 'x/main.py': '' })
    git(root, 'config', 'pull.rebase', 'true')
    expect(await world.ended(world.service.remote.pull('configured'))).toMatchObject({ state: 'done' })
    expect(git(root, 'log', '-1', '--format=%s')).toBe('mine')
  })

  test('same lines on both sides are a conflict', async () => {
    pushInBetween({ 'demo/main.py': 'print("theirs")\n' })
    commitFiles(root, { 'demo/main.py': 'print("mine")\n' }, 'mine')
    expect(await world.ended(world.service.remote.pull('rebase'))).toMatchObject({ error: { code: 'git/conflict' } })
    expect(world.service.state.current().repository?.unfinished).toBe('rebase')
  })

  test('a hook that says no is quoted, without its escapes', async () => {
    writeFileSync(join(bare, 'hooks/pre-receive'), '#!/bin/sh\nprintf "\\033[31mno \\033]0;title\\007cron jobs on Fridays\\033[0m\\n" >&2\nexit 1\n', { mode: 0o755 })
    commitFiles(root, { 'demo/main.py': 'print(7)\n' }, 'mine')
    const over = await world.ended(push())
    expect(over).toMatchObject({ error: { code: 'git/hook-declined' } })
    expect(String(over.error?.details.output)).toContain('no cron jobs on Fridays')
    expect(outputOf(over)).not.toMatch(/\x1b/)
  })

  test('a protected branch is one, and a branch of its own takes the commits', async () => {
    writeFileSync(join(bare, 'hooks/update'), '#!/bin/sh\ntest "$1" = refs/heads/main || exit 0\necho "GH006: Protected branch update failed for refs/heads/main." >&2\nexit 1\n', { mode: 0o755 })
    const mine = commitFiles(root, { 'demo/main.py': 'print(7)\n' }, 'mine')
    expect(await world.ended(push())).toMatchObject({ error: { code: 'git/protected-branch' } })
    expect(await world.ended(push({ branch: 'fix/demo', createBranch: true }))).toMatchObject({ state: 'done' })
    expect(git(bare, 'rev-parse', 'fix/demo')).toBe(mine)
    expect(world.service.state.current().repository).toMatchObject({ head: { branch: 'fix/demo' }, upstream: { name: 'origin/fix/demo' } })
  })

  test('a file that is too large is named with its commit', async () => {
    writeFileSync(join(bare, 'hooks/pre-receive'), '#!/bin/sh\necho "error: File demo/data.bin is 123.00 MB; this exceeds the file size limit of 100.00 MB" >&2\necho "error: GH001: Large files detected." >&2\nexit 1\n', { mode: 0o755 })
    writeFileSync(join(root, 'demo/data.bin'), Buffer.alloc(700_000, 'y'))
    const commit = commitFiles(root, {}, 'with data')
    commitFiles(root, { 'demo/main.py': 'print(7)\n' }, 'after')
    expect(await world.ended(push())).toMatchObject({ error: { code: 'git/too-large', details: { file: 'demo/data.bin' } } })
    expect(await world.service.remote.largeFiles()).toEqual([{ path: 'demo/data.bin', bytes: 700_000, commit, subject: 'with data' }])
  })

  test('no upstream, no branch, a name that is none', async () => {
    git(root, 'switch', '-q', '-c', 'new')
    expect(await world.ended(push({ setUpstream: false }))).toMatchObject({ error: { code: 'git/no-upstream' } })
    expect(await world.ended(world.service.remote.pull('configured'))).toMatchObject({ error: { code: 'git/no-upstream' } })
    git(root, 'switch', '-q', '--detach')
    expect(await world.ended(push())).toMatchObject({ error: { code: 'git/detached-head' } })
    expect(await world.ended(push({ branch: 'a..b', createBranch: true }))).toMatchObject({ error: { code: 'git/invalid-name' } })
  })

  test('what servers answer instead: each its own', async () => {
    const fetched = async (): Promise<string | undefined> => (await world.ended(world.service.remote.fetch({ remote: null, unshallow: false }))).error?.code
    server.behaviour = { status: 403 }
    expect(await fetched()).toBe('git/forbidden')
    server.behaviour = { status: 404 }
    expect(await fetched()).toBe('git/remote-missing')
    server.behaviour = { status: 500 }
    expect(await fetched()).toBe('git/network')
    server.behaviour = { cuts: true }
    pushInBetween()
    expect(await fetched()).toBe('git/network')
    server.behaviour = {}
    git(root, 'remote', 'set-url', 'origin', 'http://127.0.0.1:1/x.git')
    expect(await fetched()).toBe('git/network')
    git(root, 'remote', 'set-url', 'origin', 'https://no-such-host.invalid/x.git')
    expect(await fetched()).toBe('git/network')
  })
})

describe('cancel', () => {
  const running = (part: string): boolean => processTable().some(({ argv }) => argv.includes(part))

  test('of a server that never answers ends everything that git started', async () => {
    signedIn()
    server.behaviour = { stalls: true }
    const started = await push()
    const helper = `remote-http origin ${server.origin}`
    await waitFor(() => running(helper))
    expect(world.service.operations.list()[0]).toMatchObject({ state: 'running', waitsFor: '127.0.0.1' })
    world.service.operations.cancel(started.id)
    expect(await world.service.operations.ended(started.id)).toMatchObject({ state: 'cancelled', error: null })
    expect(running(helper)).toBe(false)
  })

  test('of a hook of the repository ends what the hook started', async () => {
    signedIn()
    writeFileSync(join(root, '.git/hooks/pre-push'), '#!/bin/sh\nsh -c "sleep 7654.321; true"\n', { mode: 0o755 })
    const started = await push()
    await waitFor(() => running('sleep 7654.321'))
    world.service.operations.cancel(started.id)
    expect((await world.service.operations.ended(started.id)).state).toBe('cancelled')
    expect(running('7654.321')).toBe(false)
  })

  test('of a clone removes what it left', async () => {
    server.behaviour = { stalls: true }
    const folder = join(makeTemporaryWorkspace(), 'new')
    const started = await world.service.remote.clone({ url: `${server.origin}/team/pipelines.git`, folder })
    await waitFor(() => running(`remote-http origin ${server.origin}`))
    world.service.operations.cancel(started.id)
    await world.service.operations.ended(started.id)
    expect(readdirSync(join(folder, '..'))).toEqual([])
  })
})

test('a folder becomes a repository and is published', async () => {
  const fresh = makeTemporaryWorkspace({ 'demo/main.py': 'print(1)\n' })
  const own = makeRemoteWorld(fresh)
  own.signIns.write(server.origin, { userName: 'me', secret: token })
  expect(await own.ended(own.service.remote.publish({ url: `${server.origin}/team/pipelines.git`, name: 'origin', message: 'Begin' }))).toMatchObject({ state: 'done', error: null })
  expect(git(bare, 'log', '--all', '--format=%s')).toBe('Begin')
  expect(own.service.state.current().repository).toMatchObject({ upstream: { ahead: 0, behind: 0 } })
  await own.close()
})

test('without trust nothing talks to a remote', async () => {
  const own = makeRemoteWorld(root, { isTrusted: false })
  await expect(own.service.remote.push(pushInput)).rejects.toMatchObject({ code: 'workspace/untrusted' })
  await expect(own.service.remote.fetch({ remote: null, unshallow: false })).rejects.toMatchObject({ code: 'workspace/untrusted' })
  await own.close()
})

async function waitFor(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 15_000, interval: 20 }).toBe(true)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : []
  })
}
