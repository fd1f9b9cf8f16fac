import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ScheduleState } from '@shared/contract/schedule'
import { defaultPipelineConfig, noLimits, type PipelineConfig, type RunConfiguration } from '@shared/pipeline-config-model'
import { fakeFacts } from '../testing/fake-facts'
import { createScheduleService, type ScheduleService } from './schedule-service'

const start = Date.UTC(2026, 0, 5, 8, 59, 30)
const minuteMs = 60_000

let pipelines: { name: string; metadataFile: string; config: PipelineConfig }[]
let root: string | null
let started: string[]
let problems: string[]
let published: ScheduleState[]
let refuse: boolean
let service: ScheduleService
const facts = fakeFacts()

beforeEach(() => {
  vi.useFakeTimers({ now: start })
  pipelines = []
  root = `/work-${Math.random()}`
  started = []
  problems = []
  published = []
  refuse = false
  service = open()
})
afterEach(() => {
  service.dispose()
  vi.useRealTimers()
})

function open(): ScheduleService {
  return createScheduleService({
    pipelines: () => pipelines,
    findPipeline: (name) => pipelines.find((pipeline) => pipeline.name === name)!,
    workspaceRoot: () => root,
    requireTrust: () => undefined,
    facts,
    publish: (state) => published.push(state),
    start: (pipeline, runConfigId) => (refuse ? Promise.reject(new Error('not now')) : Promise.resolve(started.push(`${pipeline} ${runConfigId ?? '-'} ${new Date().toISOString().slice(11, 19)}`))),
    restart: (pipeline) => Promise.resolve(started.push(`restart ${pipeline}`)),
    onProblem: (message) => problems.push(message),
    nowMs: Date.now,
  })
}

const pipeline = (name: string, change: Partial<PipelineConfig>) => ({ name, metadataFile: 'pipeline.json', config: { ...defaultPipelineConfig('3.11'), ...change } })
const configuration = (id: string, change: Partial<RunConfiguration> = {}): RunConfiguration => ({
  id, enabled: true, timing: { kind: 'cron', expression: '0 9 * * *' }, startAtMs: null, endAtMs: null, defaultEnv: {}, encryptedEnv: {}, limits: noLimits,
  timeoutSeconds: null, retryAttempts: null, retryStrategy: null, webhookKey: null, ...change,
})
const cron = (expression: string) => ({ kind: 'cron', expression }) as const
const every = (seconds: number) => ({ kind: 'interval', seconds }) as const

test('nothing fires until it is switched on for this workspace, and that is remembered', async () => {
  pipelines = [pipeline('daily', { timing: cron('0 9 * * *') })]
  expect(service.state()).toMatchObject({ active: false, entries: [{ pipeline: 'daily', nextAtMs: start + 30_000, enabled: true, timing: { kind: 'cron', text: '0 9 * * *' } }] })
  await vi.advanceTimersByTimeAsync(60 * minuteMs)
  expect(started).toEqual([])
  expect(service.setActive(true).active).toBe(true)
  expect(open().state().active).toBe(true)
  root = '/another'
  expect(open().state().active).toBe(false)
})

test('switched on, each entry fires at its times', async () => {
  pipelines = [pipeline('daily', { timing: cron('0 9 * * *') }), pipeline('often', { timing: every(90) })]
  service.setActive(true)
  await vi.advanceTimersByTimeAsync(4 * minuteMs)
  expect(started).toEqual(['daily - 09:00:00', 'often - 09:01:00', 'often - 09:02:30'])
  expect(problems).toEqual([])
  expect(published.map(({ rev }) => rev)).toEqual([...published.map(({ rev }) => rev)].sort((a, b) => a - b))
})

test('run configurations stand for the pipeline’s own schedule; what is disabled does not fire', async () => {
  pipelines = [
    pipeline('a', { timing: every(10), runConfigurations: [configuration('nine'), configuration('off', { enabled: false })] }),
    pipeline('b', { enabled: false, timing: every(10) }),
    pipeline('c', { restartInterval: every(50) }),
  ]
  service.setActive(true)
  await vi.advanceTimersByTimeAsync(minuteMs)
  expect(started).toEqual(['a nine 09:00:00', 'restart c'])
  expect(service.state().entries.map(({ pipeline: name, runConfigId, nextAtMs }) => [name, runConfigId, nextAtMs === null])).toEqual([['c', null, false], ['a', 'nine', false], ['a', 'off', true], ['b', null, true]])
})

test('a single start fires once, a past one never', async () => {
  pipelines = [pipeline('once', { runOnceAtMs: start + 5000 }), pipeline('past', { runOnceAtMs: start - 5000 })]
  service.setActive(true)
  await vi.advanceTimersByTimeAsync(minuteMs)
  service.refresh()
  await vi.advanceTimersByTimeAsync(minuteMs)
  expect(started).toEqual(['once - 08:59:35'])
})

test('an interval keeps its next time when something else changes', async () => {
  pipelines = [pipeline('often', { timing: every(60) })]
  service.setActive(true)
  await vi.advanceTimersByTimeAsync(40_000)
  pipelines = [...pipelines, pipeline('new', { timing: cron('0 0 1 1 *') })]
  service.refresh()
  await vi.advanceTimersByTimeAsync(21_000)
  expect(started).toEqual(['often - 09:00:30'])
})

test('what was due while the computer slept is missed, said, and goes on', async () => {
  pipelines = [pipeline('daily', { timing: cron('0 9 * * *') })]
  service.setActive(true)
  vi.setSystemTime(start + 3 * 60 * minuteMs)
  await vi.advanceTimersByTimeAsync(2 * minuteMs)
  expect(started).toEqual([])
  expect(problems).toEqual([expect.stringContaining('daily was due at 2026-01-05T09:00:00.000Z')])
  expect(service.state().entries[0]?.nextAtMs).toBe(Date.UTC(2026, 0, 6, 9))
})

test('a start that is refused is said, and the next one comes', async () => {
  pipelines = [pipeline('often', { timing: every(60) })]
  service.setActive(true)
  refuse = true
  await vi.advanceTimersByTimeAsync(61_000)
  refuse = false
  await vi.advanceTimersByTimeAsync(60_000)
  expect(problems).toEqual([expect.stringContaining('often was due and could not be started')])
  expect(started).toEqual(['often - 09:01:30'])
})

describe('the next times', () => {
  test('of every entry, from a given time on', () => {
    pipelines = [pipeline('a', { runConfigurations: [configuration('nine'), configuration('every', { timing: every(3600) })], runOnceAtMs: start + 1000 })]
    const { entries } = service.next({ pipeline: 'a', count: 2, fromAtMs: start })
    expect(entries.map(({ runConfigId, atMs }) => [runConfigId, atMs])).toEqual([
      ['nine', [start + 30_000, start + 30_000 + 86_400_000]],
      ['every', [start + 3_600_000, start + 7_200_000]],
      [null, [start + 1000]],
    ])
  })

  test('name the trap of weekday numbers, and that a sync starts an interval anew', () => {
    pipelines = [pipeline('a', { runConfigurations: [configuration('n', { timing: cron('0 9 * * 1') }), configuration('i', { timing: every(5) })] })]
    expect(service.next({ pipeline: 'a', count: 1, fromAtMs: start }).entries.map(({ problems: found }) => found[0]?.severity)).toEqual(['warning', 'information'])
  })
})
