/** The centre of the window: tabs and what the active one shows; without tabs, the selected pipeline. */
import { type ReactNode, Suspense, lazy, useEffect } from 'react'
import { documentId, useDocuments } from '../../state/documents'
import { type Page, type Tab, tabId, useLayout } from '../../state/layout'
import { DoctorPage } from '../tools/doctor-page'
import { PipelineOverview } from '../pipelines/pipeline-overview'
import { ensureDocument } from './document-actions'
import { DocumentPage } from './document-page'
import { EditorTabs } from './editor-tabs'

// Seldom shown, and validation brings the contract's schemas along, which nothing else in the window needs.
const SettingsPage = lazy(() => import('../settings/settings-page').then((module) => ({ default: module.SettingsPage })))
const SecretsPage = lazy(() => import('../secrets/secrets-page').then((module) => ({ default: module.SecretsPage })))
const CachePage = lazy(() => import('../cache/cache-page').then((module) => ({ default: module.CachePage })))
const DependenciesPage = lazy(() => import('../dependencies/dependencies-page').then((module) => ({ default: module.DependenciesPage })))
const DiffPage = lazy(() => import('../git/diff-page').then((module) => ({ default: module.DiffPage })))
const CommitsTab = lazy(() => import('../commits/commits-tab').then((module) => ({ default: module.CommitsTab })))
const GitPage = lazy(() => import('../git/git-page').then((module) => ({ default: module.GitPage })))
const SchedulePage = lazy(() => import('../schedule/schedule-page').then((module) => ({ default: module.SchedulePage })))

function FileTab({ pipeline, path }: { pipeline: string; path: string }): ReactNode {
  const id = documentId(pipeline, path)
  const document = useDocuments(({ documents }) => documents[id])
  const isKnown = document !== undefined
  useEffect(() => {
    if (!isKnown) ensureDocument(pipeline, path)
  }, [isKnown, pipeline, path])
  return document === undefined ? null : <DocumentPage key={id} document={document} />
}

function PageTab({ page }: { page: Page }): ReactNode {
  switch (page) {
    case 'doctor':
      return <DoctorPage />
    case 'settings':
      return <SettingsPage />
    case 'secrets':
      return <SecretsPage />
    case 'cache':
      return <CachePage />
    case 'dependencies':
      return <DependenciesPage />
    case 'git':
      return <GitPage />
    case 'schedule':
      return <SchedulePage />
  }
}

function TabPage({ tab }: { tab: Tab }): ReactNode {
  if (tab.kind === 'file') return <FileTab pipeline={tab.pipeline} path={tab.path} />
  return (
    <Suspense fallback={null}>
      {tab.kind === 'diff' ? <DiffPage key={tabId(tab)} path={tab.path} side={tab.side} /> : tab.kind === 'commits' ? <CommitsTab key={tabId(tab)} view={tab.view} /> : <PageTab page={tab.page} />}
    </Suspense>
  )
}

export function EditorArea(): ReactNode {
  const tabs = useLayout((layout) => layout.tabs)
  const activeTab = useLayout((layout) => layout.activeTab)
  const tab = tabs.find((open) => tabId(open) === activeTab)
  return (
    <main className="editor-area">
      {tabs.length > 0 && <EditorTabs />}
      {tab === undefined ? (
        <PipelineOverview />
      ) : (
        <div id="editor-page" className="editor-page" role="tabpanel" aria-labelledby={`tab-${tabId(tab)}`} data-region="editor">
          <TabPage tab={tab} />
        </div>
      )}
    </main>
  )
}
