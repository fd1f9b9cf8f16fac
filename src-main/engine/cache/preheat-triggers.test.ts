import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { CacheState, Pipeline } from '@shared/contract/pipelines'
import { createPreheatTriggers } from './preheat-triggers'

let asked: (string[] | null)[]
beforeEach(() => {
  vi.useFakeTimers()
  asked = []
})
afterEach(() => void vi.useRealTimers())

function triggers(settings = { preheatAtStart: true, preheatAfterSync: false, preheatAfterEdit: true }, env: NodeJS.ProcessEnv = {}) {
  return createPreheatTriggers({ settings: () => settings, env: () => env, preheat: async (names) => asked.push(names), onProblem: () => undefined })
}
const pipelines = (states: Record<string, CacheState>): Pipeline[] => Object.entries(states).map(([name, state]) => ({ name, cache: { state, reason: null } }) as Pipeline)

test('once for a workspace that was used before; one that is new is left to its user', () => {
  const { opened } = triggers()
  opened('/a', true)
  opened('/a', true)
  opened('/new', false)
  opened('/new', true)
  opened('/b', true)
  expect(asked).toEqual([null, null])
})

test('after a sync, when that is wanted', () => {
  triggers().synced()
  triggers({ preheatAtStart: true, preheatAfterSync: true, preheatAfterEdit: true }, { UV_PRE_HEAT: '0' }).synced()
  expect(asked).toEqual([])
  triggers({ preheatAtStart: true, preheatAfterSync: true, preheatAfterEdit: true }).synced()
  expect(asked).toEqual([null])
})

test.each<[object, NodeJS.ProcessEnv]>([
  [{ preheatAtStart: false, preheatAfterSync: false, preheatAfterEdit: true }, {}],
  [{ preheatAtStart: true, preheatAfterSync: false, preheatAfterEdit: true }, { UV_PRE_HEAT: 'False' }],
])('not with %j and %j', (settings, env) => {
  triggers(settings as never, env).opened('/a', true)
  expect(asked).toEqual([])
})

test('after an edit, once for several, and not for what was cold when the workspace was opened', () => {
  const { catalogChanged } = triggers()
  catalogChanged('/a', pipelines({ cold: 'cold', one: 'warm', two: 'warm' }))
  catalogChanged('/a', pipelines({ cold: 'cold', one: 'stale', two: 'warm' }))
  vi.advanceTimersByTime(1000)
  catalogChanged('/a', pipelines({ cold: 'cold', one: 'stale', two: 'stale', fresh: 'cold' }))
  vi.advanceTimersByTime(1400)
  expect(asked).toEqual([])
  vi.advanceTimersByTime(200)
  expect(asked).toEqual([['one', 'two', 'fresh']])
  catalogChanged('/b', pipelines({ other: 'cold' }))
  vi.advanceTimersByTime(5000)
  expect(asked).toHaveLength(1)
})

test('not for an edit that was taken back, a preheating that was cancelled, or with the setting off', () => {
  const { catalogChanged } = triggers()
  catalogChanged('/a', pipelines({ one: 'warm', two: 'warming' }))
  catalogChanged('/a', pipelines({ one: 'stale', two: 'cold' }))
  catalogChanged('/a', pipelines({ one: 'warm', two: 'cold' }))
  vi.advanceTimersByTime(5000)
  expect(asked.flat()).toEqual([])
  const off = triggers({ preheatAtStart: true, preheatAfterSync: false, preheatAfterEdit: false })
  off.catalogChanged('/a', pipelines({ one: 'warm' }))
  off.catalogChanged('/a', pipelines({ one: 'stale' }))
  vi.advanceTimersByTime(5000)
  expect(asked.flat()).toEqual([])
})
