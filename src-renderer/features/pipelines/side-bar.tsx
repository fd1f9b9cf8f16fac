/** The side bar: filter, pipeline tree, the folders that are no pipelines, and the pages of the workspace. */
import { CalendarClock, ChevronDown, ChevronRight, Flame, FolderX, GitBranch, KeyRound, Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SkippedFolder } from '@shared/contract/pipelines'
import { useEngineMirror } from '../../state/engine-mirror'
import { openPage } from '../../state/layout'
import { Button } from '../../ui/button'
import { openSamples } from '../workspace/workspace-actions'
import { PipelineTree } from './pipeline-tree'

function SkippedFolders({ skipped, isOpen, onToggle }: { skipped: readonly SkippedFolder[]; isOpen: boolean; onToggle: () => void }): ReactNode {
  const { t } = useTranslation()
  const Chevron = isOpen ? ChevronDown : ChevronRight
  return (
    <div className="skipped">
      <button type="button" className="skipped-head" aria-expanded={isOpen} onClick={onToggle}>
        <Chevron size={14} aria-hidden />
        {t('pipelines.skipped', { count: skipped.length })}
      </button>
      {isOpen && (
        <ul className="skipped-list scroll">
          {skipped.map(({ name, reason }) => (
            <li key={name}>
              <span className="truncate">{name}</span>
              <span className="muted">{reason}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function NoPipelines(): ReactNode {
  const { t } = useTranslation()
  return (
    <div className="side-empty">
      <FolderX size={26} strokeWidth={1.4} aria-hidden />
      <h3>{t('pipelines.none.title')}</h3>
      <p className="muted">{t('pipelines.none.hint')}</p>
      <Button small onClick={() => void openSamples()}>{t('action.workspace.openSamples')}</Button>
    </div>
  )
}

function WorkspacePages(): ReactNode {
  const { t } = useTranslation()
  const isPreheating = useEngineMirror((mirror) => mirror.preheat?.isRunning ?? false)
  const changes = useEngineMirror((mirror) => (mirror.git?.repository ? mirror.git.repository.files.length + mirror.git.repository.omitted : 0))
  const missing = useEngineMirror((mirror) => mirror.secrets?.missing.length ?? 0)
  return (
    <div className="side-pages" role="group" aria-label={t('pipelines.workspacePages')}>
      <Button small kind="quiet" icon={<GitBranch size={14} />} onClick={() => openPage('git')}>
        {t('git.title')}
        {changes > 0 && <span className="badge tone-quiet">{changes}</span>}
      </Button>
      <Button small kind="quiet" icon={<CalendarClock size={14} />} onClick={() => openPage('schedule')}>
        {t('schedule.title')}
      </Button>
      <Button small kind="quiet" icon={<Flame size={14} />} onClick={() => openPage('cache')}>
        {t('cache.title')}
        {isPreheating && <span className="badge tone-quiet">{t('cache.state.warming')}</span>}
      </Button>
      <Button small kind="quiet" icon={<KeyRound size={14} />} onClick={() => openPage('secrets')}>
        {t('secrets.title')}
        {missing > 0 && <span className="badge tone-warn">{t('pipelines.missingSecrets', { count: missing })}</span>}
      </Button>
    </div>
  )
}

export function SideBar(): ReactNode {
  const { t } = useTranslation()
  const catalog = useEngineMirror((mirror) => mirror.catalog)
  const [filter, setFilter] = useState('')
  const [skippedOpen, setSkippedOpen] = useState<boolean | null>(null)
  const isEmpty = catalog !== null && catalog.pipelines.length === 0

  function onFilterKey(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === 'Escape') setFilter('')
    else if (event.key === 'ArrowDown') event.currentTarget.closest('nav')?.querySelector<HTMLElement>('[role=tree]')?.focus()
    else return
    event.preventDefault()
  }

  return (
    <nav className="side-bar" aria-label={t('pipelines.sideBar')}>
      <header className="pane-head">
        <h2 className="pane-title">{t('pipelines.title')}</h2>
        <span className="pane-note">{catalog !== null && catalog.pipelines.length > 0 && catalog.pipelines.length}</span>
      </header>
      <div className="filter">
        <Search size={13} aria-hidden />
        <input
          className="input small"
          type="search"
          data-filter
          aria-label={t('pipelines.filter')}
          placeholder={t('pipelines.filter')}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={onFilterKey}
        />
      </div>
      {isEmpty ? <NoPipelines /> : <PipelineTree filter={filter.trim()} />}
      {catalog !== null && catalog.skipped.length > 0 && (
        <SkippedFolders skipped={catalog.skipped} isOpen={skippedOpen ?? isEmpty} onToggle={() => setSkippedOpen(!(skippedOpen ?? isEmpty))} />
      )}
      <WorkspacePages />
    </nav>
  )
}
