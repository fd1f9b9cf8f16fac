import { describe, expect, test } from 'vitest'
import type { Problem } from '@shared/contract/pipelines'
import { noLimits, type RunConfiguration } from '@shared/pipeline-config-model'
import { discoveredPipeline } from '../testing/discovered-pipeline'
import { factsOfPlan, findRunConfiguration, planRun, refuseStart, type PlanInput } from './run-plan'

const error: Problem = { severity: 'error', message: 'The value of "timeout" is not a number.', file: 'pipeline.json', line: 3, column: 5 }
const settings = { stopGraceSeconds: 3, defaultTimeoutSeconds: 0, defaultRetryAttempts: 0 }
const configuration: RunConfiguration = {
  id: 'nightly', enabled: true, timing: { kind: 'interval', seconds: 60 }, startAtMs: null, endAtMs: null, defaultEnv: {}, encryptedEnv: {}, limits: noLimits,
  timeoutSeconds: null, retryAttempts: null, retryStrategy: null, webhookKey: null,
}

function input(change: Partial<PlanInput> = {}): PlanInput {
  return {
    runId: 'run-1',
    pipeline: discoveredPipeline('/somewhere/demo'),
    runConfiguration: null,
    environment: { env: { B: '1', A: '2' }, secretNames: ['B'], maskValues: ['1'], notices: [{ severity: 'warning', message: 'w' }] },
    workspaceRoot: '/somewhere',
    requirements: 'requirements.txt',
    settings,
    ...change,
  }
}

test('a plan names the real folder, the Python, the requirements, the environment and the grace', () => {
  const plan = planRun(input())
  expect(plan.spec).toEqual({
    runId: 'run-1', pipelineName: 'demo', pipelineDir: '/somewhere/demo', workspaceRoot: '/somewhere', pythonVersion: '3.11', requirements: 'requirements.txt', entryPoint: 'main.py',
    limits: noLimits, env: { B: '1', A: '2' }, secretNames: ['B'], stopGraceSeconds: 3,
  })
  expect(factsOfPlan(plan)).toMatchObject({ envNames: ['A', 'B'], secretNames: ['B'], notices: [{ message: 'w' }], timeoutSeconds: null, retryAttempts: 0 })
  expect(JSON.stringify(factsOfPlan(plan))).not.toContain('"2"')
})

describe('what counts', () => {
  test.each<[string, number | null, number | null, number, number | null]>([
    ['the run configuration', 5, 10, 20, 5],
    ['the pipeline', null, 10, 20, 10],
    ['the settings', null, null, 20, 20],
    ['0 as none, whatever is below', null, 0, 20, null],
    ['nothing', null, null, 0, null],
  ])('for the timeout: %s', (_name, ofConfiguration, ofPipeline, ofSettings, expected) => {
    const pipeline = discoveredPipeline('/somewhere/demo', { timeoutSeconds: ofPipeline })
    const change = { pipeline, runConfiguration: { ...configuration, timeoutSeconds: ofConfiguration }, settings: { ...settings, defaultTimeoutSeconds: ofSettings } }
    expect(planRun(input(change)).timeoutSeconds).toBe(expected)
  })

  test('for each limit by itself', () => {
    const pipeline = discoveredPipeline('/somewhere/demo', { limits: { cpuHard: 1, cpuSoft: 2, memoryHardBytes: 3, memorySoftBytes: null } })
    const runConfiguration = { ...configuration, limits: { cpuHard: null, cpuSoft: 20, memoryHardBytes: null, memorySoftBytes: 40 } }
    expect(planRun(input({ pipeline, runConfiguration })).spec.limits).toEqual({ cpuHard: 1, cpuSoft: 20, memoryHardBytes: 3, memorySoftBytes: 40 })
  })

  test('for retries, of which a notebook has none', () => {
    const config = { retryAttempts: 2, retryStrategy: { kind: 'fixed', delaySeconds: 7 } as const }
    expect(planRun(input({ pipeline: discoveredPipeline('/somewhere/demo', config) }))).toMatchObject({ retryAttempts: 2, retryStrategy: { delaySeconds: 7 } })
    expect(planRun(input({ pipeline: discoveredPipeline('/somewhere/demo', config), runConfiguration: { ...configuration, retryAttempts: 0 } })).retryAttempts).toBe(0)
    expect(planRun(input({ pipeline: discoveredPipeline('/somewhere/demo', { ...config, type: 'notebook' }) })).retryAttempts).toBe(0)
    expect(planRun(input({ settings: { ...settings, defaultRetryAttempts: 4 } })).retryAttempts).toBe(4)
  })
})

describe('it says no', () => {
  test.each<[string, Parameters<typeof refuseStart>[0], string, RegExp]>([
    ['to a link out of the workspace', { ...discoveredPipeline('/elsewhere/demo'), outsideWorkspace: true }, 'file/outside-workspace', /demo is a link/],
    ['to an invalid pipeline.json, with the place', { ...discoveredPipeline('/somewhere/demo'), problems: [error] }, 'pipeline/invalid-config', /^demo\/pipeline\.json:3: The value of "timeout"/],
    ['to a problem without a file', { ...discoveredPipeline('/somewhere/demo'), problems: [{ ...error, file: null, line: null }] }, 'pipeline/invalid-config', /^demo: The value/],
    ['to a disabled pipeline', { ...discoveredPipeline('/somewhere/demo'), enabled: false, metadataFile: 'demo.json' }, 'pipeline/disabled', /demo is disabled in demo\.json/],
  ])('%s', (_name, pipeline, code, message) => {
    expect(() => refuseStart(pipeline, false)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }))
  })

  test('a link stays refused when problems are ignored; problems and "disabled" do not, and warnings never stand in the way', () => {
    const pipeline = discoveredPipeline('/somewhere/demo')
    expect(() => refuseStart({ ...pipeline, outsideWorkspace: true }, true)).toThrow(expect.objectContaining({ code: 'file/outside-workspace' }))
    expect(() => refuseStart({ ...pipeline, enabled: false, problems: [error] }, true)).not.toThrow()
    expect(() => refuseStart({ ...pipeline, problems: [{ ...error, severity: 'warning' }] }, false)).not.toThrow()
  })
})

describe('a run configuration', () => {
  const pipeline = discoveredPipeline('/somewhere/demo', { runConfigurations: [configuration, { ...configuration, enabled: false }] })

  test('is found by its id, the first of two; none is asked for with null', () => {
    expect(findRunConfiguration(pipeline, 'nightly')?.enabled).toBe(true)
    expect(findRunConfiguration(pipeline, null)).toBeNull()
  })

  test('that does not exist is an error that helps, where the server takes the base', () => {
    expect(() => findRunConfiguration(pipeline, 'nigthly')).toThrow(expect.objectContaining({ code: 'run/unknown-config', message: expect.stringContaining('Did you mean "nightly"?') as string }))
    expect(() => findRunConfiguration(discoveredPipeline('/somewhere/demo'), 'x')).toThrow(/has none/)
  })
})
