import { chmodSync, chownSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { folderNotice, runUserOf } from './run-user'

const weAreRoot = process.getuid?.() === 0
const worker = { uid: 1001, gid: 1001 }

describe('the run user', () => {
  test.runIf(process.platform === 'linux')('on Linux is the owner of the workspace, and never root', () => {
    const folder = makeTemporaryWorkspace()
    const { uid, gid } = statSync(folder)
    expect(runUserOf(folder, 'linux')).toEqual(uid === 0 ? worker : { uid, gid: gid || uid })
  })

  test.runIf(weAreRoot)('keeps its group, but not the group of root', () => {
    const folder = makeTemporaryWorkspace()
    chownSync(folder, 4321, 4322)
    expect(runUserOf(folder, 'linux')).toEqual({ uid: 4321, gid: 4322 })
    chownSync(folder, 4321, 0)
    expect(runUserOf(folder, 'linux')).toEqual({ uid: 4321, gid: 4321 })
    chownSync(folder, 0, 4322)
    expect(runUserOf(folder, 'linux')).toEqual(worker)
  })

  test.each(['darwin', 'win32'] as const)('on %s is the server’s', (platform) => {
    expect(runUserOf(makeTemporaryWorkspace(), platform)).toEqual(worker)
  })

  test('of a workspace that is gone is the server’s', () => {
    expect(runUserOf(join(makeTemporaryWorkspace(), 'gone'), 'linux')).toEqual(worker)
  })
})

describe('the notice about a folder', () => {
  const folderWith = (mode: number, name = 'demo'): { folder: string; uid: number; gid: number } => {
    const folder = join(makeTemporaryWorkspace({ [`${name}/`]: '' }), name)
    chmodSync(folder, mode)
    const { uid, gid } = statSync(folder)
    return { folder, uid, gid }
  }

  test.each([
    [0o700, 'owner', null],
    [0o577, 'owner', 'write'],
    [0o377, 'owner', 'read'],
    [0o070, 'group', null],
    [0o757, 'group', 'write'],
    [0o767, 'group', 'read'],
    [0o707, 'other', null],
    [0o775, 'other', 'write'],
    [0o770, 'other', 'read'],
  ] as const)('with mode %o for %s: cannot %s', (mode, who, lacks) => {
    const { folder, uid, gid } = folderWith(mode)
    const user = { uid: who === 'owner' ? uid : uid + 1, gid: who === 'other' ? gid + 1 : gid }
    const notice = folderNotice(folder, user, 'linux')
    chmodSync(folder, 0o700)
    if (lacks === null) expect(notice).toBeNull()
    else expect(notice).toContain(`The run user ${user.uid}:${user.gid} cannot ${lacks} the folder demo`)
  })

  test('gives a command that a shell reads back, whatever the folder is called', () => {
    const { folder, uid, gid } = folderWith(0o755, `it's; here`)
    expect(folderNotice(folder, { uid: uid + 1, gid: gid + 1 }, 'linux')).toContain(`sudo chown -R ${uid + 1}:${gid + 1} '${folder.replace("'", `'\\''`)}'`)
  })

  test('is not given elsewhere, nor for a folder that is gone', () => {
    const { folder, uid, gid } = folderWith(0o755)
    expect(folderNotice(folder, { uid: uid + 1, gid: gid + 1 }, 'darwin')).toBeNull()
    expect(folderNotice(join(folder, 'gone'), { uid, gid }, 'linux')).toBeNull()
  })
})
