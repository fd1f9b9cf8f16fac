import { existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { parsePipelineConfig } from '@shared/pipeline-config'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { createDiscovery } from '../pipelines/discovery'
import { provideSamples } from './sample-copy'

let samples: string
let user: string

beforeEach(() => {
  const base = makeTemporaryWorkspace({ 'samples/README.md': 'read me', 'samples/hello/main.py': 'v1', 'samples/hello/__pycache__/main.pyc': 'x', 'data/': '' })
  samples = join(base, 'samples')
  user = join(base, 'data', 'deep', 'samples')
})

const text = (path: string) => readFileSync(join(user, path), 'utf8')

test('the first use copies all, without caches, and leaves nothing beside it', async () => {
  await provideSamples(samples, user)
  expect(text('hello/main.py')).toBe('v1')
  expect(text('README.md')).toBe('read me')
  expect(existsSync(join(user, 'hello', '__pycache__'))).toBe(false)
  expect(readdirSync(join(user, '..'))).toEqual(['samples'])
})

test('edits, deleted samples and own pipelines stay; new samples of a later version are added', async () => {
  await provideSamples(samples, user)
  addFiles(user, { 'hello/main.py': 'mine', 'own/main.py': 'own' })
  rmSync(join(user, 'README.md'))
  addFiles(samples, { 'hello/main.py': 'v2', 'hello/new.py': 'v2', 'extra/main.py': 'v2', 'own/main.py': 'v2' })
  await provideSamples(samples, user)
  await provideSamples(samples, user)
  expect([text('hello/main.py'), text('extra/main.py'), text('own/main.py')]).toEqual(['mine', 'v2', 'own'])
  expect(existsSync(join(user, 'hello', 'new.py'))).toBe(false)
  expect(existsSync(join(user, 'README.md'))).toBe(false)
  rmSync(join(user, 'extra'), { recursive: true })
  await provideSamples(samples, user)
  expect(existsSync(join(user, 'extra'))).toBe(false)
})

test('two at once end in one whole copy', async () => {
  await Promise.all([provideSamples(samples, user), provideSamples(samples, user)])
  expect(text('hello/main.py')).toBe('v1')
  expect(readdirSync(join(user, '..'))).toEqual(['samples'])
})

test('samples that are missing from the installation are an error, and no half copy appears', async () => {
  await expect(provideSamples(join(samples, 'gone'), user)).rejects.toThrow()
  expect(existsSync(user)).toBe(false)
})

test.runIf(process.platform === 'linux' && process.getuid?.() === 0)('made by root, the copy belongs to the run user', async () => {
  await provideSamples(samples, user)
  for (const path of ['', 'hello', 'hello/main.py']) expect(statSync(join(user, path)), path).toMatchObject({ uid: 1001, gid: 1001 })
  mkdirSync(join(samples, 'extra'))
  writeFileSync(join(samples, 'extra', 'main.py'), '')
  await provideSamples(samples, user)
  expect(statSync(join(user, 'extra', 'main.py'))).toMatchObject({ uid: 1001, gid: 1001 })
})

test('every sample of the product is a pipeline without problems, pinned and described', async () => {
  const shipped = realpathSync(join(import.meta.dirname, '../../../resources/samples'))
  const { pipelines, skipped } = await createDiscovery()(shipped, { defaultPythonVersion: '3.11' })
  expect(skipped).toEqual([])
  expect(pipelines.map(({ name }) => name)).toEqual(['broken_import_date', 'fetch_prices', 'flood', 'hello', 'sales_report', 'weather_notebook'])
  for (const pipeline of pipelines) {
    expect(pipeline, pipeline.name).toMatchObject({ problems: [], pythonVersion: '3.11', enabled: true, description: expect.stringMatching(/./) })
    expect(pipeline.tags).toContain('sample')
    const config = parsePipelineConfig(readFileSync(join(pipeline.path, 'pipeline.json'), 'utf8'), { defaultPythonVersion: '3.0' })
    expect(config.config.pythonVersion).toBe('3.11')
    if (!pipeline.hasRequirements) continue
    const lines = readFileSync(join(pipeline.path, 'requirements.txt'), 'utf8').trim().split('\n')
    for (const line of lines) expect(line).toMatch(/^[a-z-]+==[\d.]+$/)
  }
})
