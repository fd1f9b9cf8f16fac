/** What is open and selected in the window: tabs, panels, the selected pipeline and run. Survives a restart. */
import { create } from 'zustand'
import type { HistoryScope } from '@shared/contract/commits'

export type Page = 'settings' | 'doctor' | 'secrets' | 'schedule' | 'cache' | 'dependencies' | 'git'

/** What was committed, and what git could not merge. */
export type CommitsView = { name: 'history'; scope: HistoryScope } | { name: 'commit'; commit: string; pipeline: string | null } | { name: 'file'; commit: string; path: string } | { name: 'conflicts' }

export type Tab =
  | { kind: 'file'; pipeline: string; path: string }
  | { kind: 'page'; page: Page }
  | { kind: 'diff'; path: string; side: 'unstaged' | 'staged' }
  | { kind: 'commits'; view: CommitsView }

export type Layout = {
  sideBarOpen: boolean
  panelOpen: boolean
  /** The run panel fills the centre. */
  panelMaximized: boolean
  historyScope: 'pipeline' | 'all'
  runDetailsOpen: boolean
  /** What is shown of a notebook run. */
  notebookOutput: 'cells' | 'log'
  diffView: 'side-by-side' | 'inline'
  selectedPipeline: string | null
  /** Null: the newest run of the selected pipeline. */
  selectedRunId: string | null
  tabs: readonly Tab[]
  activeTab: string | null
  expandedPipelines: readonly string[]
}

export const initialLayout: Layout = {
  sideBarOpen: true,
  panelOpen: true,
  panelMaximized: false,
  historyScope: 'pipeline',
  runDetailsOpen: true,
  notebookOutput: 'cells',
  diffView: 'side-by-side',
  selectedPipeline: null,
  selectedRunId: null,
  tabs: [],
  activeTab: null,
  expandedPipelines: [],
}

export const useLayout = create<Layout>(() => initialLayout)

export function tabId(tab: Tab): string {
  switch (tab.kind) {
    case 'file':
      return `file:${tab.pipeline}/${tab.path}`
    case 'page':
      return `page:${tab.page}`
    case 'diff':
      return `diff:${tab.side}:${tab.path}`
    case 'commits':
      return `commits:${JSON.stringify(tab.view)}`
  }
}

export function withTab(layout: Pick<Layout, 'tabs'>, tab: Tab): Pick<Layout, 'tabs' | 'activeTab'> {
  const id = tabId(tab)
  return { tabs: layout.tabs.some((open) => tabId(open) === id) ? layout.tabs : [...layout.tabs, tab], activeTab: id }
}

/** Closing the active tab shows its right neighbour, else the left one. */
export function withoutTab(layout: Pick<Layout, 'tabs' | 'activeTab'>, id: string): Pick<Layout, 'tabs' | 'activeTab'> {
  const index = layout.tabs.findIndex((tab) => tabId(tab) === id)
  if (index < 0) return { tabs: layout.tabs, activeTab: layout.activeTab }
  const tabs = layout.tabs.filter((_, at) => at !== index)
  const neighbour = tabs[index] ?? tabs[index - 1]
  return { tabs, activeTab: layout.activeTab !== id ? layout.activeTab : neighbour === undefined ? null : tabId(neighbour) }
}

export function openTab(tab: Tab): void {
  useLayout.setState((layout) => ({ ...withTab(layout, tab), panelMaximized: false }))
}

export function closeTab(id: string): void {
  useLayout.setState((layout) => withoutTab(layout, id))
}

export function openCommits(view: CommitsView): void {
  openTab({ kind: 'commits', view })
}

export function openPage(page: Page): void {
  openTab({ kind: 'page', page })
}

/** The pipeline at a glance; open tabs stay where they are. */
export function showPipeline(name: string): void {
  selectPipeline(name)
  useLayout.setState({ activeTab: null, panelMaximized: false })
}

export function selectPipeline(name: string): void {
  useLayout.setState((layout) => (layout.selectedPipeline === name ? layout : { selectedPipeline: name, selectedRunId: null }))
}

/** Everything that points into a workspace; the rest of the layout is the same in all. */
type PerWorkspace = Pick<Layout, 'selectedPipeline' | 'tabs' | 'activeTab' | 'expandedPipelines'>
type Saved = { shared: Partial<Layout>; workspaces: Record<string, PerWorkspace> }

const storageKey = 'layout'
const maximumWorkspaces = 20

function read(storage: Storage): Saved {
  try {
    const saved = JSON.parse(storage.getItem(storageKey) ?? '{}') as Partial<Saved>
    return { shared: saved.shared ?? {}, workspaces: saved.workspaces ?? {} }
  } catch {
    return { shared: {}, workspaces: {} }
  }
}

/** Loads the layout of a workspace and keeps it from then on. Returns a function that ends the keeping. */
export function keepLayout(storage: Storage, root: string | null): () => void {
  const saved = read(storage)
  const mine = root === null ? undefined : saved.workspaces[root]
  useLayout.setState({ ...initialLayout, ...saved.shared, ...mine, selectedRunId: null, panelMaximized: false })
  return useLayout.subscribe(({ sideBarOpen, panelOpen, historyScope, runDetailsOpen, notebookOutput, diffView, selectedPipeline, tabs, activeTab, expandedPipelines }) => {
    const { workspaces } = read(storage)
    const others = Object.entries(workspaces).filter(([key]) => key !== root)
    const kept = root === null ? others : [...others, [root, { selectedPipeline, tabs, activeTab, expandedPipelines }] as const]
    const next: Saved = {
      shared: { sideBarOpen, panelOpen, historyScope, runDetailsOpen, notebookOutput, diffView },
      workspaces: Object.fromEntries(kept.slice(-maximumWorkspaces)),
    }
    storage.setItem(storageKey, JSON.stringify(next))
  })
}
