import { beforeEach, expect, test } from 'vitest'
import { AppError } from '@shared/app-error'
import { pipelineCatalog, type PipelineCache, type PipelineCatalog } from '@shared/contract/pipelines'
import { createCatalog, type Catalog } from './catalog'
import { discoveredPipeline } from '../testing/discovered-pipeline'
import type { DiscoveredPipeline, Discovery } from './discovery'

let published: PipelineCatalog[]
let onDisk: Record<string, string[]>
let looks: string[]
let atOnce: number
let mostAtOnce: number
const cacheIn = (state: PipelineCache['state']): PipelineCache => ({ state, reason: null, startsOffline: state === 'warm', missing: [], fetch: null, pythonMissing: false, imageMissing: false, resolvedAtMs: null, message: null })
let cache: PipelineCache
let catalog: Catalog

beforeEach(() => {
  published = []
  onDisk = { '/work': ['hello', 'report'] }
  looks = []
  atOnce = mostAtOnce = 0
  cache = cacheIn('cold')
  catalog = createCatalog({ discover, cacheState: () => cache, publish: (next) => published.push(next) })
})

async function discover(dir: string): Promise<Discovery> {
  looks.push(dir)
  mostAtOnce = Math.max(mostAtOnce, ++atOnce)
  const found = onDisk[dir]
  await new Promise((resolve) => setTimeout(resolve, 10))
  atOnce--
  if (!found) throw new AppError('workspace/vanished', 'gone')
  return { pipelines: found.map((name) => pipelineNamed(dir, name)), skipped: [{ name: 'notes', reason: 'has no main.py' }] }
}

function pipelineNamed(dir: string, name: string): DiscoveredPipeline {
  const path = `${dir}/${name}`
  return { ...discoveredPipeline(path, { defaultEnv: { TOKEN: 'hunter2' }, encryptedEnv: { CODE: 'hunter2' }, webhookKey: 'hunter2' }), name, hasRequirements: true }
}

const names = () => catalog.current().pipelines.map(({ name }) => name)

test('what is published fits the contract exactly: no values of variables, no keys', async () => {
  await catalog.setDir('/work')
  expect(published).toHaveLength(1)
  const [first] = published
  expect(pipelineCatalog.parse(first)).toEqual(first)
  expect(JSON.stringify(first)).not.toContain('hunter2')
  expect(first).toBe(catalog.current())
  expect(Object.keys(first?.pipelines[0] ?? {}).sort()).toEqual(Object.keys(pipelineCatalog.shape.pipelines.element.shape).sort())
})

test('it publishes only when something changed, with a rising rev', async () => {
  await catalog.setDir('/work')
  await catalog.refresh()
  catalog.recompute()
  expect(published.map(({ rev }) => rev)).toEqual([1])
  onDisk['/work'] = ['hello']
  await catalog.refresh()
  cache = cacheIn('warm')
  catalog.recompute()
  expect(published.map(({ rev }) => rev)).toEqual([1, 2, 3])
  expect(catalog.current().pipelines.map(({ cache: { state } }) => state)).toEqual(['warm'])
  expect(looks).toHaveLength(3)
})

test('refreshes are never two at once, and those asked meanwhile are one more', async () => {
  await catalog.setDir('/work')
  looks.length = 0
  const first = catalog.refresh()
  onDisk['/work'] = ['hello', 'late']
  await Promise.all([first, ...Array.from({ length: 50 }, () => catalog.refresh())])
  expect(looks).toHaveLength(2)
  expect(mostAtOnce).toBe(1)
  expect(names()).toEqual(['hello', 'late'])
})

test('while the folder is gone the last content stays', async () => {
  await catalog.setDir('/work')
  delete onDisk['/work']
  await catalog.refresh()
  expect(names()).toEqual(['hello', 'report'])
  expect(published).toHaveLength(1)
})

test('another folder replaces all, also when the first is still being read; null empties', async () => {
  onDisk['/other'] = ['else']
  const first = catalog.setDir('/work')
  await Promise.all([first, catalog.setDir('/other')])
  expect(names()).toEqual(['else'])
  expect(published.every(({ pipelines }) => pipelines.every(({ name }) => name === 'else'))).toBe(true)
  await catalog.setDir(null)
  expect(catalog.current()).toMatchObject({ pipelines: [], skipped: [] })
})

test('find takes the exact name, and names the closest one otherwise', async () => {
  expect(() => catalog.find('hello')).toThrow('No pipeline was found')
  await catalog.setDir('/work')
  expect(catalog.find('hello').config.defaultEnv).toEqual({ TOKEN: 'hunter2' })
  expect(() => catalog.find('helo')).toThrow('Did you mean "hello"?')
  expect(() => catalog.find('zzz')).toThrow('Known pipelines: "hello", "report".')
  expect(() => catalog.find('constructor')).toThrow(expect.objectContaining({ code: 'pipeline/not-found' }))
})
