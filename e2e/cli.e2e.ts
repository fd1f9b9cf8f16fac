/** The command line as users and scripts meet it: the built program in a process of its own. */
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../src-main/engine/store/database'
import { createFacts } from '../src-main/engine/store/facts'
import { removeAllOf } from '../src-main/engine/testing/direct-engine'

const program = resolve(import.meta.dirname, '..', 'out', 'main', 'cli.js')
const endpoint = process.env['FFD_TEST_ENGINE'] ?? ''
const image = process.env['FFD_TEST_IMAGE'] ?? ''

type Ended = { exitCode: number | null; signal: string | null; stdout: string; stderr: string; lines: Record<string, unknown>[] }
type Live = { child: ChildProcessWithoutNullStreams; ended: Promise<Ended>; untilStdout(text: string): Promise<void>; untilStderr(text: string): Promise<void> }

let root: string
let workspace: string
let profile: string

const pipelines: Record<string, string> = {
  'fine/main.py': 'import os, sys\nprint("to out", os.environ.get("A"), flush=True)\nprint("to err", file=sys.stderr)\n',
  'seven/main.py': 'raise SystemExit(7)\n',
  'one/main.py': 'raise ValueError("broken")\n',
  'sleeper/main.py': 'import time\nprint("up", flush=True)\ntime.sleep(120)\n',
  'flood/main.py': 'import sys\nwhile True: sys.stdout.write("x" * 80 + "\\n")\n',
  'invalid/main.py': 'print("ran")\n',
  'invalid/pipeline.json': '{"enabled": tru}\n',
  'off/main.py': 'print("ran")\n',
  'off/pipeline.json': '{"enabled": false, "python_version": "3.11"}\n',
  'umlaut/main.py': 'print("ü" * 600_000, end="")\n',
  'notes/readme.txt': 'no pipeline\n',
}

function open(argv: string[], env: Record<string, string> = {}): Live {
  const child = spawn(process.execPath, [program, ...argv, '--workspace', workspace, '--user-data-dir', profile], { env: { ...process.env, ...env } })
  child.stdin.end()
  let [stdout, stderr] = ['', '']
  const waiting = new Set<() => void>()
  const note = (): void => [...waiting].forEach((look) => look())
  child.stdout.setEncoding('utf8').on('data', (text: string) => void ((stdout += text), note()))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void ((stderr += text), note()))
  const ended = new Promise<Ended>((done, failed) =>
    child.once('close', (exitCode, signal) => {
      try {
        const lines = argv.includes('--json') ? stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>) : []
        done({ exitCode, signal, stdout, stderr, lines })
      } catch (error) {
        failed(error instanceof Error ? error : new Error(String(error)))
      }
    }),
  )
  const until = (read: () => string, text: string): Promise<void> =>
    new Promise((found, failed) => {
      const look = (): void => {
        if (!read().includes(text)) return
        waiting.delete(look)
        found()
      }
      waiting.add(look)
      ended.then((end) => (read().includes(text) ? found() : failed(new Error(`ended without ${text}: ${end.stderr}`))), failed)
      look()
    })
  return { child, ended, untilStdout: (text) => until(() => stdout, text), untilStderr: (text) => until(() => stderr, text) }
}

const ffdesk = (...argv: string[]): Promise<Ended> => open(argv).ended

function giveToWorker(folder: string): void {
  if (process.getuid?.() !== 0) return
  chownSync(folder, 1001, 1001)
  for (const name of readdirSync(folder)) {
    if (lstatSync(join(folder, name)).isDirectory()) giveToWorker(join(folder, name))
    else chownSync(join(folder, name), 1001, 1001)
  }
}

function prepare(engineEndpoint: string): void {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ffd-cli-')))
  workspace = join(root, 'workspace')
  profile = join(root, 'profile')
  mkdirSync(profile)
  for (const [path, text] of Object.entries(pipelines)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  giveToWorker(workspace)
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ engineEndpoint, ...(image === '' ? {} : { workerImage: image }), stopGraceSeconds: 1 }))
  const { database } = openDatabase(join(profile, 'history.db'))
  createFacts(database).trust(workspace)
  database.close()
}

