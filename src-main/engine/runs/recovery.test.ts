import { randomUUID } from 'node:crypto'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Run } from '@shared/contract/runs'
import { openDatabase, type Database } from '../store/database'
import { createRunHistory, type RunHistory } from '../store/run-history'
import { finishedRun } from '../testing/finished-run'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createRecovery, type Recovery } from './recovery'

const nowMs = 1_800_000_000_000
const owner = { own: 'own', living: 'living', dead: 'dead' }

let logsDir: string
let database: Database
let history: RunHistory
let adopted: string[]
let endedHost: string[]
let changed: Run[]
let driven: Set<string>
let recovery: Recovery

beforeEach(() => {
  const root = makeTemporaryWorkspace({})
  logsDir = join(root, 'logs')
  mkdirSync(logsDir)
  database = openDatabase(join(root, 'history.db')).database
  history = createRunHistory(database, owner.own)
  adopted = []
  endedHost = []
  changed = []
  driven = new Set()
  recovery = recoveryOf(history, owner.own)
})

function recoveryOf(own: RunHistory, instanceId: string, adopts = true): Recovery {
  return createRecovery({
    history: own,
    presence: { instanceId, isAlive: (id) => Promise.resolve(id === instanceId || id === owner.living) },
    adopt: adopts ? (run) => adopted.push(run.id) : null,
    isDriven: (runId) => driven.has(runId),
    isKeptReady: async () => false,
    endHostRun: (runId) => Promise.resolve(void endedHost.push(runId)),
    onChanged: (run) => changed.push(run),
    nowMs: () => nowMs,
  })
}

function insert(instanceId: string, change: Partial<Run> = {}): Run {
  const id = randomUUID()
  const run = { ...finishedRun(logsDir, id), phase: 'running' as const, outcome: null, exitCode: null, finishedAtMs: null, startedAtMs: 1_700_000_000_000, ...change }
  createRunHistory(database, instanceId).insert(run)
  return run
}

type Left = { id: string; runId: string | null; createdAtMs?: number }

function engineWith(...containers: Left[]) {
  const removed: string[] = []
  const client = {
    listOwn: () => Promise.resolve(containers.map((container) => ({ running: true, createdAtMs: nowMs, ...container }))),
    remove: (id: string) => Promise.resolve(void removed.push(id)),
  }
  return { client, removed }
}

describe('a run of a process that is gone', () => {
  test.each(['preparing', 'starting', 'setting-up', 'running', 'stopping', 'reconnecting'] as const)('that was %s and has a container is taken over, once', async (phase) => {
    const run = insert(owner.dead, { phase })
    const { client, removed } = engineWith({ id: 'c', runId: run.id })
    await recovery.recover(client)
    await recovery.recover(client)
    expect(adopted).toEqual([run.id])
    expect(removed).toEqual([])
    expect(history.find(run.id)?.outcome).toBeNull()
  })

  test('without a container is interrupted, with its log and the time of the last output', async () => {
    const run = insert(owner.dead)
    writeFileSync(run.logFile, 'so far')
    utimesSync(run.logFile, 1_700_000_100, 1_700_000_100)
    await recovery.recover(engineWith().client)
    expect(history.find(run.id)).toMatchObject({ phase: 'finished', outcome: 'interrupted', reason: expect.stringContaining('run the pipeline again') as string, logBytes: 6, rev: 2, exitCode: null, finishedAtMs: 1_700_000_100_000 })
    expect(changed.map(({ id, phase }) => [id, phase])).toEqual([[run.id, 'finished']])
  })

  test('waits for the engine, and says so', async () => {
    const run = insert(owner.dead)
    await recovery.recover(null)
    expect(history.find(run.id)?.phase).toBe('reconnecting')
    await recovery.recover(engineWith({ id: 'c', runId: run.id }).client)
    expect(adopted).toEqual([run.id])
  })

  test.each(['waiting', 'queued'] as const)('that was %s had not begun', async (phase) => {
    const run = insert(owner.dead, { phase, waitUntilAtMs: nowMs })
    await recovery.recover(null)
    expect(history.find(run.id)).toMatchObject({ outcome: 'interrupted', waitUntilAtMs: null, reason: expect.stringContaining('before the run began') as string })
  })

  test('on this computer is ended and interrupted', async () => {
    const run = insert(owner.dead, { runner: 'host' })
    await recovery.recover(null)
    expect(endedHost).toEqual([run.id])
    expect(history.find(run.id)?.outcome).toBe('interrupted')
  })

  test('whose log is gone is recorded all the same', async () => {
    const run = insert(owner.dead)
    await recovery.recover(engineWith().client)
    expect(history.find(run.id)).toMatchObject({ outcome: 'interrupted', logBytes: 0, finishedAtMs: run.startedAtMs })
  })

  test('of the first version, without an instance, counts as well', async () => {
    const run = insert('')
    await recovery.recover(engineWith().client)
    expect(history.find(run.id)?.outcome).toBe('interrupted')
  })

  test('is taken over by one of two processes that start at once', async () => {
    const run = insert(owner.dead)
    const { client } = engineWith({ id: 'c', runId: run.id })
    await Promise.all([recovery.recover(client), recoveryOf(createRunHistory(database, 'other'), 'other').recover(client)])
    expect(adopted).toEqual([run.id])
  })
})

test('a process that ends soon leaves runs with a container to one that stays, and tidies up the others', async () => {
  const [inContainer, gone] = [insert(owner.dead), insert(owner.dead)]
  const { client, removed } = engineWith({ id: 'c', runId: inContainer.id })
  await recoveryOf(history, owner.own, false).recover(client)
  expect(history.find(inContainer.id)).toEqual(inContainer)
  expect(history.find(gone.id)?.outcome).toBe('interrupted')
  expect(removed).toEqual([])
  await recovery.recover(client)
  expect(adopted).toEqual([inContainer.id])
})

test('runs of a living process, our own and finished ones are left alone', async () => {
  const runs = [insert(owner.living), insert(owner.own), insert(owner.dead, { phase: 'finished', outcome: 'succeeded' })]
  await recovery.recover(engineWith().client)
  expect(runs.map(({ id }) => history.find(id))).toEqual(runs)
  expect(changed).toEqual([])
})

test('containers of finished and unknown runs are removed, and old helpers; those of live runs stay', async () => {
  const [done, alive, finishing] = [insert(owner.dead, { phase: 'finished' }), insert(owner.living), insert(owner.own, { phase: 'finished' })]
  driven.add(finishing.id)
  const { client, removed } = engineWith(
    { id: 'of-done', runId: done.id },
    { id: 'of-alive', runId: alive.id },
    { id: 'of-finishing', runId: finishing.id },
    { id: 'of-unknown', runId: randomUUID() },
    { id: 'new-helper', runId: null },
    { id: 'old-helper', runId: null, createdAtMs: nowMs - 16 * 60_000 },
  )
  await recovery.recover(client)
  expect(removed).toEqual(['of-done', 'of-unknown', 'old-helper'])
})

test('an engine that fails under way is asked again the next time', async () => {
  const run = insert(owner.dead)
  await expect(recovery.recover({ listOwn: () => Promise.reject(new Error('gone')), remove: () => Promise.resolve() })).rejects.toThrow('gone')
  await recovery.recover(engineWith({ id: 'c', runId: run.id }).client)
  expect(adopted).toEqual([run.id])
})
