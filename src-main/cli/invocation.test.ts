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
    [['run', 'demo'], { ...common, command: 'run', pipeline: 'demo', runner: null, runConfigId: null, env: {}, force: false, trust: false }],
    [
      ['run', 'a b', '--runner', 'host', '--env', 'A=1=2', '--env', 'B=', '--env', 'A=3\n4', '--force'],
      { ...common, command: 'run', pipeline: 'a b', runner: 'host', runConfigId: null, env: { A: '3\n4', B: '' }, force: true, trust: false },
    ],
    [['run', '--', '--strange-name'], { ...common, command: 'run', pipeline: '--strange-name', runner: null, runConfigId: null, env: {}, force: false, trust: false }],
    [['run', 'demo', '--trust'], { ...common, command: 'run', pipeline: 'demo', runner: null, runConfigId: null, env: {}, force: false, trust: true }],
    [['status', '--json'], { ...common, json: true, command: 'status' }],
    [['check'], { ...common, command: 'check', base: null, prePush: false }],
    [['check', '--base', 'origin/main'], { ...common, command: 'check', base: 'origin/main', prePush: false }],
    [['check', '--pre-push'], { ...common, command: 'check', base: null, prePush: true }],
    [['push', '--force-gate', '--trust'], { ...common, command: 'push', forceGate: true, trust: true }],
    [['sync'], { ...common, command: 'sync', trust: false }],
    [['runs'], { ...common, command: 'runs', pipeline: null, limit: 20 }],
    [['runs', 'demo', '--limit', '5'], { ...common, command: 'runs', pipeline: 'demo', limit: 5 }],
    [['logs', 'abc', '-f'], { ...common, command: 'logs', runId: 'abc', follow: true, asServer: false }],
    [['run', 'demo', '--config', 'nightly'], { ...common, command: 'run', pipeline: 'demo', runner: null, runConfigId: 'nightly', env: {}, force: false, trust: false }],
    [['stop', 'abc'], { ...common, command: 'stop', runId: 'abc' }],
    [['schedule', 'demo'], { ...common, command: 'schedule', pipeline: 'demo', count: 10, fromAtMs: null }],
    [['schedule', 'demo', '--next', '3', '--from', '2026-01-31T09:00Z'], { ...common, command: 'schedule', pipeline: 'demo', count: 3, fromAtMs: Date.UTC(2026, 0, 31, 9) }],
    [['secrets', 'list'], { ...common, command: 'secrets', action: 'list' }],
    [['secrets', 'key'], { ...common, command: 'secrets', action: 'key' }],
    [['secrets', 'set', 'TOKEN'], { ...common, command: 'secrets', action: 'set', name: 'TOKEN' }],
    [['secrets', 'rm', 'TOKEN'], { ...common, command: 'secrets', action: 'rm', name: 'TOKEN' }],
    [['encrypt'], { ...common, command: 'encrypt' }],
    [['cache'], { ...common, command: 'cache', action: 'ls' }],
    [['cache', 'prune'], { ...common, command: 'cache', action: 'prune', yes: false }],
    [['cache', 'prune', '--yes', '--json'], { ...common, json: true, command: 'cache', action: 'prune', yes: true }],
    [['cache', 'export', 'a.tar.gz'], { ...common, command: 'cache', action: 'export', file: 'a.tar.gz' }],
    [['cache', 'import', 'a.tar.gz'], { ...common, command: 'cache', action: 'import', file: 'a.tar.gz' }],
    [['cache', 'check'], { ...common, command: 'cache-check', isFull: true, repairs: false }],
    [['cache', 'check', '--quick', '--repair'], { ...common, command: 'cache-check', isFull: false, repairs: true }],
    [['doctor'], { ...common, command: 'doctor' }],
  ])('%j', (argv, invocation) => expect(parseInvocation(argv)).toEqual({ ok: true, invocation }))
})

describe('refused, with a sentence', () => {
  test.each<[string[], RegExp]>([
    [['check', 'main'], /takes no argument/],
    [['check', '--pre-push', '--base', 'x'], /--base does not go with --pre-push/],
    [['push', 'main'], /takes no argument/],
    [['list', '--force-gate'], /--force-gate does not go with "list"/],
    [['rum'], /no command "rum"/],
    [['cache', 'ls', '--repair'], /go with "cache check"/],
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
    [['list', '--config', 'x'], /--config does not go with "list"/],
    [['stop'], /Which run/],
    [['schedule'], /Which pipeline/],
    [['schedule', 'a', '--next', '0'], /1 to 1000/],
    [['schedule', 'a', '--from', '31.01.2026'], /2026-01-31T09:00Z/],
    [['secrets'], /list, set NAME/],
    [['secrets', 'set'], /Which secret/],
    [['secrets', 'set', 'A', 'value'], /Too many arguments/],
    [['secrets', 'list', 'A'], /takes no name/],
    [['cache', 'clear'], /ls, check, prune, export FILE or import FILE/],
    [['cache', 'prune', 'six'], /Too many arguments: six/],
    [['cache', 'export'], /Which file/],
    [['cache', 'import', 'a.zip'], /ends in .tar.gz/],
    [['list', '--yes'], /--yes does not go with "list"/],
    [['encrypt', 'value'], /standard input/],
  ])('%j', (argv, problem) => expect(parseInvocation(argv)).toEqual({ ok: false, problem: expect.stringMatching(problem) as string }))

  test('a value is never repeated: it may be a secret', () => {
    const parsed = parseInvocation(['run', 'a', '--env', 'TO-KEN=secret'])
    expect(parsed).toMatchObject({ ok: false })
    expect(JSON.stringify(parsed)).not.toContain('secret')
  })
})