function finishedRun(end: Ended): Record<string, unknown> {
  const last = end.lines.at(-1)
  expect(last?.['type']).toBe('finished')
  return last?.['run'] as Record<string, unknown>
}

/** What is the same in a container and on this computer. */
function behavesTheSame(runner: 'docker' | 'host', words: string): void {
  it('prints the log on standard output and nothing else there', async () => {
    const end = await ffdesk('run', 'fine', '--env', 'A=b=c')
    expect(end.exitCode).toBe(0)
    // Python writes a line and its end one after the other: the other stream can come between them.
    for (const part of ['to out b=c', 'to err']) expect(end.stdout).toContain(part)
    expect(end.stdout).not.toContain('FASTFLOW_SETUP_READY')
    expect(end.stderr).toContain(words)
    expect(end.stderr).toMatch(/fine: succeeded \(exit code 0\)/)
    expect(end.stderr).toMatch(/Log: .*\.log/)
    expect(end.stderr).not.toContain('b=c')
  })

  it.each([
    ['seven', 7, 'failed'],
    ['one', 1, 'failed'],
    ['fine', 0, 'succeeded'],
  ])('run %s exits with %i', async (name, exitCode, outcome) => {
    const end = await ffdesk('run', name, '--json')
    expect(end.exitCode).toBe(exitCode)
    expect(finishedRun(end)).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      pipeline: name,
      outcome,
      exitCode,
      runner,
      setupMs: expect.any(Number) as number,
      codeMs: expect.any(Number) as number,
      logFile: expect.any(String) as string,
    })
    expect(end.lines.map(({ type }) => type)).toEqual(expect.arrayContaining(['started', 'phase', 'finished']))
    const text = end.lines.filter(({ type }) => type === 'log').map((line) => line['text']).join('')
    expect(readFileSync(finishedRun(end)['logFile'] as string, 'utf8')).toBe(text)
  })

  it('Ctrl+C stops the run, exit code 130', async () => {
    const live = open(['run', 'sleeper', '--json'])
    await live.untilStdout('"text":"up')
    live.child.kill('SIGINT')
    const end = await live.ended
    expect(end.exitCode).toBe(130)
    expect(finishedRun(end)).toMatchObject({ outcome: 'stopped', pipeline: 'sleeper' })
  })

  it('Ctrl+C at the very start leaves no run behind', async () => {
    const live = open(['run', 'sleeper', '--json'])
    await live.untilStdout('"started"')
    live.child.kill('SIGINT')
    const end = await live.ended
    expect(end.exitCode).toBe(130)
    expect(finishedRun(end)).toMatchObject({ outcome: 'stopped' })
  })

  it('a reader that goes away ends the run quietly', async () => {
    const live = open(['run', 'flood'])
    await live.untilStdout('xxx')
    live.child.stdout.destroy()
    const { exitCode, stderr } = await live.ended
    expect(exitCode).toBe(130)
    expect(stderr).not.toMatch(/EPIPE|Unhandled|at .*\.js:/)
    const { lines } = await ffdesk('runs', 'flood', '--json')
    expect(lines[0]).toMatchObject({ outcome: 'stopped', phase: 'finished' })
  })

  it('logs -f follows a run of another process to its end; without -f it shows what there is', async () => {
    const running = open(['run', 'sleeper', '--json'])
    await running.untilStdout('"text":"up')
    const { lines } = await ffdesk('runs', '--json')
    const id = lines[0]?.['id'] as string
    const following = open(['logs', id, '-f'])
    await following.untilStdout('up\n')
    expect((await ffdesk('logs', id)).stdout).toContain('up\n')
    const json = await ffdesk('logs', id, '--json')
    expect(json.lines.map(({ type }) => type)).toEqual(expect.arrayContaining(['run', 'log']))
    running.child.kill('SIGINT')
    expect((await following.ended).exitCode).toBe(0)
    await running.ended
  })

  it('preheat makes a pipeline warm, names what fails, and cache tells what is there', async () => {
    const folders = ['needs', 'wrong'].map((name) => join(workspace, name))
    for (const folder of folders) mkdirSync(folder)
    for (const folder of folders) writeFileSync(join(folder, 'main.py'), 'import cowsay\nprint(cowsay.__version__)\n')
    writeFileSync(join(workspace, 'needs', 'requirements.txt'), 'cowsay==6.1\n')
    writeFileSync(join(workspace, 'wrong', 'requirements.txt'), 'no-such-package-xyz-123456\n')
    giveToWorker(workspace)
    try {
      const cacheOf = async (name: string): Promise<unknown> => (await ffdesk('list', '--json')).lines.find((line) => line['name'] === name)?.['cache']
      expect(await cacheOf('needs')).toBe('cold')
      const ended = await ffdesk('preheat', 'needs', 'wrong')
      expect(ended.stderr).toMatch(/needs: ready \(1 packages?\)/)
      expect(ended.stderr).toMatch(/wrong: failed\n {2}.*no-such-package-xyz-123456|wrong: failed[\s\S]*no-such-package-xyz-123456/)
      expect(ended.exitCode).toBe(1)
      expect(await cacheOf('needs')).toBe('warm')
      expect(await cacheOf('wrong')).toBe('failed')
      const run = await ffdesk('run', 'needs', '--json')
      expect(finishedRun(run)).toMatchObject({ outcome: 'succeeded', ranOffline: true })
      expect((await ffdesk('cache')).stdout).toMatch(/^cowsay +6\.1 .*needs/m)
      expect((await ffdesk('preheat', 'needs', '--json')).lines.at(-1)).toMatchObject({ pipeline: 'needs', phase: 'ready' })
      expect((await ffdesk('preheat', 'nowhere')).exitCode).toBe(2)

      expect((await ffdesk('cache', 'prune')).stderr).toContain('Nothing to remove')
      writeFileSync(join(workspace, 'needs', 'requirements.txt'), 'iniconfig==2.0.0\n')
      writeFileSync(join(workspace, 'needs', 'main.py'), 'import iniconfig\nprint(iniconfig.__file__)\n')
      expect((await ffdesk('preheat', 'needs')).exitCode).toBe(0)
      const shown = await ffdesk('cache', 'prune')
      expect(shown.stderr).toMatch(/^package +\d+ KB +cowsay 6\.1$/m)
      expect(shown.stderr).toContain('Nothing was removed')
      expect(shown.exitCode).toBe(0)
      const pruned = await ffdesk('cache', 'prune', '--yes', '--json')
      expect(pruned.exitCode).toBe(0)
      expect(pruned.lines.map(({ type }) => type)).toEqual(['preview', 'removed'])
      expect(pruned.lines[1]).toMatchObject({ freedBytes: pruned.lines[0]?.['bytes'], kept: [] })
      const left = (await ffdesk('cache')).stdout
      expect(left).not.toContain('cowsay')
      expect(left).toContain('iniconfig')
      expect(await cacheOf('needs')).toBe('warm')

      const file = join(root, 'cache.tar.gz')
      expect((await ffdesk('cache', 'export', file)).stderr).toMatch(/cache\.tar\.gz: \d+ KB/)
      expect((await ffdesk('cache', 'import', file)).stderr).toContain('Taken over')
      writeFileSync(file, 'something else')
      const refused = await ffdesk('cache', 'import', file, '--json')
      expect(refused.exitCode).toBe(1)
      expect(refused.lines.at(-1)).toMatchObject({ type: 'error', error: { code: 'cache/file-refused' } })
    } finally {
      for (const folder of folders) rmSync(folder, { recursive: true })
    }
  })

  it('two at once on one profile both succeed', async () => {
    const ends = await Promise.all([ffdesk('run', 'fine', '--json'), ffdesk('run', 'fine', '--json')])
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0])
    expect(new Set(ends.map((end) => finishedRun(end)['id'])).size).toBe(2)
  })
}

