/** The tab strip of open files and pages. */
import { Boxes, CalendarClock, FileDiff, Flame, FileCode, GitBranch, History, KeyRound, Settings, Stethoscope, X } from 'lucide-react'
import type { TFunction } from 'i18next'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { documentId, isDirty, useDocuments } from '../../state/documents'
import { type Tab, tabId, useLayout } from '../../state/layout'
import { shownPath } from '../git/change-rows'
import { commitsTabName } from '../commits/commits-tab-name'
import { closeTabAsking } from './document-actions'

const pageIcons = { settings: Settings, doctor: Stethoscope, secrets: KeyRound, schedule: CalendarClock, cache: Flame, dependencies: Boxes, git: GitBranch }

function TabIcon({ tab }: { tab: Tab }): ReactNode {
  const Icon = tab.kind === 'file' ? FileCode : tab.kind === 'diff' ? FileDiff : tab.kind === 'commits' ? History : pageIcons[tab.page]
  return <Icon size={14} className="tone-quiet" aria-hidden />
}

/** File names that are open more than once say whose they are. */
function fileLabel(tab: Tab & { kind: 'file' }, tabs: readonly Tab[]): { name: string; owner: string | null } {
  const name = tab.path.slice(tab.path.lastIndexOf('/') + 1)
  const isAlone = tabs.every((other) => other === tab || other.kind !== 'file' || !other.path.endsWith(name))
  return { name, owner: isAlone ? null : tab.pipeline }
}

function tabLabel(tab: Tab, tabs: readonly Tab[], t: TFunction): { name: string; owner: string | null } {
  switch (tab.kind) {
    case 'file':
      return fileLabel(tab, tabs)
    case 'diff':
      return { name: shownPath(tab.path.slice(tab.path.lastIndexOf('/', tab.path.length - 2) + 1)), owner: t(`gitChanges.side.${tab.side}`) }
    case 'commits':
      return { name: commitsTabName(tab.view, t), owner: null }
    case 'page':
      return { name: t(`${tab.page}.title`), owner: null }
  }
}

function TabView({ tab, tabs, isActive, isTabStop }: { tab: Tab; tabs: readonly Tab[]; isActive: boolean; isTabStop: boolean }): ReactNode {
  const { t } = useTranslation()
  const id = tabId(tab)
  const element = useRef<HTMLDivElement>(null)
  const dirty = useDocuments(({ documents }) => {
    const document = tab.kind === 'file' ? documents[documentId(tab.pipeline, tab.path)] : undefined
    return document !== undefined && isDirty(document)
  })
  const { name, owner } = tabLabel(tab, tabs, t)
  useEffect(() => {
    if (isActive) element.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isActive])
  return (
    <div
      ref={element}
      className={`tab ${isActive ? 'active' : ''}`}
      role="tab"
      id={`tab-${id}`}
      tabIndex={isTabStop ? 0 : -1}
      aria-selected={isActive}
      aria-controls="editor-page"
      aria-label={[name, owner, dirty ? t('editor.unsaved') : null].filter((part) => part !== null).join(', ')}
      title={tab.kind === 'file' ? `${tab.pipeline}/${tab.path}` : tab.kind === 'diff' ? shownPath(tab.path) : undefined}
      onClick={() => useLayout.setState({ activeTab: id })}
      onAuxClick={(event) => event.button === 1 && void closeTabAsking(id)}
    >
      <TabIcon tab={tab} />
      <span className="tab-name truncate">{name}</span>
      {owner !== null && <span className="tab-owner truncate">{owner}</span>}
      <button
        type="button"
        className={`tab-close ${dirty ? 'dirty' : ''}`}
        tabIndex={-1}
        aria-label={t('editor.closeTab', { name })}
        onClick={(event) => {
          event.stopPropagation()
          void closeTabAsking(id)
        }}
      >
        <X size={13} aria-hidden />
        <span className="tab-dot" aria-hidden />
      </button>
    </div>
  )
}

export function EditorTabs(): ReactNode {
  const { t } = useTranslation()
  const tabs = useLayout((layout) => layout.tabs)
  const activeTab = useLayout((layout) => layout.activeTab)

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = tabs[tabs.findIndex((tab) => tabId(tab) === activeTab) + step]
    if (step === 0 || next === undefined) return
    event.preventDefault()
    useLayout.setState({ activeTab: tabId(next) })
    document.getElementById(`tab-${tabId(next)}`)?.focus()
  }

  return (
    <div className="tabs" role="tablist" aria-label={t('editor.tabs')} data-region="tabs" onKeyDown={onKeyDown}>
      {tabs.map((tab, index) => {
        const isActive = tabId(tab) === activeTab
        // While the pipeline at a glance is shown no tab is active; the strip can still be reached.
        return <TabView key={tabId(tab)} tab={tab} tabs={tabs} isActive={isActive} isTabStop={isActive || (activeTab === null && index === 0)} />
      })}
    </div>
  )
}
