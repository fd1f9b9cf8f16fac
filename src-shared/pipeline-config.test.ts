import { describe, expect, test } from 'vitest'
import { parsePipelineConfig } from './pipeline-config'
import { defaultPipelineConfig } from './pipeline-config-model'

const parse = (text: string) => parsePipelineConfig(text, { defaultPythonVersion: '3.11' })
const defaults = defaultPipelineConfig('3.11')

test('a complete file is taken as it is', () => {
  const text = '{"type":" Notebook ","enabled":false,"description":"d","tags":["a","b"],"python_version":"3.12.1","default_env":{"A":"1","B":"two\\nlines"}}'
  expect(parse(text)).toEqual({
    config: { ...defaults, type: 'notebook', enabled: false, description: 'd', tags: ['a', 'b'], pythonVersion: '3.12.1', defaultEnv: { A: '1', B: 'two\nlines' } },
    problems: [],
    usable: true,
    triggerPlaces: [],
  })
})

test('an empty object means the defaults', () => {
  expect(parse('{}')).toEqual({ config: defaults, problems: [], usable: true, triggerPlaces: [] })
})

describe('what the server would drop as a whole is unusable, holds the defaults and says where', () => {
  test.each([
    ['{"timeout": 10,}', 1, 16, 'comma before the closing brace'],
    ['{\n  "a": 1\n  "b": 2}', 3, 3, 'a comma is missing'],
    ['// comment\n{}', 1, 1, 'comments are not allowed'],
    ['', 1, 1, 'is empty'],
    ['\uFEFF{}', 1, 1, 'byte order mark'],
    ['{\0"\0}\0', 1, 1, 'UTF-16'],
    ['[]', 1, 1, 'an array'],
    ['"x"', 1, 1, 'a text'],
    ['null', 1, 1, 'null'],
    ['\n 42', 2, 2, 'a number'],
    ['{} {}', 1, 4, 'follows after the end'],
    ['{"a":"x\ty"}', 1, 6, 'control character'],
    ['{"a":01}', 1, 7, 'not valid JSON'],
    ['{"a":-NaN}', 1, 6, 'not valid JSON'],
    ['{"enabled":false,\r\n"default_env":["A"]}', 2, 15, 'default_env that is not an object'],
    ['['.repeat(100_000), 1, 201, 'nested deeper than 200'],
  ])('%.40j', (text, line, column, words) => {
    const { config, problems, usable } = parse(text)
    expect(usable).toBe(false)
    expect(config).toEqual(defaults)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ severity: 'error', file: 'pipeline.json', line, column })
    expect(problems[0]?.message).toContain(words)
    expect(problems[0]?.message).toContain('The server would ignore the whole file')
  })

  test('a file over 1 MB, counted in bytes', () => {
    expect(parse(`{"description":"${'ä'.repeat(500_000)}"}`)).toMatchObject({ usable: false, config: defaults })
    expect(parse(`{"description":"${'a'.repeat(900_000)}"}`)).toMatchObject({ usable: true, problems: [] })
  })
})

describe('a wrong value is named at its place, and the config holds what the server would use', () => {
  test.each<[string, string, string, object]>([
    ['{"type":"notebok"}', 'warning', 'Did you mean "notebook"', { type: 'script' }],
    ['{"type":3}', 'error', '"type" must be', { type: 'script' }],
    ['{"enabled":"false"}', 'error', 'takes "false" as enabled', { enabled: true }],
    ['{"enabled":0}', 'error', 'as disabled', { enabled: false }],
    ['{"enabled":NaN}', 'error', 'as enabled', { enabled: true }],
    ['{"enabled":null}', 'warning', 'as disabled', { enabled: false }],
    ['{"description":5}', 'error', '"description" must be a text', { description: null }],
    ['{"tags":"abc"}', 'error', 'every character as a tag', { tags: [] }],
    ['{"tags":["a",1]}', 'error', 'A tag must be a text', { tags: ['a'] }],
    ['{"python_version":3.11}', 'warning', 'should be in quotes', { pythonVersion: '3.11' }],
    ['{"default_env":{"A":1,"B":"b"}}', 'warning', 'dropped by the server', { defaultEnv: { B: 'b' } }],
    ['{"default_env":{" ":"x"}}', 'warning', 'has no name', { defaultEnv: {} }],
    ['{"default_env":{"A":"a\\u0000b"}}', 'error', 'NUL', { defaultEnv: {} }],
    ['{"default_env":{"A=B":"c"}}', 'error', 'equals sign', { defaultEnv: {} }],
    ['{"default_env":{"a b":"c"}}', 'warning', 'unusual name', { defaultEnv: { 'a b': 'c' } }],
    ['{"timout":5}', 'warning', 'Did you mean "timeout"', {}],
    ['{"description":"a","description":"b"}', 'warning', 'more than once', { description: 'b' }],
    ['{"default_env":{"A":"1","A":2}}', 'warning', 'more than once', { defaultEnv: {} }],
  ])('%s', (text, severity, words, config) => {
    const parsed = parse(text)
    expect(parsed.usable).toBe(true)
    expect(parsed.config).toMatchObject(config)
    const problem = parsed.problems.find(({ message }) => message.includes(words))
    expect(problem).toMatchObject({ severity, file: 'pipeline.json', line: 1 })
  })

  test.each(['"3.11; id"', '"--help"', '"../../bin/sh"', '"foo"', '"3"', '3', 'true', '["3.11"]', '"3.11\\n"', '-3.11', 'Infinity'])('python_version %s never reaches uv and needs a decision', (value) => {
    const parsed = parse(`{"python_version":${value}}`)
    expect(parsed.config.pythonVersion).toBe('3.11')
    if (value === '"3.11\\n"') expect(parsed).toMatchObject({ usable: true, problems: [] })
    else expect(parsed).toMatchObject({ usable: false, problems: [{ severity: 'error', line: 1, column: 19 }] })
  })

  test('3.10 without quotes is named as the trap it is', () => {
    const { problems, usable } = parse('{"python_version": 3.10}')
    expect(usable).toBe(false)
    expect(problems[0]?.message).toBe('"python_version" is a number: 3.10 without quotes means 3.1, and the server would look for Python 3.1. Write "3.10".')
  })
})

