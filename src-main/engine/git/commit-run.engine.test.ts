/** A pipeline as it was in a commit, run by the whole engine, beside a working tree that nobody touches. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Run } from '@shared/contract/runs'
import { askEngine } from '../testing/direct-engine'
import { describeWithEngine } from '../testing/engine'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { commitFiles, git } from '../testing/git-world'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'

// As root the workspace belongs to somebody else, whom git is to believe.
const before = process.env.XDG_CONFIG_HOME
beforeEach(() => void (process.env.XDG_CONFIG_HOME = makeTemporaryWorkspace({ 'git/config': '[safe]\n\tdirectory = *\n' })))
afterEach(() => {
  if (before === undefined) delete process.env.XDG_CONFIG_HOME
  else process.env.XDG_CONFIG_HOME = before
})

let world: EngineWorld | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

const oldText = 'import os\nprint("old", os.path.exists("/app/.git"))\nopen("made.txt", "w").write("x")\n'

/** Two commits of `demo`, and a working tree that differs from both. */
async function open(engine: { endpoint: string; image: string } | null, first = oldText): Promise<{ world: EngineWorld; old: string }> {
  world = await openEngineWorld({ endpoint: engine?.endpoint ?? null, ...(engine && { settings: { workerImage: engine.image } }) })
  await world.write({ 'demo/main.py': first })
  git(world.workspace, 'init', '-q', '-b', 'main')
  const old = commitFiles(world.workspace, {}, 'old')
  commitFiles(world.workspace, { 'demo/main.py': 'print("new")\n' }, 'new')
  await world.write({ 'demo/main.py': 'print("unsaved work")\n' })
  await world.api('workspace.trust', {})
  return { world, old }
}

const finished = (at: EngineWorld, { id }: Run): Promise<Run> => at.until(id, ({ phase }) => phase === 'finished')
const textOf = (run: Run): string => readFileSync(run.logFile, 'utf8')
const checkouts = (at: EngineWorld): string[] => (existsSync(join(at.profile, 'checkouts')) ? readdirSync(join(at.profile, 'checkouts')) : [])
const stateOf = (at: EngineWorld): unknown => [git(at.workspace, 'status', '--porcelain'), git(at.workspace, 'rev-parse', 'HEAD'), ...['demo/main.py', 'first/main.py'].map((path) => [readFileSync(join(at.workspace, path), 'utf8'), statSync(join(at.workspace, path)).mtimeMs])]

