import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { DockerClient } from '../docker/client'
import { createRunHistory } from '../store/run-history'
import { createRunWorld } from '../testing/run-world'
import { recordInterruptedRuns, removeLeftContainers } from './recovery'

const goneProcess = 999_999_001
const livingProcess = 999_999_002
const isAlive = (processId: number): boolean => processId === livingProcess

async function world() {
  const made = createRunWorld()
  const template = await made.start()
  ;(await made.runner.next()).end({})
  await made.untilFinished(template.id)
  const insert = (processId: number, phase: 'preparing' | 'running' | 'stopping' | 'finished') => {
    const id = randomUUID()
    const run = { ...template, id, phase, startedAtMs: 1_700_000_000_000, logFile: join(made.logsDir, `${id}.log`), logBytes: 0, rev: 7, outcome: phase === 'finished' ? ('succeeded' as const) : null }
    createRunHistory(made.database, processId).insert(run)
    return run
  }
  return { ...made, insert }
}

describe('runs of a process that is gone', () => {
  test.each(['preparing', 'running', 'stopping'] as const)('that were %s become interrupted, with their log', async (phase) => {
    const { insert, history } = await world()
    const run = insert(goneProcess, phase)
    writeFileSync(run.logFile, 'so far')
    recordInterruptedRuns(history, process.pid, isAlive)
    expect(history.find(run.id)).toMatchObject({ phase: 'finished', outcome: 'interrupted', reason: expect.stringContaining('run the pipeline again') as string, logBytes: 6, rev: 8, exitCode: null })
    expect(history.find(run.id)?.finishedAtMs).toBe(1_700_000_000_000)
  })

  test('are found by the number of our own process, too: it was given anew', async () => {
    const { insert, history } = await world()
    const run = insert(process.pid, 'running')
    recordInterruptedRuns(history, process.pid, () => true)
    expect(history.find(run.id)?.outcome).toBe('interrupted')
  })

  test('and whose log is gone are recorded all the same', async () => {
    const { insert, history } = await world()
    const run = insert(goneProcess, 'running')
    recordInterruptedRuns(history, process.pid, isAlive)
    expect(history.find(run.id)).toMatchObject({ outcome: 'interrupted', logBytes: 0 })
  })
})

test('runs of a living process and finished runs are left alone', async () => {
  const { insert, history } = await world()
  const alive = insert(livingProcess, 'running')
  const done = insert(goneProcess, 'finished')
  recordInterruptedRuns(history, process.pid, isAlive)
  expect(history.find(alive.id)).toEqual(alive)
  expect(history.find(done.id)).toEqual(done)
})

test('containers of finished runs are removed; those of live and of unknown runs stay', async () => {
  const { insert, history } = await world()
  const done = insert(goneProcess, 'finished')
  const alive = insert(livingProcess, 'running')
  const removed: string[] = []
  const client: Pick<DockerClient, 'listOwn' | 'remove'> = {
    listOwn: () =>
      Promise.resolve([
        { id: 'of-done', runId: done.id, running: true },
        { id: 'of-alive', runId: alive.id, running: true },
        { id: 'of-unknown', runId: randomUUID(), running: false },
        { id: 'of-helper', runId: null, running: true },
      ]),
    remove: (id) => Promise.resolve(void removed.push(id)),
  }
  await removeLeftContainers(client, history)
  expect(removed).toEqual(['of-done'])
})
