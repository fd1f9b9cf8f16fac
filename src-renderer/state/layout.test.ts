/** Which tab is shown after another one is opened or closed. */
import { describe, expect, it } from 'vitest'
import { type Tab, initialLayout, openPage, showPipeline, tabId, useLayout, withTab, withoutTab } from './layout'

const file = (path: string): Tab => ({ kind: 'file', pipeline: 'hello', path })
const tabs = [file('a.py'), file('b.py'), file('c.py')]

describe('tabs', () => {
  it('show a file that is already open instead of opening it twice', () => {
    expect(withTab({ tabs }, file('b.py'))).toEqual({ tabs, activeTab: 'file:hello/b.py' })
    expect(withTab({ tabs }, { kind: 'page', page: 'doctor' }).tabs).toHaveLength(4)
  })

  it.each([
    ['a.py', 'b.py'],
    ['b.py', 'c.py'],
    ['c.py', 'b.py'],
  ])('show a neighbour after %s is closed', (closed, shown) => {
    expect(withoutTab({ tabs, activeTab: `file:hello/${closed}` }, `file:hello/${closed}`).activeTab).toBe(`file:hello/${shown}`)
  })

  it('stay where they are when another tab is closed', () => {
    expect(withoutTab({ tabs, activeTab: 'file:hello/a.py' }, 'file:hello/c.py').activeTab).toBe('file:hello/a.py')
  })

  it('show nothing when the last one is closed', () => {
    const only = file('a.py')
    expect(withoutTab({ tabs: [only], activeTab: tabId(only) }, tabId(only))).toEqual({ tabs: [], activeTab: null })
  })
})

describe('pages', () => {
  it('are tabs of their own, each once', () => {
    useLayout.setState(initialLayout, true)
    openPage('secrets')
    openPage('schedule')
    openPage('secrets')
    expect(useLayout.getState()).toMatchObject({ tabs: [{ page: 'secrets' }, { page: 'schedule' }], activeTab: 'page:secrets' })
  })

  it('give way to a pipeline at a glance and stay open', () => {
    useLayout.setState({ ...initialLayout, selectedPipeline: 'hello', selectedRunId: 'run', panelMaximized: true }, true)
    openPage('secrets')
    showPipeline('sales')
    expect(useLayout.getState()).toMatchObject({ selectedPipeline: 'sales', selectedRunId: null, activeTab: null, panelMaximized: false, tabs: [{ page: 'secrets' }] })
  })
})
