import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { makeGuardSocket } from './guard-socket'

const usual = process.env.TMPDIR
afterEach(() => {
  if (usual === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usual
})

/** As old as those that a crash left are when the app is started again. */
function makeOld(folder: string): void {
  utimesSync(folder, new Date(0), new Date(0))
}

describe.runIf(process.platform !== 'win32')('D67: the socket of a guard', () => {
  test('is its own; one that a killed process left is removed, one that is listened to and one that is being made stay', async () => {
    const base = makeTemporaryWorkspace()
    process.env.TMPDIR = base
    const [left, live, young, foreign] = ['ffd-guard-left', 'ffd-guard-live', 'ffd-guard-young', 'other'].map((name) => join(base, name)) as [string, string, string, string]
    for (const folder of [left, live, young, foreign]) mkdirSync(folder)
    writeFileSync(join(foreign, 'engine.sock'), '')
    const killed = spawn(process.execPath, ['-e', 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))', join(left, 'engine.sock')])
    await new Promise((end) => killed.once('exit', end))
    expect(existsSync(join(left, 'engine.sock'))).toBe(true)
    const server = createServer((connection) => connection.destroy())
    await new Promise<void>((resolve) => server.listen(join(live, 'engine.sock'), resolve))
    for (const folder of [left, live, foreign]) makeOld(folder)

    const socket = await makeGuardSocket()
    await expect.poll(() => existsSync(left)).toBe(false)
    expect([live, young, foreign, dirname(socket.path)].map((folder) => existsSync(folder))).toEqual([true, true, true, true])
    await socket.remove()
    await new Promise((end) => server.close(end))
  })
})
