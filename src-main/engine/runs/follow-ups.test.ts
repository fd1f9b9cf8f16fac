import { describe, expect, test } from 'vitest'
import type { RunOutcome } from '@shared/contract/runs'
import type { DownstreamTrigger } from '@shared/pipeline-config-model'
import { followUpsOf, type FollowUpInput } from './follow-ups'

const trigger = (pipeline: string, change: Partial<DownstreamTrigger> = {}): DownstreamTrigger => ({ pipeline, onSuccess: true, onFailure: false, onRoute: null, runConfigId: null, ...change })

type Change = Partial<FollowUpInput['run']> & { config?: Partial<FollowUpInput['config']>; strategy?: FollowUpInput['retryStrategy']; ancestry?: FollowUpInput['ancestry'] }

const followUps = ({ config = {}, strategy = null, ancestry = [], ...run }: Change): ReturnType<typeof followUpsOf> =>
  followUpsOf({
    run: { pipeline: 'demo', runConfigId: null, outcome: 'failed', attempt: 0, retryAttempts: 0, route: null, ...run },
    config: { type: 'script', restartOnCrash: false, restartCooldownSeconds: 60, downstreamTriggers: [], ...config },
    retryStrategy: strategy,
    ancestry: [...ancestry, { pipeline: 'demo', runConfigId: null }],
  })

describe('retries', () => {
  test.each<[RunOutcome, boolean]>([
    ['succeeded', false],
    ['failed', true],
    ['timed-out', true],
    ['setup-failed', true],
    ['out-of-memory', true],
    ['killed', true],
    ['stopped', false],
    ['interrupted', false],
    ['engine-error', false],
  ])('after %s: %s', (outcome, retries) => {
    expect(followUps({ outcome, retryAttempts: 1 }).retryInSeconds !== null).toBe(retries)
  })

  test('come as often as allowed, with the delays of the strategy, and nothing else follows before the last', () => {
    const change = { retryAttempts: 2, strategy: { kind: 'exponential', initialSeconds: 10, multiplier: 3, maxSeconds: 100 } as const, config: { restartOnCrash: true, downstreamTriggers: [trigger('next', { onFailure: true })] } }
    expect(followUps({ ...change, attempt: 0 })).toEqual({ retryInSeconds: 10, restartInSeconds: null, children: [], cut: [] })
    expect(followUps({ ...change, attempt: 1 }).retryInSeconds).toBe(30)
    expect(followUps({ ...change, attempt: 2 })).toEqual({ retryInSeconds: null, restartInSeconds: 60, children: [{ pipeline: 'next', runConfigId: null }], cut: [] })
  })

  test('are none for notebooks: their cells are retried', () => {
    expect(followUps({ retryAttempts: 3, config: { type: 'notebook' } }).retryInSeconds).toBeNull()
  })
})

test.each<[RunOutcome, number | null]>([
  ['succeeded', null],
  ['failed', 5],
  ['engine-error', 5],
  ['stopped', null],
  ['interrupted', null],
])('restart_on_crash after %s: %s', (outcome, seconds) => {
  expect(followUps({ outcome, config: { restartOnCrash: true, restartCooldownSeconds: 5 } }).restartInSeconds).toBe(seconds)
})

describe('triggers', () => {
  const names = (change: Change): string[] => followUps(change).children.map(({ pipeline }) => pipeline)

  test.each<[string, Change, string[]]>([
    ['success only, by default', { outcome: 'succeeded', config: { downstreamTriggers: [trigger('a'), trigger('b', { onSuccess: false, onFailure: true })] } }, ['a']],
    ['failure', { outcome: 'failed', config: { downstreamTriggers: [trigger('a'), trigger('b', { onSuccess: false, onFailure: true })] } }, ['b']],
    ['a route that is equal', { outcome: 'succeeded', route: 'partial', config: { downstreamTriggers: [trigger('a', { onRoute: 'partial', onSuccess: false }), trigger('b', { onRoute: 'full' })] } }, ['a']],
    ['a route after a failure', { outcome: 'failed', route: 'partial', config: { downstreamTriggers: [trigger('a', { onRoute: 'partial', onFailure: true })] } }, []],
    ['an engine error', { outcome: 'engine-error', config: { downstreamTriggers: [trigger('a', { onFailure: true })] } }, []],
    ['a stop', { outcome: 'stopped', config: { downstreamTriggers: [trigger('a', { onFailure: true })] } }, []],
  ])('%s', (_name, change, expected) => {
    expect(names(change)).toEqual(expected)
  })

  test('are sorted and each comes once', () => {
    const downstreamTriggers = [trigger('b'), trigger('a', { runConfigId: 'x' }), trigger('b'), trigger('a')]
    expect(followUps({ outcome: 'succeeded', config: { downstreamTriggers } }).children).toEqual([
      { pipeline: 'a', runConfigId: null },
      { pipeline: 'a', runConfigId: 'x' },
      { pipeline: 'b', runConfigId: null },
    ])
  })

  test('that lead back are cut and named', () => {
    const change = { outcome: 'succeeded' as const, ancestry: [{ pipeline: 'first', runConfigId: null }], config: { downstreamTriggers: [trigger('first'), trigger('demo'), trigger('other')] } }
    expect(followUps(change)).toMatchObject({ children: [{ pipeline: 'other' }], cut: [{ pipeline: 'demo' }, { pipeline: 'first' }] })
  })
})
