import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createPresence, type Presence } from './presence'

let runDir: string
let presences: Presence[]
let asked: string[]

beforeEach(() => {
  runDir = makeTemporaryWorkspace({})
  presences = []
  asked = []
})
afterEach(() => {
  for (const presence of presences) presence.close()
})

async function present(dir = runDir): Promise<Presence> {
  const presence = createPresence({
    runDir: dir,
    onStop(runId) {
      asked.push(runId)
      return runId === 'mine'
    },
  })
  presences.push(presence)
  await presence.ready
  return presence
}

test('a process sees the others of its profile, and itself', async () => {
  const [a, b] = [await present(), await present()]
  expect(await a.isAlive(b.instanceId)).toBe(true)
  expect(await a.isAlive(a.instanceId)).toBe(true)
  b.close()
  expect(await a.isAlive(b.instanceId)).toBe(false)
  expect(await a.isAlive('0000000000000000')).toBe(false)
})

test.each(['', '../../x', '1234', 'x'.repeat(5000)])('what is no id of an instance is dead: %.20s', async (id) => {
  const presence = await present()
  expect(await presence.isAlive(id)).toBe(false)
  expect(await presence.requestStop(id, 'mine')).toBe(false)
})

test('a stop reaches the process that has the run, and only that one takes it on', async () => {
  const [a, b] = [await present(), await present()]
  expect(await a.requestStop(b.instanceId, 'mine')).toBe(true)
  expect(await a.requestStop(b.instanceId, 'not-mine')).toBe(false)
  expect(await a.requestStop('0000000000000000', 'mine')).toBe(false)
  expect(asked).toEqual(['mine', 'not-mine'])
})

test.each(['junk\n', '{"stop": 5}\n', '{"stop":"mine","more":1}\n', `${'x'.repeat(10_000)}\n`])('junk stops nothing: %.20s', async (text) => {
  const presence = await present()
  const answer = await new Promise<string>((resolve) => {
    let received = ''
    const connection = createConnection(join(runDir, 'i', `${presence.instanceId}.sock`), () => connection.write(text))
    connection.on('data', (chunk) => (received += String(chunk)))
    connection.on('error', () => undefined)
    connection.on('close', () => resolve(received))
  })
  expect(answer.trim()).not.toBe('ok')
  expect(asked).toEqual([])
})

test('the socket is for its user alone, and what dead processes left is removed', async () => {
  mkdirSync(join(runDir, 'i'))
  const left = join(runDir, 'i', '0123456789abcdef.sock')
  const dead = createServer().listen(left)
  await new Promise((resolve) => dead.once('listening', resolve))
  // As after a crash: the file stays, nobody listens. Node removes it on close, so it is put back.
  await new Promise((resolve) => dead.close(resolve))
  writeFileSync(left, '')
  const presence = await present()
  expect(existsSync(left)).toBe(false)
  expect(readdirSync(join(runDir, 'i'))).toEqual([`${presence.instanceId}.sock`])
  expect(statSync(join(runDir, 'i', `${presence.instanceId}.sock`)).mode & 0o777).toBe(0o600)
})

test('a folder with a name too long for a socket has its sockets elsewhere', async () => {
  const long = join(runDir, 'x'.repeat(120))
  mkdirSync(long)
  const [a, b] = [await present(long), await present(long)]
  expect(await a.isAlive(b.instanceId)).toBe(true)
  expect(existsSync(join(long, 'i'))).toBe(false)
})
