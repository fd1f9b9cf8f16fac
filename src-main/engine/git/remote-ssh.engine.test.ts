import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GitOperation } from '@shared/contract/git'
import { git, gitEnvironment, makeRepository } from '../testing/git-world'
import { makeRemoteWorld, type Answer, type RemoteWorld } from '../testing/remote-world'
import { hasSshServer, makeKey, startSshServer, type SshServer } from '../testing/ssh-server'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'

describe.skipIf(!hasSshServer)('over ssh (needs sshd)', () => {
  const passphrase = 'correct horse'
  let keys: string
  let server: SshServer
  let root: string
  let bare: string
  let world: RemoteWorld

  beforeEach(async () => {
    keys = makeTemporaryWorkspace()
    makeKey(join(keys, 'plain'))
    makeKey(join(keys, 'locked'), passphrase)
    makeKey(join(keys, 'stranger'))
    server = await startSshServer(keys, [join(keys, 'plain'), join(keys, 'locked')])
    root = makeRepository()
    bare = join(makeTemporaryWorkspace(), 'remote.git')
    git(root, 'init', '-q', '--bare', '-b', 'main', bare)
    git(root, 'remote', 'add', 'origin', `${server.origin}${bare}`)
    use('plain')
  })
  afterEach(async () => {
    await world.close()
    await server.close()
  })

  const use = (key: string | null, environment: NodeJS.ProcessEnv = {}): void => {
    world = makeRemoteWorld(root, { environment: { ...gitEnvironment(), ...environment, GIT_SSH_COMMAND: server.command({ key: key === null ? null : join(keys, key), agent: key === null }) } })
  }
  const again = async (key: string | null, environment?: NodeJS.ProcessEnv): Promise<void> => {
    await world.close()
    use(key, environment)
  }
  const push = (): Promise<GitOperation> => world.service.remote.push({ remote: null, setUpstream: true, tags: false, branch: null, createBranch: false, forceWithLease: null })
  const pushWith = (answers: Partial<Record<'host-key' | 'passphrase', Answer[]>> = {}): Promise<GitOperation> => world.ended(push(), { 'host-key': ['yes'], ...answers })

  test('an unknown host is asked about by its fingerprint, and known from then on', async () => {
    expect(await pushWith()).toMatchObject({ state: 'done', error: null })
    expect(world.prompts).toMatchObject([{ kind: 'host-key', target: `[127.0.0.1]:${server.port}`, fingerprint: `${server.fingerprint()} ED25519` }])
    expect(git(bare, 'rev-parse', 'main')).toBe(git(root, 'rev-parse', 'main'))
    expect(await pushWith()).toMatchObject({ state: 'done' })
    expect(world.prompts).toHaveLength(1)
  })

  test('one that is not confirmed gets nothing', async () => {
    expect(await world.ended(push())).toMatchObject({ state: 'failed', error: { code: 'git/host-key-unknown' } })
    expect(() => git(bare, 'rev-parse', '--verify', '--quiet', 'main')).toThrow()
  })

  test('another key of a known host is refused with old and new, until the old one is forgotten on purpose', async () => {
    await pushWith()
    const old = server.fingerprint()
    await server.changeHostKey()
    const over = await pushWith()
    expect(over).toMatchObject({ state: 'failed', error: { code: 'git/host-key-changed', details: { host: `[127.0.0.1]:${server.port}`, fingerprint: server.fingerprint(), oldFingerprint: old } } })
    expect(world.prompts).toHaveLength(1)
    await expect(world.service.remote.forgetHostKey('example.org')).rejects.toMatchObject({ code: 'git/host-key-unknown' })
    await world.service.remote.forgetHostKey(`[127.0.0.1]:${server.port}`)
    expect(await pushWith()).toMatchObject({ state: 'done' })
    expect(world.prompts.at(-1)?.fingerprint).toBe(`${server.fingerprint()} ED25519`)
  })

  test('a passphrase is asked for by the key it is for, kept on wish, and asked anew when it is wrong', async () => {
    await again('locked')
    expect(await pushWith({ passphrase: ['wrong', { answer: passphrase, remember: true }] })).toMatchObject({ state: 'done' })
    expect(world.prompts.filter(({ kind }) => kind === 'passphrase').map(({ target }) => target)).toEqual([join(keys, 'locked'), join(keys, 'locked')])
    expect(await pushWith()).toMatchObject({ state: 'done' })
    expect(world.prompts).toHaveLength(3)
    expect(readFileSync(join(world.profile, 'history.db')).includes(passphrase)).toBe(false)
  })

  test('a kept passphrase that is wrong is forgotten', async () => {
    await again('locked')
    world.signIns.write(join(keys, 'locked'), { userName: '', secret: 'old' })
    expect(await pushWith({ passphrase: [passphrase] })).toMatchObject({ state: 'done' })
    expect(world.signIns.list().signIns).toEqual([])
  })

  test('wrong passphrases are not asked for without end', async () => {
    await again('locked')
    expect(await pushWith({ passphrase: ['a', 'b', 'c', 'd'] })).toMatchObject({ state: 'failed', error: { code: 'git/auth-failed', details: { credential: 'key' } } })
    expect(world.prompts.filter(({ kind }) => kind === 'passphrase')).toHaveLength(2)
  })

  test('a key that the server does not know is said', async () => {
    await again('stranger')
    expect(await pushWith()).toMatchObject({ state: 'failed', error: { code: 'git/auth-failed', details: { credential: 'key' } } })
  })

  test('an agent is used', async () => {
    const said = execFileSync('ssh-agent', ['-s', '-a', join(keys, 'agent')], { encoding: 'utf8' })
    const agent = { SSH_AUTH_SOCK: join(keys, 'agent'), SSH_AGENT_PID: /SSH_AGENT_PID=(\d+)/.exec(said)?.[1] ?? '' }
    try {
      execFileSync('ssh-add', ['-q', join(keys, 'plain')], { env: { ...process.env, ...agent }, stdio: 'ignore' })
      await again(null, agent)
      expect(await pushWith()).toMatchObject({ state: 'done' })
    } finally {
      execFileSync('ssh-agent', ['-k'], { env: { ...process.env, ...agent }, stdio: 'ignore' })
    }
  })

  test('a repository that is not there, and a server that is not', async () => {
    await pushWith()
    git(root, 'remote', 'set-url', 'origin', `${server.origin}/no/such.git`)
    expect(await pushWith()).toMatchObject({ error: { code: 'git/remote-missing' } })
    git(root, 'remote', 'set-url', 'origin', 'ssh://127.0.0.1:1/no/such.git')
    expect(await pushWith()).toMatchObject({ error: { code: 'git/network' } })
  })

  test('cloned with a branch of its own to push to', async () => {
    await pushWith()
    const folder = join(makeTemporaryWorkspace(), 'clone')
    expect(await world.ended(world.service.remote.clone({ url: `${server.origin}${bare}`, folder }))).toMatchObject({ state: 'done' })
    writeFileSync(join(folder, 'x'), '')
    expect(git(folder, 'status', '--porcelain', '--branch')).toContain('## main...origin/main')
  })
})
