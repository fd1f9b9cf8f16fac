/** A pipeline's packages without a container engine: the real uv on this computer, in the cache of its own runs. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'

let world: EngineWorld
beforeAll(async () => {
  world = await openEngineWorld({ endpoint: null })
  await world.engine.uv.require()
  await world.write({ 'report/main.py': 'import six, requests\n', 'report/requirements.txt': 'six==1.16.0\n', 'report/pipeline.json': JSON.stringify({ default_env: { PIP_AUDIT_OSV_URL: 'http://127.0.0.1:9/v1/query' } }) })
}, 120_000)
afterAll(() => world.close(), 60_000)

test('imports, versions and a lock with the paths of a run, and nothing written into the folder', async () => {
  await world.api('dependencies.look', { pipeline: 'report', again: false })
  await world.engine.cache.dependencies.idle()
  await world.api('dependencies.check', { pipeline: 'report' })
  await world.engine.cache.dependencies.idle()
  const state = await world.api('dependencies.look', { pipeline: 'report', again: false })
  expect(state.problems).toMatchObject({ look: null, resolve: null, install: null, newest: null })
  expect(state.problems.audit).toContain('127.0.0.1')
  expect(state.packages).toMatchObject([{ name: 'six', resolved: '1.16.0', newer: '1.17.0', licence: 'MIT', imports: [{ file: 'main.py', line: 1 }] }])
  expect(state.unasked).toMatchObject([{ package: 'requests', isOnIndex: true }])
  const proposal = await world.api('dependencies.proposeLock', { pipeline: 'report', upgrade: false })
  expect(proposal?.after).toMatch(/\/app\/requirements\.txt -o \/app\/requirements\.txt\.lock\nsix==1\.16\.0\n {4}# via -r requirements\.txt\n$/)
  expect(proposal?.after).not.toContain(world.workspace)
  expect(existsSync(join(world.workspace, 'report/requirements.txt.lock'))).toBe(false)
}, 120_000)
