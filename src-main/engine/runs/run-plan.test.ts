import { describe, expect, test } from 'vitest'
import type { Problem } from '@shared/contract/pipelines'
import { discoveredPipeline } from '../testing/discovered-pipeline'
import { planRun, type PlanInput } from './run-plan'

function input(change: Partial<PlanInput> = {}): PlanInput {
  return {
    runId: '0b9f9a55-0000-4000-8000-000000000001',
    pipeline: discoveredPipeline('/somewhere/demo'),
    request: { env: {}, ignoreProblems: false },
    workspaceRoot: '/work',
    requirements: null,
    stopGraceSeconds: 10,
    ...change,
  }
}

const error: Problem = { severity: 'error', message: 'The value of "timeout" must be a number.', file: 'pipeline.json', line: 3, column: 5 }

test('a plan names the real folder, the Python, the requirements and the grace', () => {
  const pipeline = { ...discoveredPipeline('/somewhere/demo'), path: '/somewhere/link', pythonVersion: '3.12' }
  expect(planRun(input({ pipeline, requirements: 'requirements.txt.lock', stopGraceSeconds: 3 }))).toEqual({
    runId: '0b9f9a55-0000-4000-8000-000000000001',
    pipelineName: 'demo',
    pipelineDir: '/somewhere/demo',
    workspaceRoot: '/work',
    pythonVersion: '3.12',
    requirements: 'requirements.txt.lock',
    env: {},
    stopGraceSeconds: 3,
  })
})

test('variables of the request beat those of the pipeline', () => {
  const pipeline = discoveredPipeline('/somewhere/demo', { defaultEnv: { A: 'pipeline', B: 'pipeline' } })
  expect(planRun(input({ pipeline, request: { env: { B: 'request', C: '' }, ignoreProblems: false } })).env).toEqual({ A: 'pipeline', B: 'request', C: '' })
})

describe('it says no', () => {
  test.each<[string, Partial<PlanInput>, string, RegExp]>([
    ['to a link out of the workspace', { pipeline: { ...discoveredPipeline('/elsewhere/demo'), outsideWorkspace: true } }, 'file/outside-workspace', /demo is a link/],
    ['to an invalid pipeline.json, with the place', { pipeline: { ...discoveredPipeline('/somewhere/demo'), problems: [error] } }, 'pipeline/invalid-config', /^demo\/pipeline\.json:3: The value of "timeout"/],
    ['to a problem without a file', { pipeline: { ...discoveredPipeline('/somewhere/demo'), problems: [{ ...error, file: null, line: null }] } }, 'pipeline/invalid-config', /^demo: The value/],
    ['to a disabled pipeline', { pipeline: { ...discoveredPipeline('/somewhere/demo'), enabled: false, metadataFile: 'demo.json' } }, 'pipeline/disabled', /demo is disabled in demo\.json/],
  ])('%s', (_name, change, code, message) => {
    expect(() => planRun(input(change))).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }))
  })

  test('a link stays refused when problems are ignored', () => {
    const request = { env: {}, ignoreProblems: true }
    expect(() => planRun(input({ request, pipeline: { ...discoveredPipeline('/somewhere/demo'), outsideWorkspace: true } }))).toThrow(expect.objectContaining({ code: 'file/outside-workspace' }))
  })
})

test('problems and "disabled" can be ignored, warnings never stand in the way', () => {
  const pipeline = { ...discoveredPipeline('/somewhere/demo'), enabled: false, problems: [error] }
  expect(planRun(input({ pipeline, request: { env: {}, ignoreProblems: true } })).pipelineName).toBe('demo')
  const warned = { ...discoveredPipeline('/somewhere/demo'), problems: [{ ...error, severity: 'warning' as const }] }
  expect(planRun(input({ pipeline: warned })).pipelineName).toBe('demo')
})
