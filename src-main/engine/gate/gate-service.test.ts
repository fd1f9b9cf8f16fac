/** The push gate on real repositories: a bare remote, commits on top of it, and what the gate says of them. */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ApiParsedInput } from '@shared/contract'
import { gateReport, type GateItem, type GateReport } from '@shared/contract/gate'
import { defaultSettings, type Settings } from '@shared/contract/settings'
import type { RunOutcome } from '@shared/contract/runs'
import { choosePipelinesDir } from '../workspace/pipelines-dir'
import { createRepositoryState } from '../git/repository-state'
import { commitFiles, git, gitEnvironment, makeRepository, makeRepositoryWithRemote } from '../testing/git-world'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createGateService } from './gate-service'

type Options = { settings?: Partial<Settings>; outcomes?: Record<string, RunOutcome>; question?: Partial<ApiParsedInput<'gate.check'>> }

const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`
const nowMs = Date.UTC(2026, 0, 5, 10)

async function check(root: string, { settings = {}, outcomes = {}, question = {} }: Options = {}): Promise<GateReport> {
  const workspace = { root, pipelinesDir: await choosePipelinesDir(root, '') }
  const environment = (): NodeJS.ProcessEnv => gitEnvironment()
  const state = createRepositoryState({ workspace: () => workspace, isTrusted: () => false, environment, publish: () => undefined, onRepository: () => undefined })
  const gate = createGateService({ workspace: () => workspace, environment, settings: () => ({ ...defaultSettings, ...settings }), lastOutcomeOf: ({ pipeline, gitTree }) => outcomes[`${pipeline} ${gitTree}`] ?? null, gitState: () => state.refresh(), nowMs: () => nowMs })
  const report = gateReport.parse(await gate.check({ range: 'outgoing', base: null, head: null, branch: null, ...question }))
  state.dispose()
  return report
}

const shown = ({ severity, kind, pipeline, path, line }: GateItem): unknown[] => [severity, kind, pipeline, path, line]
const itemsOf = (report: GateReport, kind: GateItem['kind']): unknown[][] => report.items.filter((item) => item.kind === kind).map(shown)
const messageOf = (report: GateReport, kind: GateItem['kind']): string => report.items.find((item) => item.kind === kind)?.message ?? ''

describe('config', () => {
  test('nothing outgoing is nothing to say', async () => {
    const { root } = makeRepositoryWithRemote()
    expect(await check(root)).toMatchObject({ commits: 0, items: [], red: 0, amber: 0, schedules: [], base: { name: 'origin/main' }, reachesServer: true, pipelines: [{ name: 'demo', change: 'unchanged', lastRun: 'never' }, { name: 'other', change: 'unchanged' }] })
  })

  test('of the commits counts, not that of the working tree', async () => {
    const { root } = makeRepositoryWithRemote()
    commitFiles(root, { 'demo/pipeline.json': '{\n  "mem_hard_limit": "1.5g",\n  "schedule_cron": "0 9 * * 1-5"\n}\n' }, 'limits')
    addFiles(root, { 'demo/pipeline.json': '{}', 'demo/extra.py': '' })
    const report = await check(root)
    expect(itemsOf(report, 'config')).toEqual(expect.arrayContaining([['red', 'config', 'demo', 'demo/pipeline.json', 2], ['amber', 'config', 'demo', 'demo/pipeline.json', 3]]))
    expect(report.items.find(({ line, kind }) => kind === 'config' && line === 3)?.message).toMatch(/Tuesday/)
    expect(itemsOf(report, 'uncommitted')).toEqual([['info', 'uncommitted', null, null, null]])
    expect(messageOf(report, 'uncommitted')).toContain('2 changed files of demo')
  })

  test('that the server drops enables a disabled pipeline', async () => {
    const { root } = makeRepositoryWithRemote({ 'demo/main.py': '', 'demo/pipeline.json': '{"enabled": false}' })
    commitFiles(root, { 'demo/pipeline.json': '{"enabled": false, "timeout": 5,}' }, 'typo')
    const report = await check(root)
    expect(itemsOf(report, 'enables')).toEqual([['red', 'enables', 'demo', 'demo/pipeline.json', 1]])
    expect(messageOf(report, 'enables')).toContain('would enable a disabled pipeline')
  })

  test('that is wrong on the other side already is shown and stops nothing', async () => {
    const { root } = makeRepositoryWithRemote({ 'bad/main.py': '', 'bad/pipeline.json': '{', 'demo/main.py': '' })
    commitFiles(root, { 'demo/main.py': 'print(1)\n' }, 'work')
    const report = await check(root)
    expect(report.items.find(({ pipeline }) => pipeline === 'bad')).toMatchObject({ severity: 'amber', isOld: true, kind: 'config' })
    expect(report.red).toBe(0)
  })

  test('a lock that lacks a package, a chain into nothing, a webhook key for two, a secret that is needed', async () => {
    const { root } = makeRepositoryWithRemote()
    commitFiles(root, {
      'demo/requirements.txt': '-r more.txt\n',
      'demo/more.txt': 'requests\npandas==2.1.0\n',
      'demo/requirements.txt.lock': 'requests==2.31.0\n',
      'demo/pipeline.json': '{"downstream_triggers": [{"pipeline": "othr"}], "webhook_key": "k1", "secrets": ["API_TOKEN"]}',
      'other/pipeline.json': '{"webhook_key": "k1"}',
    }, 'all')
    const report = await check(root)
    expect(itemsOf(report, 'lock')).toEqual([['red', 'lock', 'demo', 'demo/requirements.txt.lock', null]])
    expect(itemsOf(report, 'webhook').map(([, , pipeline]) => pipeline)).toEqual(['demo', 'other'])
    expect(messageOf(report, 'server-secrets')).toContain('API_TOKEN')
    expect(messageOf(report, 'config')).toContain('There is no pipeline "othr"')
  })
})

describe('pipelines', () => {
  test('that vanish, are renamed, or are none any more', async () => {
    const { root } = makeRepositoryWithRemote({ 'away/main.py': 'a', 'old/main.py': 'o', 'broken/main.ipynb': '{}', 'broken/pipeline.json': '{"type": "notebook"}', 'chain/main.py': '', 'chain/pipeline.json': '{"downstream_triggers": [{"pipeline": "away"}]}' })
    git(root, 'mv', 'old', 'new')
    rmSync(join(root, 'away'), { recursive: true })
    commitFiles(root, { 'broken/pipeline.json': '{"type": "notebook",}' }, 'moves')
    const report = await check(root)
    expect(itemsOf(report, 'renamed')).toEqual([['amber', 'renamed', 'old', 'new', null]])
    expect(itemsOf(report, 'vanishes')).toEqual([['red', 'vanishes', 'broken', 'broken', null], ['amber', 'vanishes', 'away', 'away', null]])
    expect(report.items.find(({ pipeline, kind }) => pipeline === 'chain' && kind === 'config')).toMatchObject({ severity: 'amber', isOld: false })
    expect(report.pipelines.map(({ name, change }) => [name, change])).toEqual([['away', 'removed'], ['broken', 'removed'], ['chain', 'unchanged'], ['new', 'added'], ['old', 'removed']])
  })

  test('are those of the folder that the server looks in, also below the root', async () => {
    const { root } = makeRepositoryWithRemote({ 'pipelines/demo/main.py': '', 'docs/readme.md': '' })
    commitFiles(root, { 'pipelines/demo/pipeline.json': '{', 'docs/pipeline.json': '{' }, 'x')
    expect(itemsOf(await check(root), 'config')).toEqual([['red', 'config', 'demo', 'pipelines/demo/pipeline.json', 1]])
  })

  test('say how exactly this code ran last', async () => {
    const { root } = makeRepositoryWithRemote()
    commitFiles(root, { 'demo/main.py': 'print(3)\n', 'other/main.py': 'print(4)\n', 'third/main.py': '' }, 'work')
    const tree = (name: string): string => `${name} ${git(root, 'rev-parse', `HEAD:${name}`)}`
    const report = await check(root, { outcomes: { [tree('demo')]: 'succeeded', [tree('other')]: 'out-of-memory' } })
    expect(report.pipelines.map(({ name, lastRun }) => [name, lastRun])).toEqual([['demo', 'green'], ['other', 'red'], ['third', 'never']])
    expect(itemsOf(report, 'last-run')).toEqual([['red', 'last-run', 'other', 'other', null], ['amber', 'last-run', 'third', 'third', null]])
  })

  test('that are links: within the repository they are followed, out of it they are named and nothing outside is read', async () => {
    const { root } = makeRepositoryWithRemote()
    const outside = makeTemporaryWorkspace({ 'main.py': 'secret' })
    mkdirSync(join(root, 'lib'))
    writeFileSync(join(root, 'lib/shared.py'), '')
    symlinkSync('demo', join(root, 'alias'))
    symlinkSync(outside, join(root, 'escape'))
    mkdirSync(join(root, 'linked'))
    symlinkSync('../lib/shared.py', join(root, 'linked/main.py'))
    symlinkSync('/etc/passwd', join(root, 'linked/pipeline.json'))
    commitFiles(root, {}, 'links')
    const report = await check(root)
    expect(report.pipelines.filter(({ change }) => change === 'added').map(({ name }) => name)).toEqual(['alias', 'linked'])
    expect(itemsOf(report, 'link')).toEqual([['red', 'link', 'escape', 'escape', null], ['red', 'link', 'linked', 'linked/main.py', null], ['red', 'link', 'linked', 'linked/pipeline.json', null]])
  })
})

describe('content', () => {
  test('a token is named by place and kind, never by its value, also in a notebook’s output and in default_env', async () => {
    const { root } = makeRepositoryWithRemote()
    commitFiles(root, {
      'demo/main.py': `import os\nKEY = "${token}"\n`,
      'demo/main.ipynb': JSON.stringify({ cells: [{ cell_type: 'code', outputs: [{ text: [`token=${token}\n`] }] }] }, null, 1),
      'demo/pipeline.json': '{\n  "default_env": {"DB_PASSWORD": "kT9$wq!2Lz"}\n}',
    }, 'leak')
    const report = await check(root)
    expect(itemsOf(report, 'secret').map(([severity, , , path, line]) => [severity, path, line])).toEqual([['red', 'demo/main.ipynb', 8], ['red', 'demo/main.py', 2], ['red', 'demo/pipeline.json', 2]])
    const text = JSON.stringify(report)
    expect(text).toContain('GitHub token, beginning \\"ghp_\\"')
    for (const value of [token, 'kT9$wq!2Lz', token.slice(0, 12)]) expect(text).not.toContain(value)
  })

  test('a token that a later commit takes away is sent all the same; one that the other side has is old news', async () => {
    const { root } = makeRepositoryWithRemote({ 'demo/main.py': `OLD = "${token}"\n` })
    commitFiles(root, { 'demo/main.py': `OLD = "${token}"\nprint(1)\n`, 'demo/key.pem': '-----BEGIN PRIVATE KEY-----\nabc\n' }, 'one')
    rmSync(join(root, 'demo/key.pem'))
    commitFiles(root, {}, 'two')
    const report = await check(root)
    expect(itemsOf(report, 'secret')).toEqual([['red', 'secret', 'demo', 'demo/key.pem', null]])
    expect(messageOf(report, 'secret')).toContain('git rebase -i')
  })

  test('files above the sizes of the settings', async () => {
    const { root } = makeRepositoryWithRemote()
    commitFiles(root, { 'demo/big.csv': 'x'.repeat(1_500_000), 'demo/huge.csv': 'y'.repeat(2_500_000) }, 'data')
    const report = await check(root, { settings: { warnFileMegabytes: 1, refuseFileMegabytes: 2 } })
    expect(itemsOf(report, 'size')).toEqual([['red', 'size', 'demo', 'demo/huge.csv', null], ['amber', 'size', 'demo', 'demo/big.csv', null]])
  })

  test('names that are odd keep every byte', async () => {
    const { root } = makeRepositoryWithRemote()
    const names = ['demo/new\nline.py', 'demo/-rf', 'demo/"quoted".py', 'demo/größe 😀.py', 'demo/:colon', 'demo/tab\t.py']
    addFiles(root, Object.fromEntries(names.map((name, at) => [name, `# ${at}\nKEY = "${token}"\n`])))
    writeFileSync(Buffer.concat([Buffer.from(`${root}/demo/bad`), Buffer.from([0xff])]), `KEY="${token}"\n`)
    commitFiles(root, {}, 'odd')
    expect(itemsOf(await check(root), 'secret').map(([, , , path]) => path).sort()).toEqual([...names, 'demo/bad\udcff'].sort())
  })

  test('of a merge only what is new counts', async () => {
    const { root, remote } = makeRepositoryWithRemote()
    const other = join(makeTemporaryWorkspace(), 'other')
    git(root, 'clone', '-q', remote, other)
    commitFiles(other, { 'other/theirs.py': `T = "${token}"\n` }, 'theirs')
    git(other, 'push', '-q')
    commitFiles(root, { 'demo/ours.py': `T = "${token.replace('a1', 'b7')}"\n` }, 'ours')
    git(root, 'fetch', '-q')
    git(root, 'merge', '-q', '--no-edit', 'origin/main')
    const report = await check(root)
    expect(report.commits).toBe(2)
    expect(itemsOf(report, 'secret').map(([, , , path]) => path)).toEqual(['demo/ours.py'])
  })
})

