import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { workspaceState, type WorkspaceState } from '@shared/contract/workspace'
import { createCatalog } from '../pipelines/catalog'
import { createDiscovery } from '../pipelines/discovery'
import { addFiles, makeTemporaryWorkspace } from '../testing/temporary-workspace'
import type { ChangedPaths } from './change-batcher'
import { createWorkspaceService, type WorkspaceService } from './workspace-service'

let base: string
let published: WorkspaceState[]
let recent: string[]
let subdir: string
let onDisk: (paths: ChangedPaths) => void
let service: WorkspaceService
let trusted: Set<string>

beforeEach(() => {
  base = makeTemporaryWorkspace({ 'samples/hello/main.py': '', 'flat/demo/main.py': '', 'nested/pipelines/demo/main.py': '', 'nested/docs/x': '', 'empty/': '', file: '' })
  published = []
  recent = []
  subdir = ''
  onDisk = () => undefined
  trusted = new Set()
  service = createWorkspaceService({
    store: {
      isTrusted: (root) => trusted.has(root),
      trust: (root) => void trusted.add(root),
      recent: () => recent,
      remember: (path) => {
        recent = [path, ...recent.filter((other) => other !== path)]
      },
    },
    settings: () => ({ pipelinesSubdir: subdir }),
    publish: (state) => {
      expect(workspaceState.parse(state)).toEqual(state)
      published.push(state)
    },
    samplesDir: join(base, 'samples'),
    userSamplesDir: join(base, 'user', 'samples'),
    onDisk: (paths) => onDisk(paths),
  })
})
afterEach(() => service.dispose())

test('opening resolves links, remembers the folder and announces it', async () => {
  symlinkSync('flat', join(base, 'link'))
  expect(service.current()).toEqual({ workspace: null, recent: [], rev: 0 })
  const state = await service.open(join(base, 'link'))
  expect(state).toEqual({
    workspace: { root: join(base, 'flat'), name: 'flat', pipelinesDir: join(base, 'flat'), isSample: false, isTrusted: false, belongsToOther: false, problem: null },
    recent: [join(base, 'flat')],
    rev: 1,
  })
  expect(published).toEqual([state])
  expect(await service.close()).toEqual({ workspace: null, recent: [join(base, 'flat')], rev: 2 })
})

test('what cannot be opened is named, and the open one stays open', async () => {
  await service.open(join(base, 'flat'))
  await expect(service.open(join(base, 'gone'))).rejects.toMatchObject({ code: 'workspace/vanished', message: expect.stringContaining('gone') })
  await expect(service.open(join(base, 'file'))).rejects.toMatchObject({ code: 'workspace/not-a-folder' })
  await expect(service.open(join(base, 'file', 'x'))).rejects.toMatchObject({ code: 'workspace/not-a-folder' })
  expect(service.current().workspace?.name).toBe('flat')
  expect(published).toHaveLength(1)
})

describe('where the pipelines are', () => {
  const dirOf = async (name: string) => (await service.open(join(base, name))).workspace?.pipelinesDir.slice(base.length + 1)

  test('the root if it holds one, else its pipelines folder, else the root', async () => {
    expect(await dirOf('flat')).toBe('flat')
    expect(await dirOf('nested')).toBe('nested/pipelines')
    expect(await dirOf('empty')).toBe('empty')
    addFiles(base, { 'flat/pipelines/other/main.py': '' })
    expect(await dirOf('flat')).toBe('flat')
  })

  test('a pipelines folder that is a link out of the workspace is not taken', async () => {
    symlinkSync('../flat', join(base, 'empty', 'pipelines'))
    expect(await dirOf('empty')).toBe('empty')
  })

  test('the configured subfolder, even before it exists', async () => {
    subdir = 'docs/'
    expect(await dirOf('nested')).toBe('nested/docs')
    subdir = 'later'
    expect(await dirOf('nested')).toBe('nested/later')
  })

  test.each(['../flat', '/etc', 'docs/../../flat', '..\\flat', 'out', 'C:\\x'])('the configured %j leads out and is refused', async (value) => {
    symlinkSync('../flat', join(base, 'nested', 'out'))
    subdir = value
    await expect(service.open(join(base, 'nested'))).rejects.toMatchObject({ code: 'input/invalid' })
  })

  test('it follows what happens on disk and in the settings', async () => {
    await service.open(join(base, 'empty'))
    addFiles(base, { 'empty/pipelines/demo/main.py': '' })
    await vi.waitFor(() => expect(service.current().workspace?.pipelinesDir).toBe(join(base, 'empty', 'pipelines')), 5000)
    subdir = 'pipelines/demo'
    await service.recheck()
    expect(service.current().workspace?.pipelinesDir).toBe(join(base, 'empty', 'pipelines', 'demo'))
  })
})

