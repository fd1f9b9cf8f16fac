/** Runs with the real uv on this computer, entered as the window and the CLI do. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Run } from '@shared/contract/runs'
import { processIsAlive } from '../platform/process'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { hostCacheFolder } from './host-runner'

let world: EngineWorld
beforeAll(async () => {
  world = await openEngineWorld({ endpoint: null, settings: { stopGraceSeconds: 1 } })
  await world.engine.uv.require()
}, 120_000)
afterAll(() => world.close(), 60_000)

async function stopped(id: string): Promise<Run> {
  await world.api('runs.stop', { runId: id })
  return world.untilPhase(id, 'finished')
}

describe('a run on this computer', () => {
  test('says what it is, and its script sees what a container shows it', async () => {
    await world.write({
      'sees it/main.py': 'import json, os, sys\nprint(json.dumps([sys.argv, sys.path[0], __name__, os.getcwd(), os.environ["MINE"], os.environ.get("VIRTUAL_ENV_PROMPT"), os.path.exists(os.environ["FASTFLOW_ROUTE_FILE"])]))\nprint("ü" * 3, end="")\n',
    })
    const { run, text } = await world.run('sees it', { env: { MINE: 'x y' } })
    expect(run).toMatchObject({ runner: 'host', outcome: 'succeeded', exitCode: 0, uvVersion: expect.any(String) as string, image: null })
    const folder = join(world.workspace, 'sees it')
    const [line = '', rest] = text.split('\n').slice(-2)
    expect(JSON.parse(line)).toEqual([[`${folder}/main.py`], '', '__main__', folder, 'x y', null, true])
    expect(rest).toBe('üüü')
    expect(readdirSync(world.engine.layout.runDir).filter((name) => name.endsWith('.route'))).toEqual([])
    expect(run.commandLine).not.toContain('x y')
  })

  test.each([
    ['7', 'raise SystemExit(7)', { outcome: 'failed', exitCode: 7 }],
    ['1 with a traceback', 'raise ValueError', { outcome: 'failed', exitCode: 1 }],
    ['137: killed from outside', 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)', { outcome: 'killed', exitCode: 137 }],
  ])('ends with exit code %s', async (_name, code, expected) => {
    await world.write({ 'ends/main.py': code })
    expect((await world.run('ends')).run).toMatchObject(expected)
  })

  test('takes packages into a cache of the app’s own', async () => {
    await world.write({ 'packages/main.py': 'import six; print(six.__version__)', 'packages/requirements.txt': 'six==1.16.0\n' })
    const { run, text } = await world.run('packages')
    expect(run).toMatchObject({ outcome: 'succeeded', cacheWasWarm: false })
    expect(text).toContain('1.16.0')
    expect(existsSync(join(hostCacheFolder(world.engine.layout, world.workspace), 'uv'))).toBe(true)
    expect((await world.run('packages')).run.cacheWasWarm).toBe(true)
  })

  test('with an unknown package ends at once, with uv’s words', async () => {
    await world.write({ 'unknown/main.py': 'print("never")', 'unknown/requirements.txt': 'fast-flow-desktop-no-such-package-7f3a\n' })
    const { run, text } = await world.run('unknown')
    expect(run.outcome).toBe('setup-failed')
    expect(text).toContain('fast-flow-desktop-no-such-package-7f3a')
    expect(text).not.toContain('never')
  })
})

describe('the end of the whole group', () => {
  const background = 'import subprocess, sys\nchild = subprocess.Popen(["sleep", "90"], start_new_session=NEW_SESSION)\nprint("child", child.pid, flush=True)\n'
  const childOf = (run: Run): number => Number(/child (\d+)/.exec(readFileSync(run.logFile, 'utf8'))?.[1])

  test('Stop lets a handler tidy up', async () => {
    await world.write({ 'handler/main.py': 'import signal, sys, time\ndef bye(*_):\n    print("tidied up", flush=True)\n    sys.exit(5)\nsignal.signal(signal.SIGTERM, bye)\nprint("up", flush=True)\ntime.sleep(60)\n' })
    const { id } = await world.start('handler')
    await world.untilLog(id, 'up')
    const run = await stopped(id)
    expect(run).toMatchObject({ outcome: 'stopped', exitCode: 5 })
    expect(readFileSync(run.logFile, 'utf8')).toMatch(/tidied up\n$/)
  })

  test('Stop kills what ignores SIGTERM, and its child in the background', async () => {
    await world.write({ 'stubborn/main.py': `import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n${background.replace('NEW_SESSION', 'False')}child.wait()\n` })
    const { id } = await world.start('stubborn')
    await world.untilLog(id, 'child')
    const run = await stopped(id)
    expect(run.outcome).toBe('stopped')
    expect(processIsRunning(childOf(run))).toBe(false)
  })

  test('a child in the background does not outlive a run that ends by itself', async () => {
    await world.write({ 'leaves/main.py': background.replace('NEW_SESSION', 'False') })
    const { run } = await world.run('leaves')
    expect(run.outcome).toBe('succeeded')
    expect(processIsRunning(childOf(run))).toBe(false)
  })

  test('a child that left the group cannot keep the run from ending', async () => {
    await world.write({ 'daemon/main.py': background.replace('NEW_SESSION', 'True') })
    const { run } = await world.run('daemon')
    process.kill(childOf(run), 'SIGKILL')
    expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0, notices: [{ severity: 'warning', message: expect.stringContaining('still runs') as string }] })
  })
})

/** A process that has ended but was not yet collected by the system's first one no longer runs. */
function processIsRunning(processId: number): boolean {
  if (!processIsAlive(processId)) return false
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${processId}/status`, 'utf8'))
  } catch {
    return false
  }
}
