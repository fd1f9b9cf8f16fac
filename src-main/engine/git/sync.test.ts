import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GitOperation } from '@shared/contract/git'
import type { SyncWay } from '@shared/contract/remote'
import { startGitHttpServer, type GitHttpServer } from '../testing/git-http-server'
import { commitFiles, git, makeRepository } from '../testing/git-world'
import { makeRemoteWorld, type RemoteWorld } from '../testing/remote-world'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'

let server: GitHttpServer
let world: RemoteWorld
let root: string
let bare: string
let other: string

beforeEach(async () => {
  const projectRoot = makeTemporaryWorkspace()
  bare = join(projectRoot, 'x.git')
  root = makeRepository()
  git(root, 'init', '-q', '--bare', '-b', 'main', bare)
  git(root, 'push', '-q', bare, 'main')
  other = join(makeTemporaryWorkspace(), 'other')
  git(root, 'clone', '-q', bare, other)
  server = await startGitHttpServer({ projectRoot })
  git(root, 'remote', 'add', 'origin', `${server.origin}/x.git`)
  // Not through the server: it answers from this very process, which waits here.
  git(root, 'fetch', '-q', bare, '+refs/heads/*:refs/remotes/origin/*')
  git(root, 'branch', '-q', '--set-upstream-to=origin/main')
  world = makeRemoteWorld(root)
})
afterEach(async () => {
  await world.close()
  await server.close()
})

const upstreamGets = (files: Record<string, string>): string => {
  const commit = commitFiles(other, files, 'theirs')
  git(other, 'push', '-q', 'origin', 'main')
  return commit
}
const sync = (way: SyncWay = 'fast-forward', shownTip: string | null = null): Promise<GitOperation> => world.ended(world.service.remote.sync({ way, shownTip }))
const head = (): string => git(root, 'rev-parse', 'HEAD')
const preview = async () => {
  await world.ended(world.service.remote.fetch({ remote: null, unshallow: false }))
  return world.service.remote.previewSync()
}

describe('a sync', () => {
  test('fast-forwards what is clean, and what follows a sync is told only when something came', async () => {
    const theirs = upstreamGets({ 'new/main.py': '' })
    addFiles(root, { 'unrelated.txt': 'stays' })
    expect(await preview()).toMatchObject({ verdict: 'fast-forward', lostFiles: [], incoming: { commits: [{ commit: theirs }] } })
    expect((await sync()).state).toBe('done')
    expect(head()).toBe(theirs)
    expect(existsSync(join(root, 'unrelated.txt'))).toBe(true)
    expect((await sync()).state).toBe('done')
    expect(world.syncs()).toBe(1)
    expect((await preview()).verdict).toBe('up-to-date')
  })

  test('shows which files a hard reset would destroy, also those in the way, and destroys none by itself', async () => {
    upstreamGets({ 'new/main.py': 'theirs\n' })
    addFiles(root, { 'demo/main.py': 'mine\n', 'new/main.py': 'mine too\n', 'staged.py': 'x' })
    git(root, 'add', 'staged.py')
    expect(await preview()).toMatchObject({ verdict: 'dirty', lostFiles: ['demo/main.py', 'staged.py', 'new/main.py'] })
    const before = head()
    expect(await sync()).toMatchObject({ state: 'failed', error: { code: 'git/would-overwrite' } })
    expect(head()).toBe(before)
    expect(readFileSync(join(root, 'demo/main.py'), 'utf8')).toBe('mine\n')
  })

  test('puts changes aside and back', async () => {
    const theirs = upstreamGets({ 'new/main.py': '' })
    addFiles(root, { 'demo/main.py': 'mine\n' })
    expect((await sync('stash')).state).toBe('done')
    expect(head()).toBe(theirs)
    expect(readFileSync(join(root, 'demo/main.py'), 'utf8')).toBe('mine\n')
    expect(git(root, 'stash', 'list')).toBe('')
  })

  test('keeps changes that do not fit as a stash', async () => {
    upstreamGets({ 'demo/main.py': 'theirs\n' })
    addFiles(root, { 'demo/main.py': 'mine\n' })
    expect(await sync('stash')).toMatchObject({ state: 'failed', error: { code: 'git/conflict' } })
    expect(git(root, 'stash', 'list')).toContain('Before a sync')
  })

  test('with commits of its own rebases them, or says so', async () => {
    const theirs = upstreamGets({ 'new/main.py': '' })
    commitFiles(root, { 'demo/main.py': 'mine\n' }, 'mine')
    expect(await preview()).toMatchObject({ verdict: 'diverged', outgoing: { commits: [{ subject: 'mine' }] } })
    expect(await sync()).toMatchObject({ error: { code: 'git/non-fast-forward' } })
    expect((await sync('rebase')).state).toBe('done')
    expect(git(root, 'rev-parse', 'HEAD~1')).toBe(theirs)
  })

  test('resets hard only to what was shown, and keeps what that destroys', async () => {
    upstreamGets({ 'new/main.py': 'theirs\n' })
    const mine = commitFiles(root, { 'demo/main.py': 'mine\n' }, 'mine')
    addFiles(root, { 'demo/main.py': 'not committed\n', 'new/main.py': 'in the way\n' })
    const { upstreamTip } = await preview()
    const later = upstreamGets({ 'later/main.py': '' })
    expect(await sync('reset', upstreamTip)).toMatchObject({ error: { code: 'git/non-fast-forward' } })
    expect(head()).toBe(mine)
    const over = await sync('reset', later)
    expect(over.state).toBe('done')
    expect(head()).toBe(later)
    const backup = /branch (backup\/\S+)\./.exec(world.service.operations.output(over.id))?.[1] ?? ''
    expect(git(root, 'rev-parse', backup)).toBe(mine)
    expect(git(root, 'show', 'stash@{0}:demo/main.py')).toBe('not committed')
    expect(git(root, 'show', 'stash@{0}^3:new/main.py')).toBe('in the way')
  })
})