test('a workspace that vanishes has a problem, and recovers when it returns', async () => {
  const rescans: ChangedPaths[] = []
  onDisk = (paths) => rescans.push(paths)
  await service.open(join(base, 'flat'))
  renameSync(join(base, 'flat'), join(base, 'away'))
  await vi.waitFor(() => expect(service.current().workspace?.problem).toMatchObject({ code: 'workspace/vanished' }), 5000)
  renameSync(join(base, 'away'), join(base, 'flat'))
  await vi.waitFor(() => expect(service.current().workspace?.problem).toBeNull(), 5000)
  expect(rescans).toContain('rescan')
  expect(published.map(({ rev }) => rev)).toEqual([1, 2, 3])
})

test('another folder in its place under the same name is no surprise, a file is a problem', async () => {
  await service.open(join(base, 'flat'))
  rmSync(join(base, 'flat'), { recursive: true })
  writeFileSync(join(base, 'flat'), '')
  await vi.waitFor(() => expect(service.current().workspace?.problem).toMatchObject({ code: 'workspace/not-a-folder' }), 5000)
  rmSync(join(base, 'flat'))
  mkdirSync(join(base, 'flat'))
  await vi.waitFor(() => expect(service.current().workspace?.problem).toBeNull(), 5000)
})

test('the samples are copied and opened as such; opening the copy by hand is the same', async () => {
  const { workspace } = await service.openSamples()
  expect(workspace).toMatchObject({ root: join(base, 'user', 'samples'), isSample: true, problem: null })
  await service.open(join(base, 'flat'))
  expect((await service.open(join(base, 'user', 'samples'))).workspace?.isSample).toBe(true)
  expect(recent).toEqual([join(base, 'user', 'samples'), join(base, 'flat')])
})

test('a change on disk reaches the catalog, through the real watcher', async () => {
  const discover = createDiscovery()
  let announcedAtMs = 0
  const catalog = createCatalog({
    discover: (dir) => discover(dir, { defaultPythonVersion: '3.11' }),
    cacheState: () => ({ state: 'cold', reason: null, startsOffline: false, missing: [], fetch: null, pythonMissing: false, imageMissing: false, resolvedAtMs: null, message: null }),
    publish: () => {
      announcedAtMs = performance.now()
    },
  })
  onDisk = () => void catalog.refresh()
  const { workspace } = await service.open(join(base, 'flat'))
  await catalog.setDir(workspace?.pipelinesDir ?? null)
  const durationsMs: number[] = []
  for (let turn = 0; turn < 6; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 700))
    const beganAtMs = performance.now()
    // By turns: a new pipeline, made and filled at once, and a changed description.
    if (turn % 2 === 0) addFiles(base, { [`flat/new${turn}/main.py`]: '' })
    else addFiles(base, { 'flat/demo/pipeline.json': `{"description":"${turn}"}` })
    await vi.waitFor(
      () => {
        const { pipelines } = catalog.current()
        if (turn % 2 === 0) expect(pipelines.map(({ name }) => name)).toContain(`new${turn}`)
        else expect(pipelines.find(({ name }) => name === 'demo')?.description).toBe(String(turn))
      },
      { timeout: 5000, interval: 5 },
    )
    durationsMs.push(Math.round(announcedAtMs - beganAtMs))
  }
  console.info(`From a change on disk to the published catalog: ${durationsMs.join(', ')} ms`)
})

test('a folder is trusted once the user says so, and stays trusted; the samples are', async () => {
  const folder = join(base, 'flat')
  expect((await service.open(folder)).workspace?.isTrusted).toBe(false)
  expect(service.trust().workspace?.isTrusted).toBe(true)
  expect((await service.open(join(base, 'nested'))).workspace?.isTrusted).toBe(false)
  expect((await service.open(folder)).workspace?.isTrusted).toBe(true)
  expect((await service.openSamples()).workspace?.isTrusted).toBe(true)
})
