import { expect, test } from 'vitest'
import type { DownstreamTrigger } from '@shared/pipeline-config-model'
import { problemsOfTriggers, type TriggeringPipeline } from './trigger-problems'

const trigger = (pipeline: string, change: Partial<DownstreamTrigger> = {}): DownstreamTrigger => ({ pipeline, onSuccess: true, onFailure: false, onRoute: null, runConfigId: null, ...change })

function pipeline(name: string, triggers: DownstreamTrigger[] = [], change: { enabled?: boolean; configUsable?: boolean; ids?: string[] } = {}): TriggeringPipeline {
  const { enabled = true, configUsable = true, ids = [] } = change
  return { name, enabled, configUsable, metadataFile: 'pipeline.json', config: { downstreamTriggers: triggers, runConfigurations: ids.map((id) => ({ id })) } }
}

function messages(...pipelines: TriggeringPipeline[]): Record<string, string[]> {
  const problems = problemsOfTriggers(pipelines, new Map())
  return Object.fromEntries([...problems].map(([name, own]) => [name, own.map(({ message }) => message)]))
}

test('targets that are there, with or without a run configuration, are no problem', () => {
  expect(messages(pipeline('a', [trigger('b'), trigger('b', { runConfigId: 'night' })]), pipeline('b', [trigger('c')], { ids: ['night'] }), pipeline('c'))).toEqual({})
})

test('a target that is missing or disabled, and a run configuration that is unknown, are named at their places', () => {
  const all = [
    pipeline('a', [trigger('repotr'), trigger('off'), trigger('report', { runConfigId: 'nigth' }), trigger('broken', { runConfigId: 'x' })]),
    pipeline('report', [], { ids: ['night'] }),
    pipeline('off', [], { enabled: false }),
    pipeline('broken', [], { configUsable: false }),
  ]
  const places = [2, 3, 4, 5].map((line) => ({ line, column: 15 }))
  expect(problemsOfTriggers(all, new Map([['a', places]])).get('a')).toEqual([
    { severity: 'warning', message: 'There is no pipeline "repotr"; the trigger is skipped. Did you mean "report"?', file: 'pipeline.json', line: 2, column: 15 },
    { severity: 'warning', message: 'The pipeline "off" is disabled; the trigger starts nothing.', file: 'pipeline.json', line: 3, column: 15 },
    {
      severity: 'warning',
      message: 'The pipeline "report" has no run configuration "nigth"; the server would run it without a run configuration. Did you mean "night"?',
      file: 'pipeline.json',
      line: 4,
      column: 15,
    },
  ])
})

test('names are exact, also __proto__ and those that differ in case', () => {
  expect(messages(pipeline('a', [trigger('B'), trigger('__proto__'), trigger('constructor')]), pipeline('b'), pipeline('__proto__'))['a']).toEqual([
    'There is no pipeline "B"; the trigger is skipped. Did you mean "b"?',
    'There is no pipeline "constructor"; the trigger is skipped.',
  ])
})

test('a circle is named once for each of its members, with the way from there, and not for who leads into it', () => {
  const found = messages(pipeline('in', [trigger('a')]), pipeline('a', [trigger('x'), trigger('b')]), pipeline('b', [trigger('c'), trigger('out')]), pipeline('c', [trigger('a')]), pipeline('x'), pipeline('out'))
  const ending = '. The server would go round without end; a local chain ends where it comes round again.'
  expect(found).toEqual({
    a: [`This trigger is part of a circle: a → b → c → a${ending}`],
    b: [`This trigger is part of a circle: b → c → a → b${ending}`],
    c: [`This trigger is part of a circle: c → a → b → c${ending}`],
  })
})

test('the place of a circle is the trigger that leads on', () => {
  const places = new Map([['a', [{ line: 1, column: 1 }, { line: 7, column: 20 }]]])
  const problems = problemsOfTriggers([pipeline('a', [trigger('x'), trigger('a')]), pipeline('x')], places)
  expect(problems.get('a')).toEqual([expect.objectContaining({ line: 7, column: 20, message: expect.stringContaining('a → a') })])
})

test('two circles with one pipeline in common: each member has its shortest way', () => {
  const found = messages(pipeline('a', [trigger('b'), trigger('c')]), pipeline('b', [trigger('a')]), pipeline('c', [trigger('d')]), pipeline('d', [trigger('a')]))
  expect(found).toEqual({
    a: [expect.stringContaining('a circle: a → b → a.')],
    b: [expect.stringContaining('a circle: b → a → b.')],
    c: [expect.stringContaining('a circle: c → d → a → c.')],
    d: [expect.stringContaining('a circle: d → a → c → d.')],
  })
})

test('a trigger that never fires, a disabled member and a route: only the last one makes a circle', () => {
  expect(messages(pipeline('a', [trigger('b')]), pipeline('b', [trigger('a', { onSuccess: false })]))).toEqual({})
  expect(messages(pipeline('a', [trigger('b')]), pipeline('b', [trigger('a')], { enabled: false }))).toEqual({ a: ['The pipeline "b" is disabled; the trigger starts nothing.'] })
  expect(Object.keys(messages(pipeline('a', [trigger('b')]), pipeline('b', [trigger('a', { onSuccess: false, onRoute: 'again' })])))).toEqual(expect.arrayContaining(['a', 'b']))
})

test('ten thousand pipelines in one chain, in one circle, or with nothing but mistakes, are looked at in a moment', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `pipeline-${index}`)
  const beganAtMs = performance.now()
  expect(messages(...names.map((name, index) => pipeline(name, names[index + 1] === undefined ? [] : [trigger(names[index + 1] ?? '')])))).toEqual({})
  const circle = messages(...names.map((name, index) => pipeline(name, [trigger(names[(index + 1) % names.length] ?? '')])))
  expect(Object.keys(circle)).toHaveLength(10_000)
  expect(circle['pipeline-7']).toEqual([expect.stringContaining('a circle of 10000 pipelines')])
  expect(messages(pipeline('a', names.map((name) => trigger(name))))['a']).toHaveLength(100)
  expect(performance.now() - beganAtMs).toBeLessThan(3000)
})

test('a long circle is shortened in the middle', () => {
  const names = Array.from({ length: 50 }, (_, index) => `p${index}`)
  const found = messages(...names.map((name, index) => pipeline(name, [trigger(names[(index + 1) % names.length] ?? '')])))
  expect(found['p0']?.[0]).toContain('p0 → p1 → p2 → p3 → p4 → p5 → p6 → p7 → p8 → p9 → … → p0.')
})
