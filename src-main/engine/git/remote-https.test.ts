import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { GitOperation } from '@shared/contract/git'
import { startGitHttpServer, type GitHttpServer } from '../testing/git-http-server'
import { git, gitEnvironment, makeRepository } from '../testing/git-world'
import { makeRemoteWorld, type RemoteWorld } from '../testing/remote-world'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { makeCertificates } from '../testing/tls-engine'

describe('a server whose certificate is of an authority of the network', () => {
  const user = { name: 'me', password: 'tok-3n' }
  let certificates: string
  let server: GitHttpServer
  let bare: string
  let root: string
  let worlds: RemoteWorld[]

  beforeEach(async () => {
    worlds = []
    certificates = makeTemporaryWorkspace()
    makeCertificates(certificates)
    const projectRoot = makeTemporaryWorkspace()
    bare = join(projectRoot, 'team/pipelines.git')
    root = makeRepository()
    git(root, 'init', '-q', '--bare', '-b', 'main', bare)
    server = await startGitHttpServer({ projectRoot, user, tls: { cert: readFileSync(join(certificates, 'server.pem')), key: readFileSync(join(certificates, 'server-key.pem')) } })
    git(root, 'remote', 'add', 'origin', `${server.origin}/team/pipelines.git`)
  })
  afterEach(async () => {
    for (const world of worlds) await world.close()
    await server.close()
  })

  const open = (options: Parameters<typeof makeRemoteWorld>[1] = {}): RemoteWorld => {
    const world = makeRemoteWorld(root, options)
    worlds.push(world)
    world.signIns.write(server.origin, { userName: user.name, secret: user.password })
    return world
  }
  const push = (world: RemoteWorld): Promise<GitOperation> => world.ended(world.service.remote.push({ remote: null, setUpstream: true, tags: false, branch: null, createBranch: false, forceWithLease: null }))

  test('is refused, is told nothing, and the way on is said', async () => {
    const world = open()
    const over = await push(world)
    expect(over).toMatchObject({ state: 'failed', error: { code: 'git/certificate', message: expect.stringContaining('PEM file in the settings') as string } })
    expect(server.authorizations).toEqual([])
    expect(world.prompts).toEqual([])
    expect(world.signIns.read(server.origin)?.secret).toBe(user.password)
  })

  test('is trusted with the file of that authority from the settings: to push, to fetch and to clone', async () => {
    const world = open({ caFile: join(certificates, 'ca.pem') })
    expect(await push(world)).toMatchObject({ state: 'done', error: null })
    expect(git(bare, 'rev-parse', 'main')).toBe(git(root, 'rev-parse', 'main'))
    expect(await world.ended(world.service.remote.fetch({ remote: null, unshallow: false }))).toMatchObject({ state: 'done' })
    const folder = join(makeTemporaryWorkspace(), 'clone')
    expect(await world.ended(world.service.remote.clone({ url: `${server.origin}/team/pipelines.git`, folder }))).toMatchObject({ state: 'done' })
    expect(readFileSync(join(folder, 'demo/main.py'), 'utf8')).toBe('print(1)\n')
    // In the environment of that one command, and nowhere else.
    for (const repository of [root, folder]) expect(readFileSync(join(repository, '.git/config'), 'utf8')).not.toMatch(/ssl/i)
  })

  test('is refused with the file of another authority, and with one that is no certificate', async () => {
    const strangers = makeTemporaryWorkspace({ 'none.pem': 'nothing\n' })
    makeCertificates(strangers)
    for (const file of ['ca.pem', 'none.pem']) expect(await push(open({ caFile: join(strangers, file) }))).toMatchObject({ error: { code: 'git/certificate' } })
    expect(server.authorizations).toEqual([])
  })

  test("is trusted with the user's own GIT_SSL_CAINFO, which counts more than the settings", async () => {
    const strangers = makeTemporaryWorkspace()
    makeCertificates(strangers)
    const world = open({ caFile: join(strangers, 'ca.pem'), environment: { ...gitEnvironment(), GIT_SSL_CAINFO: join(certificates, 'ca.pem') } })
    expect(await push(world)).toMatchObject({ state: 'done', error: null })
  })
})
