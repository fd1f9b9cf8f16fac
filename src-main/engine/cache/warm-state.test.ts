import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../store/database'
import { createFacts } from '../store/facts'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createWarmState, type SetupParts } from './warm-state'

function world() {
  const folder = makeTemporaryWorkspace({ 'demo/requirements.txt': 'six\n' })
  const { database } = openDatabase(join(folder, 'h.db'))
  let changes = 0
  const state = createWarmState(createFacts(database), () => (changes += 1))
  const parts: SetupParts = { installer: 'sha256:a', cache: 'volume 1', pythonVersion: '3.11', pipelineDir: join(folder, 'demo'), env: {} }
  const pipeline = { name: 'demo', realPath: parts.pipelineDir, hasRequirements: true, pythonVersion: '3.11', env: {} }
  return { folder, state, parts, pipeline, changes: () => changes, look: (change = {}, place: SetupParts | null = parts) => state.stateOf({ ...pipeline, ...change }, place) }
}

test('a set-up that worked is warm; the same is told once', () => {
  const { state, parts, look, changes } = world()
  expect(look()).toMatchObject({ state: 'cold', startsOffline: false, resolvedAtMs: null })
  state.remember(state.keyOf(parts))
  state.remember(state.keyOf(parts))
  expect(look()).toMatchObject({ state: 'warm', startsOffline: true, reason: null, resolvedAtMs: expect.any(Number) as number })
  expect(changes()).toBe(1)
})

test('what has changed since is the reason for being stale; changed back it is warm', () => {
  const { state, parts, look, folder } = world()
  state.remember(state.keyOf(parts))
  const stale = (reason: string): object => ({ state: 'stale', reason, startsOffline: false })
  expect(look({}, { ...parts, installer: 'sha256:b' })).toMatchObject(stale('image-changed'))
  expect(look({}, { ...parts, cache: 'volume 2' })).toMatchObject(stale('cache-replaced'))
  expect(look({ pythonVersion: '3.12' })).toMatchObject(stale('python-changed'))
  expect(look({ env: { UV_DEFAULT_INDEX: 'https://example.org/simple' } })).toMatchObject(stale('index-changed'))
  expect(look({ env: { OTHER: '1' } })).toMatchObject({ state: 'warm' })
  addFiles(folder, { 'demo/requirements.txt': 'six \n' })
  expect(look()).toMatchObject(stale('requirements-changed'))
  addFiles(folder, { 'demo/requirements.txt': 'six\n' })
  expect(look()).toMatchObject({ state: 'warm' })
  state.forget(state.keyOf(parts))
  expect(look()).toMatchObject(stale('cache-changed'))
})

test('two pipelines with one set-up are warm together, and each knows its packages', () => {
  const { state, parts, look, folder } = world()
  addFiles(folder, { 'twin/requirements.txt': 'six\n' })
  const twin = join(folder, 'twin')
  const key = state.keyOf(parts)
  expect(state.keyOf({ ...parts, pipelineDir: twin })).toBe(key)
  state.remember(key, [['six', '1.17.0']])
  expect([state.packagesOf(parts.pipelineDir), state.packagesOf(twin)]).toEqual([[['six', '1.17.0']], [['six', '1.17.0']]])
  addFiles(folder, { 'twin/requirements.txt': 'seven\n' })
  expect(look({ name: 'twin', realPath: twin })).toMatchObject({ state: 'stale', reason: 'requirements-changed' })
  expect(look()).toMatchObject({ state: 'warm' })
})

test('what it takes belongs to the set-up: an edit that a run made warm takes what is not known yet, and changed back what it took', () => {
  const { state, parts, folder } = world()
  const taken = (): unknown => (state.keyOf(parts), state.packagesOf(parts.pipelineDir))
  expect(taken()).toBe(null)
  state.remember(state.keyOf(parts), [['six', '1.16.0']])
  addFiles(folder, { 'demo/requirements.txt': 'six==1.17.0\n' })
  // Stale: until it is warm again the last one counts.
  expect(taken()).toEqual([['six', '1.16.0']])
  const key = state.keyOf(parts)
  state.remember(key)
  expect([taken(), state.knowsPackages(key)]).toEqual([null, false])
  state.notePackages(key, [['six', '1.17.0']])
  state.remember(key)
  expect([taken(), state.knowsPackages(key)]).toEqual([[['six', '1.17.0']], true])
  addFiles(folder, { 'demo/requirements.txt': 'six\n' })
  expect(taken()).toEqual([['six', '1.16.0']])
})