test('NaN and Infinity are accepted as by the server, and do not move the places after them', () => {
  const { problems, usable } = parse('{"cpu_soft_limit": -Infinity, "tags": [NaN, "NaN"], "description": "NaN Infinity", "nope": 1}')
  expect(usable).toBe(true)
  expect(problems.at(-1)).toMatchObject({ severity: 'warning', line: 1, column: 84 })
})

test('__proto__ neither pollutes nor vanishes', () => {
  const { config, problems } = parse('{"__proto__":{"polluted":1},"constructor":{},"default_env":{"__proto__":"x","A":"a"}}')
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  expect(problems.map(({ message }) => message)).toEqual([expect.stringContaining('"__proto__"'), expect.stringContaining('"constructor"')])
  expect(Object.entries({ ...config.defaultEnv })).toEqual([['__proto__', 'x'], ['A', 'a']])
})

test('a file of nothing but mistakes reports the worst hundred and counts the rest', () => {
  const keys = Array.from({ length: 5000 }, (_, index) => `"key${index}": 1`)
  const { problems } = parse(`{${keys.join(',')}, "description": 1}`)
  expect(problems).toHaveLength(101)
  expect(problems.some(({ severity }) => severity === 'error')).toBe(true)
  expect(problems.at(-1)?.message).toBe('4901 more problems are not shown.')
})

test('a megabyte of hostile text is read in a moment', () => {
  for (const unit of ['{"a":', '"\\"', 'NaN', '"k":1,', '\r\n', '/*', '{"x":"']) {
    const beganAtMs = performance.now()
    parse(`{${unit.repeat(Math.floor(990_000 / unit.length))}`)
    expect(performance.now() - beganAtMs, unit).toBeLessThan(3000)
  }
})

describe('a megabyte of mistakes in one place is read in a moment and reported in part', () => {
  test.each([
    ['entries of schedules', '"schedules":[', '{"id":"a","schedule_cron":"* * * * *","timout":1,"webhook_key":1},'],
    ['schedules without id', '"schedules":[', '{},'],
    ['triggers', '"downstream_triggers":[', '{"pipeline":"x","on_rute":1},'],
    ['cells', '"type":"notebook","cells":[', '{"retries":"x"},'],
    ['secrets', '"secrets":[', '1,'],
    ['tags', '"tags":[', '{},'],
    ['delays', '"retry_strategy":{"type":"custom_schedule","delays":[', '"x",'],
    ['variables', '"default_env":{', '"=":1,'],
  ])('%s', (_name, before, unit) => {
    const close = before.includes('delays') ? '0]}}' : before.includes('default_env') ? '"A":"a"}}' : '0]}'
    const beganAtMs = performance.now()
    const { problems } = parse(`{${before}${unit.repeat(Math.floor(900_000 / unit.length))}${close}`)
    expect(problems).toHaveLength(101)
    expect(problems.at(-1)?.message).toMatch(/^\d+ more problems are not shown\.$/)
    expect(performance.now() - beganAtMs).toBeLessThan(3000)
  })
})

test('values of variables and webhook keys are in no message', () => {
  const secret = 'hunter2-hunter2'
  const values = [`"${secret}"`, `["${secret}"]`, `{"A":["${secret}"],"B=":"${secret}","C":"${secret}\\u0000"}`]
  for (const name of ['default_env', 'encrypted_env', 'webhook_key']) {
    for (const value of values) {
      const entry = `{"id":"a","schedule_cron":"* * * * *","${name}":${value}}`
      const twice = `{"webhook_key":"${secret}","schedules":[${entry.replace(name, 'webhook_key')}]}`
      for (const text of [`{"${name}":${value}}`, `{"schedules":[${entry}]}`, twice]) expect(JSON.stringify(parse(text).problems)).not.toContain('hunter2')
    }
  }
})

test('the name of the file is the one that was read', () => {
  expect(parsePipelineConfig('{', { defaultPythonVersion: '3.11', file: 'demo.json' }).problems[0]).toMatchObject({ file: 'demo.json' })
})
