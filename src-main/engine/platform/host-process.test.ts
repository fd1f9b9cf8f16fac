import { spawn } from 'node:child_process'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createHostProcesses, type HostProcesses } from './host-process'

let runDir: string
let processes: HostProcesses

beforeEach(() => {
  runDir = makeTemporaryWorkspace({})
  processes = createHostProcesses(runDir)
})

/** Leads a group of its own, as a run does. */
function sleeper(): { processId: number; ended: Promise<string | null> } {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
  return { processId: child.pid ?? 0, ended: new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal))) }
}

test('the process of a run is ended once, and its note goes', async () => {
  const { processId, ended } = sleeper()
  await processes.note('r', processId)
  await processes.end('r')
  expect(await ended).toBe('SIGKILL')
  expect(readdirSync(runDir)).toEqual([])
  await processes.end('r')
})

test('another process with the same id is left alone', async () => {
  const { processId, ended } = sleeper()
  await processes.note('r', processId)
  const note = readFileSync(join(runDir, 'r.pid'), 'utf8')
  writeFileSync(join(runDir, 'r.pid'), `${note}1`)
  await processes.end('r')
  process.kill(processId, 'SIGTERM')
  expect(await ended).toBe('SIGTERM')
})

test.each(['', 'junk', '-1 5', '99999999999999999999 1'])('a damaged note ends nothing: %j', async (text) => {
  writeFileSync(join(runDir, 'r.pid'), text)
  await processes.end('r')
  expect(readdirSync(runDir)).toEqual([])
})

test('a run that ended by itself leaves no note, and a process that is gone makes none', async () => {
  const { processId, ended } = sleeper()
  await processes.note('r', processId)
  processes.forget('r')
  process.kill(processId, 'SIGKILL')
  await ended
  await processes.note('s', processId)
  expect(readdirSync(runDir)).toEqual([])
})