test('a run that asked the index may have taken something newer', () => {
  const { state, parts } = world()
  const key = state.keyOf(parts)
  state.remember(key, [['six', '1.16.0']])
  state.remember(key, null)
  expect([state.isWarm(key), state.packagesOf(parts.pipelineDir)]).toEqual([true, null])
  // And what was forgotten is found warm with other packages.
  state.notePackages(key, [['six', '1.17.0']])
  state.forget(key)
  state.remember(key)
  expect(state.packagesOf(parts.pipelineDir)).toBe(null)
})

test('a lock that lacks what requirements.txt asks for is outdated, although it starts offline', () => {
  const { state, parts, look, folder } = world()
  addFiles(folder, { 'demo/requirements.txt.lock': 'six==1.17.0\n' })
  state.remember(state.keyOf(parts))
  expect(look()).toMatchObject({ state: 'warm' })
  addFiles(folder, { 'demo/requirements.txt': 'six==1.16.0\n' })
  expect(look()).toMatchObject({ state: 'stale', reason: 'lock-outdated', startsOffline: true })
  addFiles(folder, { 'demo/requirements.txt': 'six>=1.16\nRequests[socks]>=2 ; python_version > "3"\n' })
  expect(look()).toMatchObject({ state: 'stale', reason: 'lock-outdated' })
  addFiles(folder, { 'demo/requirements.txt.lock': 'requests==2.32.0\nsix==1.17.0\n' })
  state.remember(state.keyOf(parts))
  expect(look()).toMatchObject({ state: 'warm' })
})

test('names what is missing, as far as the cache was looked into', () => {
  const { state, parts, look, folder } = world()
  addFiles(folder, { 'demo/requirements.txt': 'Six\npandas>=2  # tables\n-r more.txt\n', 'demo/more.txt': 'typing_extensions==4.1 --hash=sha256:aa\n' })
  expect(look()).toMatchObject({ state: 'cold', missing: [] })
  state.noteContent(parts.cache, ['numpy'])
  expect(look()).toMatchObject({ state: 'cold', missing: ['six', 'pandas', 'typing-extensions'] })
  state.noteContent(parts.cache, ['six', 'typing-extensions'])
  expect(look()).toMatchObject({ state: 'partial', missing: ['pandas'] })
})

test('a failure is told until something changes or it works', () => {
  const { state, parts, look, folder } = world()
  state.rememberFailure(state.keyOf(parts), 'no such package')
  expect(look()).toMatchObject({ state: 'failed', message: 'no such package' })
  addFiles(folder, { 'demo/requirements.txt': 'seven\n' })
  expect(look()).toMatchObject({ state: 'cold', message: null })
  addFiles(folder, { 'demo/requirements.txt': 'six\n' })
  state.remember(state.keyOf(parts))
  expect(look()).toMatchObject({ state: 'warm' })
  state.setWarming(new Set(['demo']))
  expect(look()).toMatchObject({ state: 'warming' })
})

test('a pipeline without requirements needs none, and what is not known is cold', () => {
  const { look } = world()
  expect(look({ hasRequirements: false }, null)).toMatchObject({ state: 'not-needed' })
  expect(look({}, null)).toMatchObject({ state: 'cold' })
})

test('requirements that cannot be read are never warm, although Python alone is', () => {
  const { state, parts, look, folder } = world()
  addFiles(folder, { 'plain/main.py': '' })
  state.remember(state.keyOf({ ...parts, pipelineDir: join(folder, 'plain') }))
  addFiles(folder, { 'demo/requirements.txt': '-r missing.txt\n' })
  state.remember(state.keyOf(parts))
  expect(look()).toMatchObject({ state: 'cold' })
  rmSync(parts.pipelineDir, { recursive: true })
  expect(look()).toMatchObject({ state: 'cold' })
})