describe('a lock file that was left behind', () => {
  test('may go when no git is at work; its age and that are told', async () => {
    const lock = join(root, '.git/index.lock')
    writeFileSync(lock, '')
    utimesSync(lock, new Date(Date.now() - 11 * 60_000), new Date(Date.now() - 11 * 60_000))
    expect(await world.ended(world.service.remote.sync({ way: 'stash', shownTip: null }))).toMatchObject({ state: 'done' })
    addFiles(root, { 'demo/main.py': 'mine\n' })
    upstreamGets({ 'new/main.py': '' })
    expect(await sync('stash')).toMatchObject({ error: { code: 'git/locked' } })
    const found = await world.service.remote.lockFile()
    expect(found).toMatchObject({ file: lock, mayRemove: true })
    expect(found?.ageMs).toBeGreaterThan(10 * 60_000)
    await world.service.remote.removeLockFile()
    expect(await world.service.remote.lockFile()).toBeNull()
    expect((await sync('stash')).state).toBe('done')
  })
})

test('a shallow clone says so, and gets the rest on wish', async () => {
  upstreamGets({ 'a/main.py': '' })
  upstreamGets({ 'b/main.py': '' })
  await world.close()
  const shallow = join(makeTemporaryWorkspace(), 'shallow')
  git(root, 'clone', '-q', '--depth=1', `file://${bare}`, shallow)
  git(shallow, 'remote', 'set-url', 'origin', `${server.origin}/x.git`)
  world = makeRemoteWorld(shallow)
  expect((await world.service.state.refresh()).repository?.isShallow).toBe(true)
  expect(await world.ended(world.service.remote.fetch({ remote: null, unshallow: true }))).toMatchObject({ state: 'done' })
  expect(world.service.state.current().repository?.isShallow).toBe(false)
})

test('at its interval it brings what is safe by itself, and nothing else', async () => {
  await world.close()
  world = makeRemoteWorld(root, { autoSyncMinutes: 0.005 })
  await world.service.state.refresh()
  const first = upstreamGets({ 'a/main.py': '' })
  await expect.poll(head, { timeout: 15_000 }).toBe(first)
  addFiles(root, { 'demo/main.py': 'mine\n' })
  const second = upstreamGets({ 'b/main.py': '' })
  await expect.poll(() => git(root, 'rev-parse', 'origin/main'), { timeout: 15_000 }).toBe(second)
  await expect.poll(() => world.service.operations.list().filter(({ state }) => state === 'done').length, { timeout: 15_000 }).toBeGreaterThan(2)
  expect(head()).toBe(first)
  expect(world.service.operations.list().every(({ isAutomatic }) => isAutomatic)).toBe(true)
  expect(world.syncs()).toBe(1)
})

test('by itself it gives way to its user', async () => {
  server.behaviour = { stalls: true }
  const own = world.service.operations.start('sync', ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended')))), { isAutomatic: true })
  server.behaviour = {}
  expect(await sync()).toMatchObject({ state: 'done' })
  expect(world.service.operations.list().find(({ id }) => id === own.id)?.state).toBe('cancelled')
})
