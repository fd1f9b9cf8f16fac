/** From a real run to the gate: how exactly the code that is about to be pushed ran last. */
import { afterEach, expect, test } from 'vitest'
import type { LastRun } from '@shared/contract/gate'
import { openEngineWorld, type EngineWorld } from '../testing/engine-world'
import { commitFiles, makeRepository } from '../testing/git-world'
import { addFiles } from '../testing/temporary-workspace'

let world: EngineWorld
afterEach(() => world.close())

test('a run counts for the content that it ran, whatever the commit, and only when that was clean', async () => {
  world = await openEngineWorld({ endpoint: null })
  const root = makeRepository({ 'demo/main.py': 'print(1)\n', 'other/main.py': '' })
  await world.api('workspace.open', { path: root })
  await world.api('workspace.trust', {})
  const lastRun = async (): Promise<LastRun | null | undefined> => (await world.api('gate.check', {})).pipelines.find(({ name }) => name === 'demo')?.lastRun
  expect(await lastRun()).toBe('never')
  addFiles(root, { 'demo/main.py': 'raise SystemExit(3)\n' })
  await world.run('demo')
  commitFiles(root, {}, 'fails')
  expect(await lastRun()).toBe('never')
  await world.run('demo')
  expect(await lastRun()).toBe('red')
  commitFiles(root, { 'demo/main.py': 'print(2)\n' }, 'works')
  expect(await lastRun()).toBe('never')
  await world.run('demo')
  commitFiles(root, { 'other/main.py': 'print(3)\n' }, 'something else')
  expect(await lastRun()).toBe('green')
})