describe('the range', () => {
  test('of a branch that is pushed for the first time counts from the server’s branch, and does not reach the server', async () => {
    const { root } = makeRepositoryWithRemote()
    git(root, 'checkout', '-q', '-b', 'work')
    commitFiles(root, { 'demo/main.py': 'print(5)\n' }, 'work')
    const report = await check(root)
    expect(report).toMatchObject({ commits: 1, base: { name: 'origin/main' }, reachesServer: false, head: { branch: 'work' } })
    expect(messageOf(report, 'branch')).toContain('The server takes main, and this goes to work')
    expect(await check(root, { settings: { serverBranch: 'work' } })).toMatchObject({ reachesServer: true })
  })

  test('without a remote is everything; with --base what is named; a commit alone', async () => {
    const root = makeRepository()
    const first = git(root, 'rev-parse', 'HEAD')
    commitFiles(root, { 'demo/main.py': 'print(6)\n' }, 'two')
    commitFiles(root, { 'other/main.py': 'print(7)\n' }, 'three')
    expect(await check(root)).toMatchObject({ base: null, commits: 3, pipelines: [{ change: 'added' }, { change: 'added' }] })
    expect(await check(root, { question: { base: first } })).toMatchObject({ commits: 2, base: { commit: first } })
    expect(await check(root, { question: { range: 'commit' } })).toMatchObject({ commits: 1, pipelines: [{ name: 'demo', change: 'unchanged' }, { name: 'other', change: 'changed' }] })
    await expect(check(root, { question: { base: 'nope' } })).rejects.toMatchObject({ code: 'git/not-found' })
  })

  test('where there is no repository, or no commit, it says so', async () => {
    await expect(check(makeTemporaryWorkspace())).rejects.toMatchObject({ code: 'git/no-repository' })
    const empty = makeTemporaryWorkspace()
    git(empty, 'init', '-q')
    await expect(check(empty)).rejects.toMatchObject({ code: 'git/not-found' })
  })
})

test('what the server does next: schedules that start and stop, with times', async () => {
  const { root } = makeRepositoryWithRemote({ 'demo/main.py': '', 'demo/pipeline.json': '{"schedule_cron": "0 9 * * *"}', 'off/main.py': '', 'off/pipeline.json': '{"enabled": false, "schedule_interval_seconds": 60}' })
  commitFiles(root, { 'demo/pipeline.json': '{"schedule_cron": "30 9 * * *"}', 'new/main.py': '', 'new/pipeline.json': '{"schedule_interval_seconds": 3600}' }, 'times')
  const { schedules } = await check(root)
  expect(schedules).toEqual([
    { pipeline: 'new', runConfigId: null, timing: { kind: 'interval', text: expect.any(String) as string }, change: 'starts', nextAtMs: [1, 2, 3].map((hours) => nowMs + hours * 3_600_000) },
    { pipeline: 'demo', runConfigId: null, timing: { kind: 'cron', text: '30 9 * * *' }, change: 'starts', nextAtMs: [6, 7, 8].map((day) => Date.UTC(2026, 0, day, 9, 30)) },
    { pipeline: 'demo', runConfigId: null, timing: { kind: 'cron', text: '0 9 * * *' }, change: 'stops', nextAtMs: [] },
  ])
})
