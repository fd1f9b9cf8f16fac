import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createUvFinder } from './uv-binary'
import { uvVersion } from './uv-release'

/** A PATH with Python but without any uv: links to what fetching needs. */
const pathWithoutUv = (process.env['PATH'] ?? '')
  .split(':')
  .filter((dir) => !existsSync(join(dir, 'uv')))
  .join(':')

function program(folder: string, path: string, text: string): void {
  addFiles(folder, { [path]: `#!/bin/sh\n${text}\n` })
  chmodSync(join(folder, path), 0o755)
}

function finder(folder: string, env: NodeJS.ProcessEnv) {
  return createUvFinder({ uvDir: join(folder, 'uv'), env: () => env, homeDir: join(folder, 'home'), platform: 'linux' })
}

describe('finding', () => {
  test('on PATH first, then where its installers put it', async () => {
    const folder = makeTemporaryWorkspace()
    const find = () => finder(folder, { PATH: `${join(folder, 'broken')}:${join(folder, 'bin')}:/usr/bin:/bin` }).find()
    program(folder, 'home/.local/bin/uv', 'echo "uv 0.9.0"')
    expect(await find()).toEqual({ path: join(folder, 'home/.local/bin/uv'), version: '0.9.0', source: 'usual-place' })
    program(folder, 'bin/uv', 'echo "uv 0.9.1 (abc 2026-01-01)"')
    expect(await find()).toEqual({ path: join(folder, 'bin/uv'), version: '0.9.1', source: 'path' })
  })

  test('one that does not start, is no program or is a folder is passed over', async () => {
    const folder = makeTemporaryWorkspace({ 'plain/uv': 'text', 'folder/uv/x': '' })
    program(folder, 'broken/uv', 'exit 1')
    program(folder, 'bin/uv', 'echo "uv 1.0.0"')
    const PATH = ['plain', 'folder', 'broken', 'bin'].map((dir) => join(folder, dir)).join(':')
    expect((await finder(folder, { PATH: `${PATH}:/usr/bin:/bin` }).find())?.path).toBe(join(folder, 'bin/uv'))
  })

  test('looks again when the one it knew is gone', async () => {
    const folder = makeTemporaryWorkspace()
    program(folder, 'bin/uv', 'echo "uv 1.0.0"')
    const uv = finder(folder, { PATH: `${join(folder, 'bin')}:/usr/bin:/bin` })
    expect((await uv.find())?.version).toBe('1.0.0')
    chmodSync(join(folder, 'bin/uv'), 0o644)
    program(folder, 'home/.cargo/bin/uv', 'echo "uv 2.0.0"')
    expect((await uv.find())?.version).toBe('2.0.0')
  })
})

describe('fetching', () => {
  test('gets the pinned version into the app’s own folder, once for all callers', async () => {
    const folder = makeTemporaryWorkspace()
    const uv = finder(folder, { ...process.env, PATH: pathWithoutUv })
    const [first, second] = await Promise.all([uv.require(), uv.require()])
    expect(first).toEqual({ path: join(folder, 'uv', uvVersion, 'bin', 'uv'), version: uvVersion, source: 'fetched' })
    expect(second).toEqual(first)
    expect(readdirSync(join(folder, 'uv'))).toEqual([uvVersion])
    expect(await finder(folder, { PATH: '/usr/bin:/bin' }).find()).toEqual(first)
  }, 120_000)

  test('without pip says what to install', async () => {
    const folder = makeTemporaryWorkspace()
    program(folder, 'bin/python3', 'exit 1')
    program(folder, 'bin/python', 'exit 1')
    const uv = createUvFinder({ uvDir: join(folder, 'uv'), env: () => ({ PATH: join(folder, 'bin'), PYTHONHOME: '/nowhere' }), homeDir: folder, platform: 'linux' })
    await expect(uv.require()).rejects.toMatchObject({ code: 'uv/fetch-failed', message: expect.stringContaining('Install uv') as string })
    expect(existsSync(join(folder, 'uv'))).toBe(false)
  })

  test('a package that is not the pinned one is refused by the real pip, leaves nothing, and can be tried again', async () => {
    const folder = makeTemporaryWorkspace({ [`wheels/uv-${uvVersion}-py3-none-any.whl`]: 'not the uv that was meant' })
    const uv = finder(folder, { ...process.env, PATH: pathWithoutUv, PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(folder, 'wheels') })
    for (let turn = 0; turn < 2; turn += 1) {
      await expect(uv.require()).rejects.toMatchObject({ code: 'uv/fetch-failed', message: expect.stringMatching(/hash/i) as string })
      expect(readdirSync(join(folder, 'uv'))).toEqual([])
    }
  }, 60_000)

  test('an index that cannot be reached is told in pip’s words', async () => {
    const folder = makeTemporaryWorkspace()
    const uv = finder(folder, { ...process.env, PATH: pathWithoutUv, PIP_INDEX_URL: 'http://127.0.0.1:1/simple', PIP_FIND_LINKS: '', PIP_RETRIES: '0' })
    await expect(uv.require()).rejects.toMatchObject({ code: 'uv/fetch-failed', message: expect.stringMatching(/No matching distribution|Could not find/) as string })
  }, 60_000)
})
