import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FetchEstimate } from '@shared/contract/pipelines'
import { createDiscovery } from '../pipelines/discovery'
import { openDatabase } from '../store/database'
import { createFacts } from '../store/facts'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createCacheState } from './cache-state'
import { partsOf } from './cache-jobs'
import { createKnownPythons } from './known-pythons'
import { createWarmState } from './warm-state'

const estimate: FetchEstimate = { packages: [{ name: 'six', version: '1.17.0', bytes: 11_050 }], count: 1, bytes: 11_050, unknown: [], problem: null }
const place = { installer: 'sha256:a', cache: 'volume 1' }

async function world() {
  const folder = makeTemporaryWorkspace({ 'ws/demo/main.py': '', 'ws/demo/requirements.txt': 'six\n', 'ws/plain/main.py': '' })
  const facts = createFacts(openDatabase(join(folder, 'h.db')).database)
  const pythons = createKnownPythons(facts, () => 7)
  const warmState = createWarmState(facts, () => undefined, pythons)
  let isImageMissing = false
  const asked: string[] = []
  const of = createCacheState({
    warmState, pythons, environmentOf: () => ({ env: {}, maskValues: [] }), place: () => (isImageMissing ? null : place), isImageMissing: () => isImageMissing,
    fetches: { of: (key) => (asked.push(key), estimate) },
  })
  const [demo, plain] = (await createDiscovery()(join(folder, 'ws'), { defaultPythonVersion: '3.11' })).pipelines
  if (!demo || !plain) throw new Error('no pipelines')
  return { folder, pythons, warmState, of, demo, plain, loseImage: () => (isImageMissing = true), key: () => warmState.keyOf(partsOf(demo, place, { env: {}, maskValues: [] })) }
}

test('what is not warm says what it would fetch: packages, Python, image', async () => {
  const { pythons, of, demo, plain, loseImage } = await world()
  expect(of(demo)).toMatchObject({ state: 'cold', fetch: estimate, pythonMissing: false, imageMissing: false })
  pythons.note(place.cache, { installed: [], system: [] })
  expect(of(demo)).toMatchObject({ pythonMissing: true })
  expect(of(plain)).toMatchObject({ state: 'not-needed', fetch: null, pythonMissing: true })
  loseImage()
  expect(of(demo)).toMatchObject({ state: 'cold', fetch: null, pythonMissing: false, imageMissing: true })
})

test('what is warm fetches nothing, and its Python is there; without that Python it is stale', async () => {
  const { pythons, warmState, of, demo, plain, key } = await world()
  pythons.note(place.cache, { installed: [], system: [] })
  warmState.remember(key())
  expect(of(demo)).toMatchObject({ state: 'warm', fetch: null, pythonMissing: false })
  // uv brought it in that run.
  expect(of(plain)).toMatchObject({ pythonMissing: false })
  pythons.note(place.cache, { installed: [{ version: '3.11.9', folder: 'cpython-3.11.9', isPlain: true, bytes: 1 }], system: [] })
  pythons.noteRemoved(place.cache, '3.12.4')
  expect(of(demo)).toMatchObject({ state: 'warm' })
  pythons.noteRemoved(place.cache, '3.11.9')
  pythons.note(place.cache, { installed: [], system: [] })
  expect(of(demo)).toMatchObject({ state: 'stale', reason: 'python-removed', fetch: estimate, pythonMissing: true })
})

test('the state of the cache is another one when something new is in it, and only then', async () => {
  const { folder, warmState, key } = await world()
  const before = warmState.contentOf(place.cache)
  warmState.noteContent(place.cache, ['six'])
  const after = warmState.contentOf(place.cache)
  expect(after).not.toBe(before)
  warmState.noteContent(place.cache, ['six'])
  expect(warmState.contentOf(place.cache)).toBe(after)
  warmState.remember(key())
  const warm = warmState.contentOf(place.cache)
  expect(warm).not.toBe(after)
  addFiles(folder, { 'ws/demo/main.py': 'print(1)' })
  warmState.remember(key())
  expect(warmState.contentOf(place.cache)).toBe(warm)
})
