import { beforeEach, expect, test } from 'vitest'
import { createRunQueue, type QueuePlace, type QueueTicket, type RunQueue } from './run-queue'

let limit: number
let admitted: string[]
let places: Record<string, QueuePlace>
let queue: RunQueue

beforeEach(() => {
  limit = 2
  admitted = []
  places = {}
  queue = createRunQueue({ limit: () => limit, onPlace: (runId, place) => (places[runId] = place) })
})

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function enter(runId: string, change: Partial<QueueTicket> = {}): Promise<void> {
  void queue.enter({ runId, pipelineKey: runId, maxInstances: null, alone: false, ...change }).then((isIn) => admitted.push(isIn ? runId : `not ${runId}`))
  await settled()
}

test('as many as there are slots go at once, the rest in order, with place and reason', async () => {
  for (const runId of ['a', 'b', 'c', 'd']) await enter(runId)
  expect(admitted).toEqual(['a', 'b'])
  expect(places).toEqual({ c: { position: 1, reason: 'slots' }, d: { position: 2, reason: 'slots' } })
  queue.leave('a')
  await settled()
  expect(admitted).toEqual(['a', 'b', 'c'])
  expect(places.d).toEqual({ position: 1, reason: 'slots' })
})

test('max_instances holds up only the pipeline that says it', async () => {
  await enter('a', { pipelineKey: 'p', maxInstances: 1 })
  await enter('b', { pipelineKey: 'p', maxInstances: 1 })
  await enter('c')
  expect(admitted).toEqual(['a', 'c'])
  expect(places).toEqual({ b: { position: 1, reason: 'max-instances' } })
  queue.leave('a')
  await settled()
  expect(admitted).toEqual(['a', 'c', 'b'])
})

test('one that wants to be alone waits for all of its pipeline before it, also for those that wait themselves', async () => {
  limit = 1
  await enter('a', { pipelineKey: 'p' })
  await enter('b', { pipelineKey: 'p' })
  await enter('c', { pipelineKey: 'p', alone: true })
  expect(places).toEqual({ b: { position: 1, reason: 'slots' }, c: { position: 2, reason: 'same-pipeline' } })
  limit = 3
  queue.recheck()
  await settled()
  expect(admitted).toEqual(['a', 'b'])
  queue.leave('a')
  queue.leave('b')
  await settled()
  expect(admitted).toEqual(['a', 'b', 'c'])
})

test('who withdraws while waiting is told no, and those behind move up; a slot is not withdrawn', async () => {
  limit = 1
  for (const runId of ['a', 'b', 'c']) await enter(runId)
  queue.withdraw('b')
  queue.withdraw('a')
  await settled()
  expect(admitted).toEqual(['a', 'not b'])
  expect(places.c).toEqual({ position: 1, reason: 'slots' })
})

test('a run that was taken over counts', async () => {
  limit = 1
  queue.occupy({ runId: 'old', pipelineKey: 'p', maxInstances: null, alone: false })
  await enter('a')
  expect(admitted).toEqual([])
  queue.leave('old')
  await settled()
  expect(admitted).toEqual(['a'])
})
