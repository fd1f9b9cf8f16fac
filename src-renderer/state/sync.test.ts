/** The mirror against an engine whose answers and events arrive in any order. */
import { beforeEach, describe, expect, it } from 'vitest'
import type { ApiRequest } from '@shared/contract/index'
import { testRun } from '../testing/test-run'
import { emptyMirror, sortedRuns, useEngineMirror } from './engine-mirror'
import { type SyncSource, applyRuns, createSync } from './sync'

type Listener = Parameters<SyncSource['onEvent']>[0]

const workspace = (root: string, rev: number) => ({ workspace: { root, name: root, pipelinesDir: root, isSample: false, isTrusted: true, belongsToOther: false, problem: null }, recent: [], rev })
const catalog = (rev: number) => ({ pipelines: [], skipped: [{ name: `skipped-${rev}`, reason: 'no main.py' }], rev })
const secrets = (rev: number) => ({ storage: 'keychain' as const, problem: null, secrets: [], missing: [], hasEncryptionKey: false, rev })
const engine = { state: 'ready', endpoint: null, version: '20.10', architecture: null, reason: null, probes: [], rev: 1 }

function createFakeEngine(answers: Partial<Record<ApiRequest, unknown>>) {
  const calls: string[] = []
  let listener: Listener = () => undefined
  const source: SyncSource = {
    call: async (name) => {
      calls.push(name)
      if (!(name in answers)) throw new Error(`no answer for ${name}`)
      return answers[name] as never
    },
    onEvent: (next) => {
      calls.push('subscribe')
      listener = next
      return () => (listener = () => undefined)
    },
  }
  return { source, calls, emit: (message: Parameters<Listener>[0]) => listener(message) }
}

const answers = {
  'settings.get': { settings: {}, file: '', problems: [], rev: 1 },
  'tools.engine': engine,
  'tools.workerImage': { reference: 'a:b', state: 'present', digest: null, receivedBytes: 0, totalBytes: 0, error: null, rev: 1 },
  'tools.appInfo': { version: '1', runtime: '', platform: '', userDataDir: '', notices: [] },
  'workspace.current': workspace('/work', 1),
  'pipelines.list': catalog(4),
  'runs.list': { runs: [testRun({ rev: 2 })] },
  'secrets.list': secrets(2),
  'cache.preheatState': { isRunning: false, jobs: [], startedAtMs: null, rev: 1 },
  'cache.checkState': { phase: 'idle', isFull: false, done: 0, total: 0, packages: 0, environments: 0, where: [], damage: [], foreign: null, left: { count: 0, bytes: 0 }, repaired: null, message: null, finishedAtMs: null, rev: 1 },
  'cache.upkeep': { transfer: null, bytes: null, isOverCap: false, rev: 1 },
  'pythons.state': { lookedAtMs: null, installed: [], system: [], missing: [], work: null, rev: 1 },
  'git.state': { repository: null, problem: null, rev: 1 },
  'git.operations': { operations: [] },
  'schedule.list': { active: false, entries: [], rev: 2 },
}

/** The same in every workspace. */
const ofTheApp = ['settings.get', 'tools.engine', 'tools.workerImage', 'tools.appInfo', 'workspace.current']

describe('sync', () => {
  beforeEach(() => useEngineMirror.setState(emptyMirror, true))

  it('subscribes before it loads anything', async () => {
    const { source, calls } = createFakeEngine(answers)
    await createSync(source, () => undefined).start()
    expect(calls[0]).toBe('subscribe')
    expect(useEngineMirror.getState().loaded).toBe(true)
  })

  it('keeps the higher rev, whichever came first', async () => {
    const fake = createFakeEngine(answers)
    await createSync(fake.source, () => undefined).start()
    fake.emit({ name: 'pipelines.changed', payload: catalog(3) })
    expect(useEngineMirror.getState().catalog?.rev).toBe(4)
    fake.emit({ name: 'pipelines.changed', payload: catalog(5) })
    expect(useEngineMirror.getState().catalog?.rev).toBe(5)
    applyRuns([testRun({ rev: 1, phase: 'preparing' })])
    expect(Object.values(useEngineMirror.getState().runs)[0]?.phase).toBe('running')
  })

  it('loads pipelines and runs again when another workspace is opened', async () => {
    const fake = createFakeEngine(answers)
    await createSync(fake.source, () => undefined).start()
    fake.calls.length = 0
    fake.emit({ name: 'workspace.changed', payload: workspace('/other', 2) })
    expect(useEngineMirror.getState().catalog).toBeNull()
    await new Promise((resolve) => setTimeout(resolve))
    expect([...fake.calls].sort()).toEqual(Object.keys(answers).filter((name) => !ofTheApp.includes(name)).sort())
    expect(sortedRuns(useEngineMirror.getState(), null)).toEqual([])
  })

  it('follows secrets and schedules, and forgets those of another workspace', async () => {
    const fake = createFakeEngine(answers)
    await createSync(fake.source, () => undefined).start()
    fake.emit({ name: 'secrets.changed', payload: secrets(1) })
    fake.emit({ name: 'schedule.changed', payload: { active: true, entries: [], rev: 3 } })
    expect(useEngineMirror.getState()).toMatchObject({ secrets: { rev: 2 }, schedule: { active: true, rev: 3 } })
    fake.emit({ name: 'workspace.changed', payload: workspace('/other', 2) })
    expect(useEngineMirror.getState()).toMatchObject({ secrets: null, schedule: null })
  })

  it('shows the pipelines even when the secrets cannot be read', async () => {
    const { 'secrets.list': _secrets, ...rest } = answers
    const failures: unknown[] = []
    await createSync(createFakeEngine(rest).source, (error) => failures.push(error)).start()
    expect(failures).toHaveLength(1)
    expect(useEngineMirror.getState()).toMatchObject({ secrets: null, catalog: { rev: 4 }, schedule: { rev: 2 } })
  })

  it('never lets a log shrink', async () => {
    const fake = createFakeEngine(answers)
    await createSync(fake.source, () => undefined).start()
    fake.emit({ name: 'runs.logAppended', payload: { runId: 'a', sizeBytes: 10, rev: 2 } })
    fake.emit({ name: 'runs.logAppended', payload: { runId: 'a', sizeBytes: 4, rev: 1 } })
    expect(useEngineMirror.getState().logSizes).toEqual({ a: 10 })
  })

  it('shows the window even when one snapshot fails, and reports it', async () => {
    const { 'tools.workerImage': _image, ...rest } = answers
    const failures: unknown[] = []
    await createSync(createFakeEngine(rest).source, (error) => failures.push(error)).start()
    expect(failures).toHaveLength(1)
    expect(useEngineMirror.getState()).toMatchObject({ loaded: true, image: null, engine: { state: 'ready' } })
  })
})
