import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../store/database'
import { createRunHistory, type RunHistory } from '../store/run-history'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { finishedRun } from '../testing/finished-run'
import { createRetention, type Retention } from './retention'

const dayMs = 86_400_000
const nowMs = 1_000 * dayMs

let logsDir: string
let history: RunHistory
let keep: { keepRunsPerPipeline: number; keepRunDays: number }
let removed: string[]
let retention: Retention

beforeEach(() => {
  const root = makeTemporaryWorkspace({})
  logsDir = join(root, 'logs')
  mkdirSync(logsDir)
  history = createRunHistory(openDatabase(join(root, 'history.db')).database, 'this-instance')
  keep = { keepRunsPerPipeline: 0, keepRunDays: 0 }
  removed = []
  retention = createRetention({ history, logsDir, settings: () => keep, onRemoved: (runIds) => removed.push(...runIds), nowMs: () => nowMs })
})

/** With a log of 100 bytes and 50 bytes more beside it. */
function insert(pipeline: string, ageDays: number, phase: 'finished' | 'running' = 'finished'): string {
  const id = randomUUID()
  history.insert({ ...finishedRun(logsDir, id), pipeline, createdAtMs: nowMs - ageDays * dayMs, ...(phase === 'running' ? { phase, outcome: null } : {}) })
  writeFileSync(join(logsDir, `${id}.log`), 'x'.repeat(100))
  writeFileSync(join(logsDir, `${id}.metrics.jsonl`), 'x'.repeat(50))
  return id
}

test('with no limits nothing is to be deleted', () => {
  insert('a', 10_000)
  expect(retention.preview(null)).toEqual({ runs: [], sizeBytes: 0 })
})

test('the newest of each pipeline stay', () => {
  const [oldest, older] = [insert('a', 3), insert('a', 2)]
  insert('a', 1)
  insert('b', 4)
  keep.keepRunsPerPipeline = 1
  const preview = retention.preview(null)
  expect(preview.runs.map(({ id }) => id)).toEqual([older, oldest])
  expect(preview.sizeBytes).toBe(300)
})

test('what is too old goes, however few there are, but never a run that lives', () => {
  const old = insert('a', 11)
  insert('a', 9)
  insert('b', 12, 'running')
  keep.keepRunDays = 10
  expect(retention.preview(null).runs.map(({ id }) => id)).toEqual([old])
})

test('deletion takes the record and every file, says what it freed, and leaves out what lives or is gone', () => {
  const [gone, kept, live] = [insert('a', 1), insert('a', 1), insert('a', 1, 'running')]
  expect(retention.remove([gone, live, randomUUID()])).toEqual({ removed: [gone], sizeBytes: 150 })
  expect(removed).toEqual([gone])
  expect(history.find(gone)).toBeNull()
  expect(history.find(live)).not.toBeNull()
  expect([gone, kept, live].map((id) => existsSync(join(logsDir, `${id}.log`)))).toEqual([false, true, true])
  expect(retention.remove([gone])).toEqual({ removed: [], sizeBytes: 0 })
})
