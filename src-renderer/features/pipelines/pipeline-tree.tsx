/**
 * The pipelines and their files. Only the rows in view are in the page, so that ten thousand folders stay quick. One tab
 * stop; the arrow keys move, Enter opens, and F5 runs what is selected.
 */
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { selectPipeline, useLayout } from '../../state/layout'
import { rowMoves, useVisibleRows } from '../../ui/visible-rows'
import { openFile } from '../editor/document-actions'
import { useNewestRuns } from '../runs/use-shown-run'
import { firingPipelines } from '../schedule/schedule-text'
import { badgesOf, useTreeChanges } from '../git/tree-changes'
import { useFileListings } from './file-listings'
import { TreeRowView } from './tree-row-view'
import { type TreeRow, treeRows } from './tree-rows'

const rowHeight = 26

function setExpanded(key: string, isExpanded: boolean): void {
  useLayout.setState(({ expandedPipelines }) => ({ expandedPipelines: [...expandedPipelines.filter((other) => other !== key), ...(isExpanded ? [key] : [])] }))
}

function parentIndex(rows: readonly TreeRow[], index: number): number {
  const level = rows[index]?.level ?? 1
  let parent = index
  while (parent > 0 && (rows[parent]?.level ?? 1) >= level) parent -= 1
  return level === 1 ? index : parent
}

export function PipelineTree({ filter }: { filter: string }): ReactNode {
  const { t } = useTranslation()
  const pipelines = useEngineMirror((mirror) => mirror.catalog?.pipelines)
  const listings = useFileListings((state) => state.listings)
  const expandedKeys = useLayout((layout) => layout.expandedPipelines)
  const selected = useLayout((layout) => layout.selectedPipeline)
  const activeTab = useLayout((layout) => layout.activeTab)
  const newestRuns = useNewestRuns()
  const changes = useTreeChanges()
  const schedule = useEngineMirror((mirror) => mirror.schedule)
  const firing = useMemo(() => firingPipelines(schedule), [schedule])
  const rows = useMemo(() => treeRows(pipelines ?? [], filter, new Set(expandedKeys), listings), [pipelines, filter, expandedKeys, listings])
  const [focusedId, setFocusedId] = useState<string | null>(null)
  const { host, first, last, pageRows, scrollTo } = useVisibleRows(rows.length, rowHeight)

  const focusedIndex = Math.max(0, rows.findIndex(({ id }) => id === (focusedId ?? selected)))

  function focusRow(index: number): void {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))]
    if (row === undefined) return
    setFocusedId(row.id)
    if (row.kind === 'pipeline') selectPipeline(row.pipeline.name)
    scrollTo(rows.indexOf(row))
  }

  function open(row: TreeRow): void {
    if (row.kind === 'pipeline') openFile(row.pipeline.name, row.pipeline.entryPoint)
    else if (row.kind === 'file') openFile(row.pipeline, row.entry.path)
    else if (row.kind === 'folder') setExpanded(row.id, !row.isExpanded)
  }

  function click(row: TreeRow): void {
    setFocusedId(row.id)
    if (row.kind === 'pipeline') {
      const wasSelected = selected === row.pipeline.name
      selectPipeline(row.pipeline.name)
      // The first click selects and shows the files; only a click on what is selected already hides them.
      setExpanded(row.id, !(wasSelected && row.isExpanded))
    } else open(row)
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = rows[focusedIndex]
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const isExpandable = row.kind === 'pipeline' || row.kind === 'folder'
    const moves: Record<string, () => void> = {
      ...rowMoves(focusRow, focusedIndex, rows.length, pageRows),
      ArrowRight: () => (isExpandable && !row.isExpanded ? setExpanded(row.id, true) : focusRow(focusedIndex + 1)),
      ArrowLeft: () => (isExpandable && row.isExpanded ? setExpanded(row.id, false) : focusRow(parentIndex(rows, focusedIndex))),
      Enter: () => open(row),
      ' ': () => click(row),
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    move()
  }

  const focusedRow = rows[focusedIndex]
  return (
    <div
      ref={host}
      className="tree scroll"
      role="tree"
      tabIndex={0}
      aria-label={t('pipelines.tree')}
      aria-activedescendant={focusedRow === undefined ? undefined : `row-${focusedRow.id}`}
      data-region="tree"
      onKeyDown={onKeyDown}
    >
      <div className="tree-rows" role="none" style={{ height: rows.length * rowHeight }}>
        {rows.slice(first, last).map((row, index) => (
          <TreeRowView
            key={row.id}
            row={row}
            top={(first + index) * rowHeight}
            run={row.kind === 'pipeline' ? (newestRuns.get(row.pipeline.name) ?? null) : null}
            firesHere={row.kind === 'pipeline' && firing.has(row.pipeline.name)}
            change={badgesOf(row, changes)}
            isSelected={row.kind === 'pipeline' ? row.pipeline.name === selected : activeTab === `file:${row.id}`}
            isFocused={row === focusedRow}
            onClick={() => click(row)}
            onToggle={() => setExpanded(row.id, row.kind !== 'note' && row.kind !== 'file' && !row.isExpanded)}
            onOpen={() => open(row)}
          />
        ))}
      </div>
    </div>
  )
}