describeWithEngine('A run of an earlier commit', ({ endpoint, image }) => {
  it.each(['docker', 'host'] as const)('runs what was committed then, by the %s runner, and leaves no trace in the working tree', async (runner) => {
    const { world: at, old } = await open(runner === 'docker' ? { endpoint, image } : null)
    const before = stateOf(at)
    const run = await finished(at, await at.api('commits.run', { commit: old, pipeline: 'demo' }))
    expect(run).toMatchObject({ outcome: 'succeeded', runner, ofCommit: old, gitCommit: old, gitDirty: false, workspaceRoot: at.workspace })
    expect(textOf(run)).toContain('old False')
    expect(stateOf(at)).toEqual(before)
    await expect.poll(() => checkouts(at), { timeout: 20_000 }).toEqual([])
    expect(git(at.workspace, 'worktree', 'list').split('\n')).toHaveLength(1)
    const now = await at.run('demo')
    expect([now.run.ofCommit, now.text.includes('unsaved work')]).toEqual([null, true])
  })

  it('can be stopped, and its working tree goes with it', async () => {
    const { world: at, old } = await open({ endpoint, image }, 'import time\nprint("begun", flush=True)\ntime.sleep(600)\n')
    const run = await at.api('commits.run', { commit: old, pipeline: 'demo' })
    await at.untilLog(run.id, 'begun')
    expect(checkouts(at)).toHaveLength(1)
    await at.api('runs.stop', { runId: run.id })
    expect((await finished(at, run)).outcome).toBe('stopped')
    await expect.poll(() => checkouts(at), { timeout: 20_000 }).toEqual([])
  })

  it('keeps the commit for its retries, and triggers nothing', async () => {
    const { world: at } = await open({ endpoint, image })
    const failing = commitFiles(at.workspace, { 'demo/main.py': 'print("failing")\nraise SystemExit(3)\n', 'demo/pipeline.json': JSON.stringify({ retry_attempts: 1, downstream_triggers: [{ pipeline: 'first', on_success: false, on_failure: true }] }) }, 'failing')
    await at.write({ 'demo/main.py': 'print("repaired")\n' })
    const run = await finished(at, await at.api('commits.run', { commit: failing, pipeline: 'demo' }))
    expect(run.exitCode).toBe(3)
    const retry = (await at.api('runs.list', {})).runs.find(({ parentRunId }) => parentRunId === run.id)
    await at.api('runs.skipWait', { runId: retry?.id ?? '' })
    const second = await finished(at, retry ?? run)
    expect(second).toMatchObject({ trigger: 'retry', ofCommit: failing, exitCode: 3 })
    await expect.poll(() => checkouts(at), { timeout: 20_000 }).toEqual([])
    expect((await at.api('runs.list', {})).runs.map(({ pipeline }) => pipeline)).toEqual(['demo', 'demo'])
  })

  it('says where there was no such pipeline or commit, and leaves nothing', async () => {
    const { world: at, old } = await open(null)
    await expect(at.api('commits.run', { commit: old, pipeline: 'absent' })).rejects.toMatchObject({ code: 'pipeline/not-found' })
    await expect(at.api('commits.run', { commit: 'f'.repeat(40), pipeline: 'demo' })).rejects.toMatchObject({ code: 'git/not-found' })
    expect(checkouts(at)).toEqual([])
    expect(git(at.workspace, 'worktree', 'list').split('\n')).toHaveLength(1)
  })

  it('runs no hook, and nothing at all of a workspace that is not trusted', async () => {
    const { world: at, old } = await open(null)
    const mark = join(at.profile, 'executed')
    mkdirSync(join(at.workspace, '.git', 'hooks'), { recursive: true })
    for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction']) {
      writeFileSync(join(at.workspace, '.git', 'hooks', hook), `#!/bin/sh\ntouch ${mark}\n`)
      chmodSync(join(at.workspace, '.git', 'hooks', hook), 0o755)
    }
    expect((await finished(at, await at.api('commits.run', { commit: old, pipeline: 'demo' }))).outcome).toBe('succeeded')
    expect(existsSync(mark)).toBe(false)
  })

  it('only while it runs the guard lets its folder into a container', async () => {
    const { world: at, old } = await open({ endpoint, image }, 'import time\nprint("begun", flush=True)\ntime.sleep(600)\n')
    const run = await at.api('commits.run', { commit: old, pipeline: 'demo' })
    await at.untilLog(run.id, 'begun')
    const folder = join(realpathSync(join(at.profile, 'checkouts')), checkouts(at)[0] ?? '')
    expect(at.engine.git.commits.checkouts.pipelinesRoots()).toEqual([folder])
    const { json } = await askEngine(endpoint, 'GET', `/containers/ffd-run-${run.id}/json`)
    const mounts = (json as { Mounts: { Source: string; Destination: string }[] }).Mounts
    expect(mounts.find(({ Destination }) => Destination === '/app')?.Source).toBe(join(folder, 'demo'))
    await at.api('runs.stop', { runId: run.id })
    await finished(at, run)
    await expect.poll(() => at.engine.git.commits.checkouts.pipelinesRoots(), { timeout: 20_000 }).toEqual([])
  })

  it('what a crash left is removed by the next start, and nothing else', async () => {
    const { world: at, old } = await open(null)
    const left = join(at.profile, 'checkouts', '0123456789abcdef-0123456789abcdef')
    mkdirSync(join(at.profile, 'checkouts'), { recursive: true })
    git(at.workspace, 'worktree', 'add', '--quiet', '--detach', left, old)
    git(at.workspace, 'worktree', 'add', '--quiet', '--detach', join(at.profile, 'of-the-user'), old)
    addFiles(join(at.profile, 'checkouts'), { 'not-ours/file': 'x' })
    await at.engine.git.commits.checkouts.removeLeft()
    expect(checkouts(at)).toEqual(['not-ours'])
    expect(git(at.workspace, 'worktree', 'list').split('\n')).toHaveLength(2)
  })
})
