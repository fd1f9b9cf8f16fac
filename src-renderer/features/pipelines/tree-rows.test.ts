/** The rows of the pipeline tree. */
import { describe, expect, it } from 'vitest'
import type { FileEntry } from '@shared/contract/files'
import type { Pipeline } from '@shared/contract/pipelines'
import { matchesFilter, treeRows } from './tree-rows'

const pipeline = (name: string): Pipeline => ({
  name, path: `/w/${name}`, type: 'script', entryPoint: 'main.py', enabled: true, description: `about ${name}`, tags: ['daily'], hasRequirements: false, hasLock: false,
  pythonVersion: '3.11', metadataFile: null, runConfigs: [], timings: [], hasWebhook: false, timeoutSeconds: null, retryAttempts: null, memoryLimitBytes: null, cpuLimit: null, maxInstances: null,
  restartOnCrash: false, downstream: [], defaultEnvNames: [], encryptedEnvNames: [], secretNames: [], cache: { state: 'not-needed', reason: null, startsOffline: false, missing: [], fetch: null, pythonMissing: false, imageMissing: false, resolvedAtMs: null, message: null }, problems: [],
})
const file = (path: string): FileEntry => ({ path, kind: 'file', sizeBytes: 1 })
const folder = (path: string): FileEntry => ({ path, kind: 'folder', sizeBytes: 0 })
const listing = { entries: [folder('lib'), file('lib/dates.py'), file('main.py')], truncated: false }
const shape = (rows: ReturnType<typeof treeRows>): string[] => rows.map(({ id, level }) => `${level} ${id}`)

describe('treeRows', () => {
  it('shows pipelines only until one is opened', () => {
    expect(shape(treeRows([pipeline('a'), pipeline('b')], '', new Set(), {}))).toEqual(['1 a', '1 b'])
  })

  it('shows files below an opened pipeline and an opened folder', () => {
    expect(shape(treeRows([pipeline('a')], '', new Set(['a']), { a: listing }))).toEqual(['1 a', '2 a/lib', '2 a/main.py'])
    expect(shape(treeRows([pipeline('a')], '', new Set(['a', 'a/lib']), { a: listing }))).toEqual(['1 a', '2 a/lib', '3 a/lib/dates.py', '2 a/main.py'])
  })

  it('says when files are loading, missing or too many', () => {
    const notes = (listings: Parameters<typeof treeRows>[3]) => treeRows([pipeline('a')], '', new Set(['a']), listings).flatMap((row) => (row.kind === 'note' ? [row.note] : []))
    expect(notes({})).toEqual(['loading'])
    expect(notes({ a: { entries: [], truncated: false } })).toEqual(['empty'])
    expect(notes({ a: { ...listing, truncated: true } })).toEqual(['truncated'])
  })

  it('tells positions among the rows that are shown', () => {
    const rows = treeRows([pipeline('a'), pipeline('other')], 'oth', new Set(), {})
    expect(rows).toMatchObject([{ id: 'other', positionInSet: 1, setSize: 1 }])
  })

  it('lays out ten thousand pipelines at once', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => pipeline(`p${index}`))
    const startedAt = performance.now()
    expect(treeRows(many, '', new Set(), {})).toHaveLength(10_000)
    expect(performance.now() - startedAt).toBeLessThan(200)
  })
})

describe('matchesFilter', () => {
  it('finds words in name, description and tags, in any order', () => {
    expect(matchesFilter(pipeline('sales'), 'DAILY sal')).toBe(true)
    expect(matchesFilter(pipeline('sales'), 'sales weekly')).toBe(false)
    expect(matchesFilter(pipeline('sales'), '')).toBe(true)
  })
})
