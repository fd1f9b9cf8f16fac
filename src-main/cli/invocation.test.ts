import { describe, expect, test } from 'vitest'
import { parseInvocation, type Invocation } from './invocation'

const common = { json: false, workspace: null, userDataDir: null }

describe('understood', () => {
  test.each<[string[], Invocation]>([
    [[], { ...common, command: 'help' }],
    [['--help'], { ...common, command: 'help' }],
    [['run', '-h'], { ...common, command: 'help' }],
    [['list', '--json'], { ...common, json: true, command: 'list' }],
    [['--workspace', '/w', 'list', '--user-data-dir=/p'], { ...common, workspace: '/w', userDataDir: '/p', command: 'list' }],
    [['run', 'demo'], { ...common, command: 'run', pipeline: 'demo', runner: null, env: {}, force: false }],
    [
      ['run', 'a b', '--runner', 'host', '--env', 'A=1=2', '--env', 'B=', '--env', 'A=3\n4', '--force'],
      { ...common, command: 'run', pipeline: 'a b', runner: 'host', env: { A: '3\n4', B: '' }, force: true },
    ],
    [['run', '--', '--strange-name'], { ...common, command: 'run', pipeline: '--strange-name', runner: null, env: {}, force: false }],
    [['runs'], { ...common, command: 'runs', pipeline: null, limit: 20 }],
    [['runs', 'demo', '--limit', '5'], { ...common, command: 'runs', pipeline: 'demo', limit: 5 }],
    [['logs', 'abc', '-f'], { ...common, command: 'logs', runId: 'abc', follow: true }],
    [['doctor'], { ...common, command: 'doctor' }],
  ])('%j', (argv, invocation) => expect(parseInvocation(argv)).toEqual({ ok: true, invocation }))
})

describe('refused, with a sentence', () => {
  test.each<[string[], RegExp]>([
    [['rum'], /no command "rum"/],
    [['constructor'], /no command "constructor"/],
    [['run'], /Which pipeline/],
    [['run', 'a', 'b'], /Too many arguments: b/],
    [['list', 'a'], /takes no argument/],
    [['run', 'a', '--runner', 'podman'], /docker or host, not "podman"/],
    [['run', 'a', '--env', '1A=x'], /NAME=VALUE, not "1A"/],
    [['run', 'a', '--env'], /env/],
    [['run', 'a', '--follow'], /--follow does not go with "run"/],
    [['logs'], /Which run/],
    [['runs', '--limit', '0'], /1 to 1000/],
    [['runs', '--limit', '1.5'], /1 to 1000/],
    [['runs', '--limit', 'x'], /1 to 1000/],
    [['list', '--nope'], /--nope/],
  ])('%j', (argv, problem) => expect(parseInvocation(argv)).toEqual({ ok: false, problem: expect.stringMatching(problem) as string }))

  test('a value is never repeated: it may be a secret', () => {
    const parsed = parseInvocation(['run', 'a', '--env', 'TO-KEN=secret'])
    expect(parsed).toMatchObject({ ok: false })
    expect(JSON.stringify(parsed)).not.toContain('secret')
  })
})
