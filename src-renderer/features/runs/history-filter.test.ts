import { expect, test } from 'vitest'
import { type RunOutcome, type RunTrigger, runOutcome } from '@shared/contract/runs'
import { type HistoryFilter, isFiltering, matches, noFilter, outcomeFilters } from './history-filter'

const run = (outcome: RunOutcome | null, trigger: RunTrigger = 'manual') => ({ outcome, trigger })
const all = [null, ...runOutcome.options]
const kept = (filter: Partial<HistoryFilter>): (RunOutcome | null)[] => all.filter((outcome) => matches(run(outcome), { ...noFilter, ...filter }))

test('without a filter all are shown', () => {
  expect(kept({})).toEqual(all)
  expect(isFiltering(noFilter)).toBe(false)
})

test('a run is live until it has an outcome, and unsuccessful with any but the good one', () => {
  expect(kept({ outcome: 'live' })).toEqual([null])
  expect(kept({ outcome: 'unsuccessful' })).toEqual(runOutcome.options.filter((outcome) => outcome !== 'succeeded'))
})

test('each outcome shows its own runs only', () => {
  for (const outcome of outcomeFilters.filter((filter) => !['all', 'live', 'unsuccessful'].includes(filter))) expect(kept({ outcome })).toEqual([outcome])
})

test('outcome and trigger must both fit', () => {
  const filter: HistoryFilter = { outcome: 'failed', trigger: 'retry' }
  expect(isFiltering(filter)).toBe(true)
  expect([run('failed', 'retry'), run('failed'), run('succeeded', 'retry')].map((one) => matches(one, filter))).toEqual([true, false, false])
})
