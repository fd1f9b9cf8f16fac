/** What is left of a process that was killed, with a real engine and a real kill -9. */
import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import type { Run } from '@shared/contract/runs'
import { createEngine, type Engine } from '../engine'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

describeWithEngine('after a kill -9', ({ endpoint, image }) => {
  const counting = 'import time\nfor number in range(20):\n    print("line", number, flush=True)\n    time.sleep(0.25)\n'

  /** A command that runs the pipeline, killed when the condition holds. */
  async function killed(world: EngineWorld, pipeline: string, when: (run: Run) => boolean, more: string[] = []): Promise<Run> {
    const child = spawn(process.execPath, [resolve('out', 'main', 'cli.js'), 'run', pipeline, '--json', '--workspace', world.workspace, '--user-data-dir', world.profile, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
    const exited = new Promise((end) => child.once('exit', end))
    child.stdout.resume()
    for (;;) {
      if (child.exitCode !== null) throw new Error(`the command ended by itself, with code ${child.exitCode}`)
      const run = (await world.api('runs.list', { pipeline })).runs[0]
      if (run && when(run)) {
        child.kill('SIGKILL')
        await exited
        return run
      }
      await new Promise((next) => setTimeout(next, 20))
    }
  }

  function nextEngine(world: EngineWorld, followUps = { restarts: false, chains: false }): Engine {
    return createEngine({
      userDataDir: world.profile, samplesDir: world.workspace, userSamplesDir: join(world.profile, 'samples'), workerDir: resolve('resources', 'worker'), homeDir: homedir(), platform: process.platform,
      rememberWorkspaces: false, adoptsRuns: true, preheats: false, followUps,
    })
  }

  async function untilFinished(world: EngineWorld, runId: string): Promise<Run> {
    for (;;) {
      const run = await world.api('runs.get', { runId })
      if (run.phase === 'finished') return run
      await new Promise((next) => setTimeout(next, 50))
    }
  }

  async function follower(world: EngineWorld, pipeline: string, parentRunId: string): Promise<Run> {
    for (;;) {
      const found = (await world.api('runs.list', { pipeline })).runs.find((run) => run.parentRunId === parentRunId)
      if (found) return found
      await new Promise((next) => setTimeout(next, 50))
    }
  }

  async function withWorld(work: (world: EngineWorld) => Promise<void>): Promise<void> {
    const world = await openEngineWorld({ endpoint, settings: { workerImage: image } })
    try {
      await work(world)
    } finally {
      await world.close()
    }
  }

  test('a run in its container goes on: its whole log, its exit code, its secrets still masked, no container left', () =>
    withWorld(async (world) => {
      await world.write({ 'counting/main.py': `${counting}import os\nprint("token is", os.environ["TOKEN"])\n`, 'counting/pipeline.json': '{"secrets": ["TOKEN"]}' })
      await world.api('secrets.set', { name: 'TOKEN', value: 'hunter22-secret' })
      const { id } = await killed(world, 'counting', ({ phase, logBytes }) => phase === 'running' && logBytes >= 0)
      await new Promise((next) => setTimeout(next, 1000))
      const engine = nextEngine(world)
      try {
        const run = await untilFinished(world, id)
        const log = Buffer.from((await world.api('runs.readLog', { runId: id, fromByte: 0 })).bytes).toString()
        expect(run).toMatchObject({ outcome: 'succeeded', exitCode: 0, secretNames: ['TOKEN'] })
        expect(log).toBe(`${Array.from({ length: 20 }, (_, number) => `line ${number}\n`).join('')}token is ***\n`)
        expect((await askEngine(endpoint, 'GET', `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify({ label: [`io.fastflow.desktop.owner=${world.owner}`] }))}`)).json).toEqual([])
      } finally {
        await engine.dispose()
      }
    }))

  test('a run that ended meanwhile is recorded with its rest of log and its exit code', () =>
    withWorld(async (world) => {
      await world.write({ 'short/main.py': 'import sys, time\nprint("before", flush=True)\ntime.sleep(1.5)\nprint("after")\nsys.exit(7)\n' })
      const { id } = await killed(world, 'short', ({ phase }) => phase === 'running')
      await new Promise((next) => setTimeout(next, 2500))
      const engine = nextEngine(world)
      try {
        const run = await untilFinished(world, id)
        expect(run).toMatchObject({ outcome: 'failed', exitCode: 7 })
        expect(Buffer.from((await world.api('runs.readLog', { runId: id, fromByte: 0 })).bytes).toString()).toBe('before\nafter\n')
      } finally {
        await engine.dispose()
      }
    }))

  test('what the run was to be followed by follows: a retry with the variables of its start, then the pipeline that it triggers', () =>
    withWorld(async (world) => {
      await world.write({
        'flaky/main.py': 'import os, sys, time\ntime.sleep(1)\nprint(os.environ["GIVEN"], os.environ.get("_fastflow_retry_count"))\nsys.exit(0 if "_fastflow_retry_count" in os.environ else 3)\n',
        'flaky/pipeline.json': '{"retry_attempts": 1, "retry_strategy": {"type": "fixed_delay", "delay": 0}, "downstream_triggers": [{"pipeline": "after", "on_success": true}]}',
        'after/main.py': 'print("after")\n',
      })
      const { id } = await killed(world, 'flaky', ({ phase }) => phase === 'running', ['--env', 'GIVEN=by hand'])
      const engine = nextEngine(world, { restarts: true, chains: true })
      try {
        await engine.workspace.open(world.workspace)
        expect(await untilFinished(world, id)).toMatchObject({ outcome: 'failed', exitCode: 3 })
        const retry = await follower(world, 'flaky', id)
        expect(await untilFinished(world, retry.id)).toMatchObject({ outcome: 'succeeded', trigger: 'retry', attempt: 1 })
        expect(Buffer.from((await world.api('runs.readLog', { runId: retry.id, fromByte: 0 })).bytes).toString()).toBe('by hand 1\n')
        const triggered = await follower(world, 'after', retry.id)
        expect(await untilFinished(world, triggered.id)).toMatchObject({ outcome: 'succeeded', trigger: 'chain' })
      } finally {
        await engine.dispose()
      }
    }))

  test('a timeout counts from the true start', () =>
    withWorld(async (world) => {
      await world.write({ 'long/main.py': 'import time\ntime.sleep(60)\n', 'long/pipeline.json': '{"timeout": 3}' })
      const { id } = await killed(world, 'long', ({ phase }) => phase === 'running')
      await new Promise((next) => setTimeout(next, 1500))
      const engine = nextEngine(world)
      try {
        const run = await untilFinished(world, id)
        expect(run.outcome).toBe('timed-out')
        expect((run.finishedAtMs ?? 0) - (run.codeStartedAtMs ?? 0)).toBeLessThan(6000)
      } finally {
        await engine.dispose()
      }
    }))

  test('a run on this computer is ended and interrupted', () =>
    withWorld(async (world) => {
      await world.write({ 'host/main.py': 'import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(60)\n' })
      const { id } = await killed(world, 'host', ({ phase }) => phase === 'running', ['--runner', 'host'])
      const engine = nextEngine(world)
      try {
        expect((await untilFinished(world, id)).outcome).toBe('interrupted')
      } finally {
        await engine.dispose()
      }
    }))
})
