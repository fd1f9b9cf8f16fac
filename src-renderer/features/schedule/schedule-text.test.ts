/** What is said about entries of the schedule. */
import { describe, expect, it } from 'vitest'
import type { ScheduleEntry } from '@shared/contract/schedule'
import { entryKeys, entryState, findFiring, firingPipelines, intervalSeconds, localText, utcText } from './schedule-text'

const nowMs = Date.UTC(2026, 0, 5, 9)
const entry = (change: Partial<ScheduleEntry> = {}): ScheduleEntry => ({
  pipeline: 'sales', runConfigId: null, timing: { kind: 'cron', text: '0 9 * * 1' }, enabled: true, startAtMs: null, endAtMs: null, nextAtMs: nowMs + 60_000, problems: [], ...change,
})

describe('entryState', () => {
  it('is that it fires while there is a next time', () => {
    expect(entryState(entry(), { enabled: true }, nowMs)).toBe('fires')
  })

  it('tells a disabled pipeline from a disabled entry', () => {
    expect(entryState(entry({ enabled: false }), { enabled: false }, nowMs)).toBe('pipeline-disabled')
    expect(entryState(entry({ enabled: false }), { enabled: true }, nowMs)).toBe('entry-disabled')
    expect(entryState(entry({ enabled: false }), undefined, nowMs)).toBe('entry-disabled')
  })

  it('says why there is no next time', () => {
    expect(entryState(entry({ nextAtMs: null, endAtMs: nowMs - 1 }), { enabled: true }, nowMs)).toBe('ended')
    expect(entryState(entry({ nextAtMs: null, endAtMs: nowMs + 1 }), { enabled: true }, nowMs)).toBe('never')
    expect(entryState(entry({ nextAtMs: null, timing: { kind: 'once', text: '2025-01-01T00:00:00.000Z' } }), { enabled: true }, nowMs)).toBe('over')
    expect(entryState(entry({ nextAtMs: null, timing: { kind: 'cron', text: '0 0 31 2 *' } }), { enabled: true }, nowMs)).toBe('never')
  })
})

describe('intervalSeconds', () => {
  it.each([
    [{ kind: 'interval', text: 'every 3600 s' }, 3600],
    [{ kind: 'restart', text: 'every 90 s' }, 90],
    [{ kind: 'restart', text: '0 3 * * *' }, null],
    [{ kind: 'cron', text: '*/5 * * * *' }, null],
  ] as const)('of %j is %s', (timing, seconds) => {
    expect(intervalSeconds(timing)).toBe(seconds)
  })
})

describe('entryKeys', () => {
  it('are different even for entries that say the same', () => {
    const keys = entryKeys([entry(), entry(), entry({ runConfigId: 'nightly' })])
    expect(new Set(keys).size).toBe(3)
  })

  it('stay the same when the next time moves on', () => {
    expect(entryKeys([entry({ nextAtMs: 1 })])).toEqual(entryKeys([entry({ nextAtMs: 2 })]))
  })
})

describe('findFiring', () => {
  const own = { runConfigId: null, timing: { kind: 'cron', text: '0 9 * * 1' } } as const
  const nightly = { runConfigId: 'nightly', timing: { kind: 'cron', text: '0 9 * * 1' } } as const
  const restart = { runConfigId: null, timing: { kind: 'restart', text: '0 9 * * 1' } } as const

  it('finds the entry by configuration and timing', () => {
    expect(findFiring([restart, nightly, own], entry())).toBe(own)
    expect(findFiring([own, nightly], entry({ runConfigId: 'nightly' }))).toBe(nightly)
  })

  it('finds nothing when the file changed meanwhile', () => {
    expect(findFiring([own], entry({ timing: { kind: 'cron', text: '0 8 * * 1' } }))).toBeUndefined()
  })
})

describe('firingPipelines', () => {
  it('are none while schedules do not fire here', () => {
    expect(firingPipelines(null).size).toBe(0)
    expect(firingPipelines({ active: false, entries: [entry()] }).size).toBe(0)
  })

  it('are those with an enabled entry that has a next time', () => {
    const entries = [entry(), entry({ pipeline: 'old', nextAtMs: null }), entry({ pipeline: 'off', enabled: false })]
    expect([...firingPipelines({ active: true, entries })]).toEqual(['sales'])
  })
})

describe('times', () => {
  it('are shown in UTC to the second', () => {
    expect(utcText(nowMs)).toBe('2026-01-05 09:00:00 UTC')
  })

  it('are shown local with the weekday', () => {
    const noon = new Date(2026, 0, 5, 12).getTime()
    expect(localText(noon, 'en')).toContain('Mon')
    expect(localText(noon, 'de')).toContain('Mo')
  })
})
