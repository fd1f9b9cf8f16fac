/** Settings are judged while typing by the contract's rules. */
import { describe, expect, it } from 'vitest'
import { defaultSettings } from '@shared/contract/settings'
import { numberRange, parseNumber, settingProblem } from './setting-validation'

describe('settingProblem', () => {
  it('finds nothing wrong with the defaults', () => {
    for (const name of Object.keys(defaultSettings) as (keyof typeof defaultSettings)[]) expect(settingProblem(name, defaultSettings[name])).toBeNull()
  })

  it('says how a value has to look', () => {
    expect(settingProblem('defaultPythonVersion', 'three')).toContain('3.11')
    expect(settingProblem('engineEndpoint', 'docker')).toContain('unix:///')
  })

  it.each([
    ['unix:///run/docker.sock', true],
    ['npipe:////./pipe/docker_engine', true],
    ['tcp://host:2375', true],
    ['http://proxy:2375/', true],
    ['https://host', true],
    ['ssh://host', true],
    ['ssh://me@host:22/run/docker.sock', true],
    ['ssh://me:secret@host', false],
    ['http://me:secret@host', false],
    ['unix://relative', false],
    ['ftp://host', false],
  ])('takes %s as a container engine: %s', (endpoint, isGood) => {
    expect(settingProblem('engineEndpoint', endpoint) === null).toBe(isGood)
  })

  it('takes only what can be a proxy before the engine', () => {
    expect(settingProblem('dockerProxyUrl', 'http://127.0.0.1:2375')).toBeNull()
    expect(settingProblem('dockerProxyUrl', 'ssh://host')).not.toBeNull()
    expect(settingProblem('dockerProxyUrl', 'http://me:secret@proxy:2375')).not.toBeNull()
  })

  it('refuses a missing number', () => {
    expect(settingProblem('stopGraceSeconds', Number.NaN)).not.toBeNull()
    expect(settingProblem('stopGraceSeconds', 601)).not.toBeNull()
  })

  it.each([
    ['maxConcurrentRuns', 100, 101],
    ['defaultTimeoutSeconds', 2_592_000, 2_592_001],
    ['defaultRetryAttempts', 100, -1],
    ['keepRunsPerPipeline', 0, 1.5],
    ['keepRunDays', 10_000, 10_001],
    ['maxLogMegabytes', 0, -1],
  ] as const)('knows the bounds of %s', (name, good, bad) => {
    expect(settingProblem(name, good)).toBeNull()
    expect(settingProblem(name, bad)).not.toBeNull()
  })
})

describe('parseNumber', () => {
  it.each([
    ['12', 12],
    [' 7 ', 7],
    ['0', 0],
  ])('reads %j', (text, number) => {
    expect(parseNumber(text)).toBe(number)
  })

  it.each(['', '  ', 'ten', '1,5', '5 s'])('does not guess at %j', (text) => {
    expect(parseNumber(text)).toBeNaN()
  })
})

describe('numberRange', () => {
  it('is the contract’s, both ends included', () => {
    expect(numberRange('stopGraceSeconds')).toEqual({ minimum: 0, maximum: 600 })
    expect(numberRange('maxConcurrentRuns')).toEqual({ minimum: 0, maximum: 100 })
  })

  it('is nothing that a text has', () => {
    expect(numberRange('proxy')).toBeNull()
    expect(numberRange('standbyContainer')).toBeNull()
  })
})
