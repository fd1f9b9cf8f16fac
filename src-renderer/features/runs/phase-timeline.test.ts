/** A run as four steps with times, in every phase. */
import { describe, expect, it } from 'vitest'
import { testRun } from '../../testing/test-run'
import { isStoppable, phaseTimeline, totalMs } from './phase-timeline'

const states = (run: ReturnType<typeof testRun>) => phaseTimeline(run, 10_000).map(({ state }) => state)
const times = (run: ReturnType<typeof testRun>, nowMs: number) => phaseTimeline(run, nowMs).map(({ ms }) => ms)
const early = { startedAtMs: null, codeStartedAtMs: null, prepareMs: null, setupMs: null }

describe('phaseTimeline', () => {
  it('counts the active step up to now', () => {
    expect(times(testRun({ ...early, phase: 'preparing' }), 1_250)).toEqual([250, null, null, null])
    expect(times(testRun(), 5_000)).toEqual([400, 100, 1_500, 2_000])
  })

  it('marks what is done, active and to come', () => {
    expect(states(testRun({ ...early, phase: 'preparing' }))).toEqual(['active', 'pending', 'pending', 'pending'])
    expect(states(testRun({ phase: 'setting-up', codeStartedAtMs: null, setupMs: null }))).toEqual(['done', 'done', 'active', 'pending'])
    expect(states(testRun())).toEqual(['done', 'done', 'done', 'active'])
  })

  it('stops counting at the end', () => {
    const run = testRun({ phase: 'finished', outcome: 'succeeded', finishedAtMs: 4_000, codeMs: 990 })
    expect(times(run, 99_000)).toEqual([400, 100, 1_500, 990])
    expect(totalMs(run, 99_000)).toBe(2_990)
    expect(states(run)).toEqual(['done', 'done', 'done', 'done'])
  })

  it('takes what was measured, where the clock was set under way', () => {
    const run = testRun({ phase: 'finished', outcome: 'succeeded', finishedAtMs: 3_604_000, codeMs: 990 })
    expect(totalMs(run, 99_000)).toBe(2_990)
  })

  it('does not count waiting and queue into the time of a run', () => {
    expect(totalMs(testRun({ ...early, phase: 'waiting', begunAtMs: null }), 99_000)).toBeNull()
    expect(totalMs(testRun({ createdAtMs: 1_000, begunAtMs: 61_000, phase: 'running' }), 63_000)).toBe(2_000)
  })

  it('shows the step that failed and leaves the rest out', () => {
    const run = testRun({ phase: 'finished', outcome: 'setup-failed', codeStartedAtMs: null, setupMs: 700, finishedAtMs: 2_200 })
    expect(states(run)).toEqual(['done', 'done', 'failed', 'skipped'])
    expect(states(testRun({ ...early, phase: 'finished', outcome: 'engine-error', finishedAtMs: 1_100 }))).toEqual(['failed', 'skipped', 'skipped', 'skipped'])
  })

  it('does not call a stopped run failed', () => {
    expect(states(testRun({ phase: 'finished', outcome: 'stopped', finishedAtMs: 4_000 }))).toEqual(['done', 'done', 'done', 'skipped'])
    expect(states(testRun({ phase: 'stopping' }))).toEqual(['done', 'done', 'done', 'active'])
  })

  it('offers Stop only while there is something to stop', () => {
    expect(isStoppable('preparing')).toBe(true)
    expect(isStoppable('stopping')).toBe(false)
    expect(isStoppable('finished')).toBe(false)
  })
})
