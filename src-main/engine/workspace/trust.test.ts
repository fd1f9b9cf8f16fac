/** A whole engine without a container engine: what an untrusted workspace refuses, and what trust changes. */
import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { openDatabase } from '../store/database'
import { git } from '../testing/git-world'

let world: EngineWorld
afterEach(() => world.close())

const refused = { code: 'workspace/untrusted' }

describe('a workspace that is not trusted', () => {
  test('is shown, and starts no run, whoever asks for it', async () => {
    world = await openEngineWorld({ endpoint: null, trusts: false })
    await world.write({ 'hook/main.py': 'print(1)\n', 'hook/pipeline.json': '{"webhook_key": "k", "restart_interval": "3600"}' })
    expect((await world.api('pipelines.list', {})).pipelines.map(({ name }) => name)).toEqual(['first', 'hook'])
    await expect(world.start('first')).rejects.toMatchObject({ ...refused, details: { path: world.workspace } })
    await expect(world.start('first', { ignoreProblems: true, whenRunning: 'parallel' })).rejects.toMatchObject(refused)
    await expect(world.api('runs.startWebhook', { pipeline: 'hook', body: '' })).rejects.toMatchObject(refused)
    await expect(world.engine.runs.startScheduled('first', null)).rejects.toMatchObject(refused)
    await expect(world.engine.runs.restart('hook')).rejects.toMatchObject(refused)
    expect(await world.api('runs.list', {})).toEqual({ runs: [] })
  })

  test('is not preheated, fires no schedule and changes nothing in git', async () => {
    world = await openEngineWorld({ endpoint: null, trusts: false })
    if (process.getuid && process.getgid) chownSync(world.workspace, process.getuid(), process.getgid())
    git(world.workspace, 'init', '-q')
    await expect(world.api('cache.preheat', { pipelines: null })).rejects.toMatchObject(refused)
    await expect(world.api('schedule.setActive', { active: true })).rejects.toMatchObject(refused)
    expect((await world.api('schedule.setActive', { active: false })).active).toBe(false)
    await expect(world.engine.git.state.openToChange()).rejects.toMatchObject(refused)
    expect((await world.engine.git.state.open()).isTrusted).toBe(false)
  })

  test('runs after its user has trusted it, and needs no second word after a run', async () => {
    world = await openEngineWorld({ endpoint: null, trusts: false })
    expect((await world.api('workspace.trust', {})).workspace?.isTrusted).toBe(true)
    expect((await world.run('first')).run.outcome).toBe('succeeded')
    await world.api('workspace.openSamples', {}).catch(() => undefined)
    expect((await world.api('workspace.open', { path: world.workspace })).workspace?.isTrusted).toBe(true)
  })
})

test('a workspace in which this profile ran something before trust was asked for is trusted', async () => {
  world = await openEngineWorld({ endpoint: null })
  await world.run('first')
  // As the profile of an earlier version is: a history, and no word of trust.
  const { database } = openDatabase(world.engine.layout.databaseFile)
  database.run("DELETE FROM facts WHERE key LIKE 'trusted:%'")
  database.close()
  expect((await world.api('workspace.open', { path: world.workspace })).workspace?.isTrusted).toBe(true)
  const other = join(world.workspace, 'first')
  writeFileSync(join(other, 'note.txt'), '')
  expect((await world.api('workspace.open', { path: other })).workspace?.isTrusted).toBe(false)
})
