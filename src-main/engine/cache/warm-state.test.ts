import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../store/database'
import { createFacts } from '../store/facts'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createWarmState, warmKey, type SetupParts } from './warm-state'

function world() {
  const folder = makeTemporaryWorkspace({ 'demo/requirements.txt': 'six\n' })
  const { database } = openDatabase(join(folder, 'h.db'))
  let warmed = 0
  const state = createWarmState(createFacts(database), () => (warmed += 1))
  const parts: SetupParts = { installer: 'sha256:a', cache: 'volume 1', pythonVersion: '3.11', pipelineDir: join(folder, 'demo') }
  const pipeline = { realPath: parts.pipelineDir, hasRequirements: true, pythonVersion: '3.11' }
  return { folder, state, parts, pipeline, warmed: () => warmed }
}

test('a set-up that worked is warm; the same is told once', () => {
  const { state, parts, pipeline, warmed } = world()
  expect(state.stateOf(pipeline, parts)).toBe('cold')
  state.remember(warmKey(parts))
  state.remember(warmKey(parts))
  expect(state.stateOf(pipeline, parts)).toBe('warm')
  expect(warmed()).toBe(1)
})

test('each part that changes makes it cold', () => {
  const { state, parts, pipeline, folder } = world()
  state.remember(warmKey(parts))
  expect(state.stateOf(pipeline, { ...parts, installer: 'sha256:b' })).toBe('cold')
  expect(state.stateOf(pipeline, { ...parts, cache: 'volume 2' })).toBe('cold')
  expect(state.stateOf({ ...pipeline, pythonVersion: '3.12' }, parts)).toBe('cold')
  addFiles(folder, { 'demo/requirements.txt': 'six \n' })
  expect(state.stateOf(pipeline, parts)).toBe('cold')
  addFiles(folder, { 'demo/requirements.txt': 'six\n' })
  expect(state.stateOf(pipeline, parts)).toBe('warm')
  addFiles(folder, { 'demo/requirements.txt.lock': 'six\n' })
  expect(state.stateOf(pipeline, parts)).toBe('cold')
})

test('a pipeline without requirements needs none, and what is not known is cold', () => {
  const { state, pipeline } = world()
  expect(state.stateOf({ ...pipeline, hasRequirements: false }, null)).toBe('not-needed')
  expect(state.stateOf(pipeline, null)).toBe('cold')
})

test('requirements that cannot be read are never warm, although Python alone is', () => {
  const { state, parts, pipeline, folder } = world()
  addFiles(folder, { 'plain/main.py': '' })
  state.remember(warmKey({ ...parts, pipelineDir: join(folder, 'plain') }))
  addFiles(folder, { 'demo/requirements.txt': '-r missing.txt\n' })
  state.remember(warmKey(parts))
  expect(state.stateOf(pipeline, parts)).toBe('cold')
  rmSync(parts.pipelineDir, { recursive: true })
  expect(state.stateOf(pipeline, parts)).toBe('cold')
})
