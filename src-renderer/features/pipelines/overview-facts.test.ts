/** What the overview says of a pipeline. */
import { describe, expect, it } from 'vitest'
import { effectiveRetries, effectiveTimeout, secretPresence, triggerWhen } from './overview-facts'

describe('effective values', () => {
  it('are the pipeline’s where it says them, zero included', () => {
    expect(effectiveTimeout({ timeoutSeconds: 0 }, { defaultTimeoutSeconds: 60 })).toEqual({ value: 0, isDefault: false })
    expect(effectiveRetries({ retryAttempts: 0 }, { defaultRetryAttempts: 3 })).toEqual({ value: 0, isDefault: false })
  })

  it('are the settings’ where it says none', () => {
    expect(effectiveTimeout({ timeoutSeconds: null }, { defaultTimeoutSeconds: 60 })).toEqual({ value: 60, isDefault: true })
    expect(effectiveRetries({ retryAttempts: null }, { defaultRetryAttempts: 3 })).toEqual({ value: 3, isDefault: true })
  })
})

describe('secretPresence', () => {
  const stored = [{ name: 'TOKEN', updatedAtMs: 1, usedBy: [] }]

  it('tells what is stored from what is missing, in the order of the file', () => {
    expect(secretPresence(['KEY', 'TOKEN'], { secrets: stored, storage: 'keychain' })).toEqual([
      { name: 'KEY', presence: 'missing' },
      { name: 'TOKEN', presence: 'stored' },
    ])
  })

  it('calls nothing missing that it cannot know', () => {
    expect(secretPresence(['KEY'], null)).toEqual([{ name: 'KEY', presence: 'unknown' }])
    expect(secretPresence(['KEY'], { secrets: [], storage: 'unavailable' })).toEqual([{ name: 'KEY', presence: 'unknown' }])
  })
})

describe('triggerWhen', () => {
  it.each([
    [true, false, null, 'success'],
    [false, true, null, 'failure'],
    [true, true, null, 'always'],
    [false, false, null, 'never'],
    [true, true, 'partial', 'route'],
  ] as const)('success %s, failure %s, route %s: %s', (onSuccess, onFailure, onRoute, when) => {
    expect(triggerWhen({ pipeline: 'next', onSuccess, onFailure, onRoute, runConfigId: null })).toBe(when)
  })
})
