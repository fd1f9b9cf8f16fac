import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import type { PipelineCatalog } from '@shared/contract/pipelines'
import type { WorkspaceState } from '@shared/contract/workspace'
import { emptyMirror, useEngineMirror } from '../../state/engine-mirror'
import { initialLayout, useLayout, withTab } from '../../state/layout'
import { defaultPipeline, graceMs, keepPipelineSelected } from './select-default'

test.each([
  ['nothing to select', { names: [], isSample: true, lastRun: 'gone' }, null],
  ['the first', { names: ['a', 'hello'], isSample: false, lastRun: null }, 'a'],
  ['in the samples the one that greets', { names: ['broken_import_date', 'hello'], isSample: true, lastRun: null }, 'hello'],
  ['in samples without it the first', { names: ['flood'], isSample: true, lastRun: null }, 'flood'],
  ['the one that ran last', { names: ['a', 'b', 'hello'], isSample: true, lastRun: 'b' }, 'b'],
  ['a last one that is gone counts no more', { names: ['a'], isSample: false, lastRun: 'b' }, 'a'],
])('%s', (_name, input, expected) => expect(defaultPipeline(input)).toBe(expected))

describe('The selected pipeline', () => {
  let rev = 0
  let stop = (): void => undefined

  const workspace = (root: string): WorkspaceState => ({ workspace: { root, name: root, pipelinesDir: root, isSample: false, isTrusted: true, belongsToOther: false, problem: null }, recent: [], rev: (rev += 1) })
  /** Only names are looked at here. */
  const catalogOf = (...names: string[]): PipelineCatalog => ({ pipelines: names.map((name) => ({ name })) as PipelineCatalog['pipelines'], skipped: [], rev: (rev += 1) })
  const found = (...names: string[]): void => useEngineMirror.setState({ catalog: catalogOf(...names) })
  const selected = (): string | null => useLayout.getState().selectedPipeline

  beforeEach(() => {
    vi.useFakeTimers()
    useEngineMirror.setState({ ...emptyMirror, workspace: workspace('/work') })
    useLayout.setState(initialLayout)
    stop = keepPipelineSelected()
    found('a', 'b', 'c')
    useLayout.setState(({ tabs }) => ({ selectedPipeline: 'b', selectedRunId: 'run', ...withTab({ tabs }, { kind: 'file', pipeline: 'b', path: 'main.py' }) }))
  })
  afterEach(() => {
    stop()
    vi.useRealTimers()
  })

  it('stays with its tabs and its run when it vanishes and comes back: a stash, a switch, a discard', () => {
    found('a', 'c')
    vi.advanceTimersByTime(graceMs - 1)
    found('a')
    expect(selected()).toBe('b')
    found('a', 'b', 'c')
    vi.advanceTimersByTime(10 * graceMs)
    expect(useLayout.getState()).toMatchObject({ selectedPipeline: 'b', selectedRunId: 'run', activeTab: 'file:b/main.py' })
  })

  it('is another one when it stays away, as of what is there by then', () => {
    found('a', 'c')
    found('c')
    expect(selected()).toBe('b')
    vi.advanceTimersByTime(graceMs)
    expect(selected()).toBe('c')
  })

  it('is the one that was chosen in the meantime', () => {
    found('a', 'c')
    useLayout.setState({ selectedPipeline: 'c' })
    vi.advanceTimersByTime(graceMs)
    expect(selected()).toBe('c')
  })

  it('of another workspace is chosen at once', () => {
    useEngineMirror.setState({ workspace: workspace('/other') })
    found('x', 'y')
    expect(selected()).toBe('x')
    vi.advanceTimersByTime(graceMs)
    expect(selected()).toBe('x')
  })

  it('is the first that there is, when there was none', () => {
    found()
    vi.advanceTimersByTime(graceMs)
    expect(selected()).toBe('b')
    found('new')
    expect(selected()).toBe('new')
  })
})