describe.skipIf(endpoint === '')('ffdesk with a container engine (needs FFD_TEST_ENGINE)', () => {
  beforeAll(() => prepare(endpoint))
  afterAll(async () => {
    const { database } = openDatabase(join(profile, 'history.db'))
    const owner = createFacts(database).ownerId()
    database.close()
    await removeAllOf(endpoint, owner)
    rmSync(root, { recursive: true, force: true })
  })

  behavesTheSame('docker', 'in a container')

  it('--runner host takes this computer and says so', async () => {
    const end = await ffdesk('run', 'fine', '--runner', 'host')
    expect(end.exitCode).toBe(0)
    expect(end.stderr).toContain('on this computer, not isolated')
  })

  it('doctor finds engine and image', async () => {
    const { lines, exitCode } = await ffdesk('doctor', '--json')
    expect(exitCode).toBe(0)
    expect(lines.find(({ id }) => id === 'engine')).toMatchObject({ state: 'ok' })
    expect(lines.find(({ id }) => id === 'worker-image')).toMatchObject({ state: 'ok' })
  })
})

describe('ffdesk without a container engine', () => {
  beforeAll(() => prepare('unix:///nowhere/engine.sock'))
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  behavesTheSame('host', 'on this computer, not isolated')

  it('--runner docker says why there is none', async () => {
    const end = await ffdesk('run', 'fine', '--runner', 'docker', '--json')
    expect(end.exitCode).toBe(1)
    expect(finishedRun(end)).toMatchObject({ outcome: 'engine-error', exitCode: null, reason: expect.stringContaining('/nowhere/engine.sock') as string })
  })

  it('list --json has one object a line with the promised fields', async () => {
    const { lines, exitCode } = await ffdesk('list', '--json')
    expect(exitCode).toBe(0)
    expect(lines.map(({ name }) => name)).toEqual(['fine', 'flood', 'invalid', 'off', 'one', 'seven', 'sleeper', 'umlaut'])
    expect(lines[0]).toEqual({ name: 'fine', type: 'script', enabled: true, hasRequirements: false, pythonVersion: '3.11', cache: 'not-needed', cacheReason: null, problems: [] })
    expect(lines.find(({ name }) => name === 'off')).toMatchObject({ enabled: false })
    expect(lines.find(({ name }) => name === 'invalid')?.['problems']).toEqual([expect.objectContaining({ severity: 'error', message: expect.any(String) as string, line: 1 })])
  })

  it('list shows a table, and what is wrong on standard error', async () => {
    const { stdout, stderr, exitCode } = await ffdesk('list')
    expect(exitCode).toBe(0)
    expect(stdout.split('\n')[0]).toMatch(/^fine +script +enabled +Python 3\.11 +not-needed/)
    expect(stderr).toMatch(/error: invalid\/pipeline\.json:1/)
    expect(stderr).toMatch(/not a pipeline: notes/)
  })

  it.each([
    ['an unknown pipeline', ['run', 'fin'], /There is no pipeline "fin".*"fine"/],
    ['no command that exists', ['rum', 'fine'], /There is no command "rum"/],
    ['no pipeline', ['run'], /Which pipeline/],
    ['an unknown option', ['list', '--colour'], /--colour/],
    ['a wrong runner', ['run', 'fine', '--runner', 'podman'], /docker or host/],
    ['a variable without a value', ['run', 'fine', '--env', 'SECRET'], /NAME=VALUE/],
    ['an option of another command', ['list', '--force'], /--force does not go with "list"/],
    ['an id that is none', ['logs', 'abc'], /runId/],
    ['a run that does not exist', ['logs', '0b9f9a55-0000-4000-8000-000000000001'], /There is no run/],
    ['an invalid pipeline.json', ['run', 'invalid'], /invalid\/pipeline\.json:1/],
    ['a disabled pipeline', ['run', 'off'], /off is disabled/],
  ])('%s: exit code 2 and a sentence', async (_name, argv, message) => {
    const { exitCode, stderr, stdout } = await ffdesk(...argv)
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(2)
    expect(stdout).toBe('')
  })

  it('an error is one JSON object with --json', async () => {
    const { lines, exitCode } = await ffdesk('run', 'nope', '--json')
    expect(exitCode).toBe(2)
    expect(lines).toEqual([{ type: 'error', error: expect.objectContaining({ code: 'pipeline/not-found' }) as object }])
  })

  it.each(['invalid', 'off'])('--force runs "%s" all the same', async (name) => {
    const { stdout, exitCode } = await ffdesk('run', name, '--force')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('ran\n')
  })

  it('a workspace that does not exist is named', () => {
    const { status, stderr } = spawnSync(process.execPath, [program, 'list', '--workspace', join(root, 'gone'), '--user-data-dir', profile], { encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stderr).toContain(join(root, 'gone'))
  })

  it('a workspace that nobody trusts yet runs nothing until --trust is given, once', () => {
    const own = join(root, 'wary-profile')
    const run = (...more: string[]): { status: number | null; stdout: string; stderr: string } => spawnSync(process.execPath, [program, 'run', 'fine', ...more, '--workspace', workspace, '--user-data-dir', own], { encoding: 'utf8', env: { ...process.env, DOCKER_HOST: 'unix:///nowhere/engine.sock' } })
    const refused = run()
    expect(refused).toMatchObject({ status: 2, stdout: '' })
    expect(refused.stderr).toContain(`${workspace} is not trusted yet: nothing of it is executed. Add --trust`)
    expect(JSON.parse(run('--json').stdout)).toMatchObject({ type: 'error', error: { code: 'workspace/untrusted' } })
    const trusted = run('--trust')
    expect(trusted).toMatchObject({ status: 0 })
    expect(trusted.stderr).toContain('is trusted from now on.')
    expect(run()).toMatchObject({ status: 0 })
  })

  it('a new profile starts with the samples', () => {
    const own = join(root, 'new-profile')
    const { status, stdout } = spawnSync(process.execPath, [program, 'list', '--user-data-dir', own, '--json'], { encoding: 'utf8' })
    expect(status).toBe(0)
    expect(stdout).toContain('"name":"hello"')
    expect(readdirSync(join(own, 'fast-flow-samples'))).toContain('hello')
  })

  it('runs lists newest first, and logs gives the bytes of a finished run, also in JSON', async () => {
    const { lines } = await ffdesk('run', 'umlaut', '--json')
    const id = (lines.at(-1)?.['run'] as { id: string }).id
    expect((await ffdesk('runs', 'umlaut', '--limit', '1', '--json')).lines).toMatchObject([{ id, outcome: 'succeeded' }])
    expect((await ffdesk('runs')).stdout.split('\n')[0]).toMatch(new RegExp(`^${id}  umlaut .*succeeded.*exit 0.*not isolated`))
    const plain = await ffdesk('logs', id)
    const json = await ffdesk('logs', id, '--json')
    expect(plain.stdout.endsWith('ü'.repeat(600_000))).toBe(true)
    expect(json.lines.filter(({ type }) => type === 'log').map((line) => line['text']).join('')).toBe(plain.stdout)
  })

  it('a reader of logs that goes away is no crash', async () => {
    const { lines } = await ffdesk('runs', 'umlaut', '--limit', '1', '--json')
    const live = open(['logs', lines[0]?.['id'] as string])
    live.child.stdout.destroy()
    const { stderr } = await live.ended
    expect(stderr).toBe('')
  })

  it('help goes to standard output', async () => {
    const { stdout, exitCode } = await ffdesk('help')
    expect(exitCode).toBe(0)
    for (const word of ['list', 'run NAME', 'runs', 'logs ID', 'doctor', '--json', '--workspace', '--user-data-dir', '--runner', '--env']) expect(stdout).toContain(word)
  })

  it('a variable never shows in history or doctor', async () => {
    await ffdesk('run', 'fine', '--env', 'TOKEN=sup3r-secret')
    for (const command of ['runs', 'doctor']) expect((await ffdesk(command, '--json')).stdout).not.toContain('sup3r-secret')
  })
})
