/** Earlier runs: filters, the list, and the deletion of those that are chosen. */
import { ListFilter, Trash2, X } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useCallback, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { Button, IconButton } from '../../ui/button'
import { useNow } from '../../ui/use-now'
import { isFiltering, matches, noFilter } from './history-filter'
import { HistoryFilters } from './history-filters'
import { type ChooseKind, HistoryItem } from './history-item'
import { allSelected, extended, selectedOf, toggled } from './history-selection'
import { select, selectNothing, toggleFilters, useHistory } from './history-state'
import { removeRuns } from './removal-actions'
import { showRun } from './run-actions'
import { useRuns, useShownRun } from './use-shown-run'

const listedAtOnce = 200

function SelectionBar({ runIds }: { runIds: readonly string[] }): ReactNode {
  const { t, i18n } = useTranslation()
  return (
    <div className="history-selection" role="toolbar" aria-label={t('history.selection')}>
      <span className="truncate" role="status">
        {t('history.selected', { count: runIds.length })}
      </span>
      <Button small kind="danger" icon={<Trash2 size={13} />} onClick={() => void removeRuns(runIds, i18n.language)}>
        {t('history.delete')}
      </Button>
      <IconButton label={t('history.selectNothing')} icon={<X size={14} />} onClick={selectNothing} />
    </div>
  )
}

function NothingListed({ isFiltered }: { isFiltered: boolean }): ReactNode {
  const { t } = useTranslation()
  const isLoaded = useEngineMirror((mirror) => mirror.runsLoaded)
  if (!isLoaded) return null
  if (!isFiltered) return <p className="history-empty muted">{t('history.empty')}</p>
  return (
    <div className="history-empty muted">
      <p>{t('history.noMatch')}</p>
      <Button small onClick={() => useHistory.setState({ filter: noFilter })}>
        {t('history.showAll')}
      </Button>
    </div>
  )
}

function HistoryList({ runs }: { runs: readonly Run[] }): ReactNode {
  const { t, i18n } = useTranslation()
  const list = useRef<HTMLUListElement>(null)
  const shown = useShownRun()
  const selection = useHistory((state) => state.selection)
  const [limit, setLimit] = useState(listedAtOnce)
  const [reachedId, setReachedId] = useState<string | null>(null)
  const now = useNow(runs.some((run) => run.phase !== 'finished'), 1000)
  const listed = useMemo(() => runs.slice(0, limit), [runs, limit])
  const selected = useMemo(() => selectedOf(selection, listed), [selection, listed])
  const isIn = new Set(selected)
  const reachable = [reachedId, shown?.id].find((id) => listed.some((run) => run.id === id)) ?? listed[0]?.id
  const choose = useCallback((run: Run, kind: ChooseKind) => select((before) => (kind === 'one' ? toggled(before, run) : extended(before, listed, run))), [listed])
  const show = useCallback((run: Run) => {
    select((before) => ({ ...before, anchorId: run.id }))
    showRun(run.id)
  }, [])

  function move(step: number, isExtending: boolean): void {
    const at = listed.findIndex(({ id }) => id === reachable)
    const from = listed[at]
    const to = listed[Math.min(listed.length - 1, Math.max(0, at + step))]
    if (to === undefined) return
    if (isExtending) select((before) => extended(from === undefined ? before : extended(before, listed, from), listed, to))
    setReachedId(to.id)
    list.current?.querySelector<HTMLElement>(`[data-run="${to.id}"]`)?.focus()
  }

  function onKeyDown(event: KeyboardEvent): void {
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(1, event.shiftKey),
      ArrowUp: () => move(-1, event.shiftKey),
      Home: () => move(-listed.length, event.shiftKey),
      End: () => move(listed.length, event.shiftKey),
      ...(selected.length > 0 && { Delete: () => void removeRuns(selected, i18n.language), Escape: selectNothing }),
      ...((event.ctrlKey || event.metaKey) && { a: () => select(() => allSelected(listed)) }),
    }
    const act = keys[event.key]
    if (act === undefined || event.altKey) return
    event.preventDefault()
    act()
  }

  return (
    <>
      <ul ref={list} className={`history-list scroll ${selected.length > 0 ? 'choosing' : ''}`} aria-label={t('history.region')} onKeyDown={onKeyDown}>
        {listed.map((run) => (
          <HistoryItem
            key={run.id}
            run={run}
            isShown={run.id === shown?.id}
            isSelected={isIn.has(run.id)}
            isReachable={run.id === reachable}
            // Of a finished run only the day matters: it is not drawn again each second.
            nowMs={run.phase === 'finished' ? new Date(now).setHours(0, 0, 0, 0) : now}
            onShow={show}
            onChoose={choose}
          />
        ))}
      </ul>
      {runs.length > limit && (
        <Button small kind="quiet" className="history-more" onClick={() => setLimit(limit + listedAtOnce)}>
          {t('history.more', { count: runs.length - limit })}
        </Button>
      )}
      {selected.length > 0 && <SelectionBar runIds={selected} />}
    </>
  )
}

export function RunHistory(): ReactNode {
  const { t } = useTranslation()
  const scope = useLayout((layout) => layout.historyScope)
  const pipeline = useLayout((layout) => layout.selectedPipeline)
  const filter = useHistory((state) => state.filter)
  const filterOpen = useHistory((state) => state.filterOpen)
  const all = useRuns(scope === 'all' ? null : pipeline)
  const runs = useMemo(() => all.filter((run) => matches(run, filter)), [all, filter])
  return (
    <div className="history">
      <header className="pane-head">
        <h2 className="pane-title">{t('history.title')}</h2>
        <div className="segmented" role="group" aria-label={t('history.scope')}>
          {(['pipeline', 'all'] as const).map((value) => (
            <button key={value} type="button" aria-pressed={scope === value} onClick={() => useLayout.setState({ historyScope: value })}>
              {t(`history.${value}`)}
            </button>
          ))}
        </div>
        <IconButton label={t('history.filter')} aria-pressed={filterOpen} icon={<ListFilter size={14} />} onClick={toggleFilters} />
      </header>
      {filterOpen && <HistoryFilters />}
      {runs.length === 0 && <NothingListed isFiltered={isFiltering(filter)} />}
      <HistoryList runs={runs} />
    </div>
  )
}
