import { describe, expect, test } from 'vitest'
import { resolveEnvironment, retryVariables, type EnvironmentInput } from './environment'

const base: EnvironmentInput = {
  config: { defaultEnv: {}, encryptedEnv: {}, secrets: [] },
  runConfiguration: null,
  secretValues: new Map(),
  decrypt: (token) => `plain ${token}`,
  requestEnv: {},
  requestParameters: {},
  retry: null,
}

/** Lowest first; each sets X. */
const layers: [string, (input: EnvironmentInput) => EnvironmentInput, string][] = [
  ['default_env', (input) => ({ ...input, config: { ...input.config, defaultEnv: { X: 'default' } } }), 'default'],
  ['default_env of the run configuration', (input) => ({ ...input, runConfiguration: { encryptedEnv: {}, ...input.runConfiguration, defaultEnv: { X: 'config default' } } }), 'config default'],
  ['encrypted_env', (input) => ({ ...input, config: { ...input.config, encryptedEnv: { X: 'a' } } }), 'plain a'],
  ['encrypted_env of the run configuration', (input) => ({ ...input, runConfiguration: { defaultEnv: {}, ...input.runConfiguration, encryptedEnv: { X: 'b' } } }), 'plain b'],
  ['secrets', (input) => ({ ...input, config: { ...input.config, secrets: ['X'] }, secretValues: new Map([['X', 'from the store']]) }), 'from the store'],
  ['the request', (input) => ({ ...input, requestEnv: { X: 'request' } }), 'request'],
  ['parameters', (input) => ({ ...input, requestParameters: { X: 'parameter' } }), 'parameter'],
]

describe('of two layers the higher one wins', () => {
  const pairs = layers.flatMap(([low, setLow], index) => layers.slice(index + 1).map(([high, setHigh, expected]) => [low, high, setLow, setHigh, expected] as const))
  test.each(pairs)('%s < %s', (_low, _high, setLow, setHigh, expected) => {
    expect(resolveEnvironment(setHigh(setLow(base))).env).toEqual({ X: expected })
    expect(resolveEnvironment(setLow(setHigh(base))).env).toEqual({ X: expected })
  })
})

test('only values that really come from encrypted_env or the store are secrets', () => {
  const { secretNames, maskValues } = resolveEnvironment({
    ...base,
    config: { defaultEnv: { PLAIN: '1' }, encryptedEnv: { ENC: 'e', OVER: 'o' }, secrets: ['STORED'] },
    secretValues: new Map([['STORED', 's3cret']]),
    requestEnv: { OVER: 'seen' },
  })
  expect(secretNames).toEqual(['ENC', 'STORED'])
  expect(maskValues.sort()).toEqual(['plain e', 's3cret'])
})

test('what cannot be had is left out with a word that holds no value, and the run goes on', () => {
  const { env, notices } = resolveEnvironment({
    ...base,
    config: { defaultEnv: { A: '1' }, encryptedEnv: { ENC: 'token-text' }, secrets: ['GONE'] },
    decrypt: () => {
      throw new Error('there is no ENCRYPTION_KEY')
    },
  })
  expect(env).toEqual({ A: '1' })
  expect(notices.map(({ message }) => message)).toEqual([expect.stringContaining('ENC of encrypted_env is left out: there is no ENCRYPTION_KEY'), expect.stringContaining('The secret GONE')])
  expect(JSON.stringify(notices)).not.toContain('token-text')
})

test.each(['A B', '', '1X', 'DOCKER_HOST', 'LD_PRELOAD'])('%j is no variable: left out, and said', (name) => {
  const { env, notices } = resolveEnvironment({ ...base, config: { ...base.config, defaultEnv: { [name]: 'x', OK: '1' } } })
  expect(env).toEqual({ OK: '1' })
  expect(notices).toHaveLength(1)
})

test('a retry is told which one it is, whatever the request says', () => {
  const retry = { count: 2, previousRunId: 'before' }
  expect(retryVariables(retry)).toEqual({ _fastflow_retry_count: '2', _fastflow_previous_run_id: 'before' })
  const { env, secretNames } = resolveEnvironment({ ...base, requestEnv: { A: '1', _fastflow_retry_count: '7' }, retry })
  expect(env).toEqual({ A: '1', _fastflow_retry_count: '2', _fastflow_previous_run_id: 'before' })
  expect(secretNames).toEqual([])
})
