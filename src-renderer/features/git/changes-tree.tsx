/**
 * The changed files by pipeline, with a box for what is staged. One tab stop: the arrow keys move, Space stages, Enter shows the
 * diff, Delete discards. Only the rows in view are in the page.
 */
import { ChevronDown, ChevronRight, Minus, Check, Undo2 } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ChangedFile } from '@shared/contract/git'
import { IconButton } from '../../ui/button'
import { rowMoves, useVisibleRows } from '../../ui/visible-rows'
import { discard, openChange, toggleStaged } from './change-actions'
import { type ChangesRow, type Checked, changeRows, markOf, shownPath } from './change-rows'

const rowHeight = 26

function Box({ checked, onClick }: { checked: Checked; onClick: () => void }): ReactNode {
  return (
    <span
      className={`change-box ${checked}`}
      aria-hidden
      onClick={(event) => {
        event.stopPropagation()
        onClick()
      }}
    >
      {checked === 'all' ? <Check size={12} /> : checked === 'partly' ? <Minus size={12} /> : null}
    </span>
  )
}

function filesOf(row: ChangesRow): readonly ChangedFile[] {
  return row.kind === 'group' ? row.files : [row.file]
}

export function ChangesTree({ files }: { files: readonly ChangedFile[] }): ReactNode {
  const { t } = useTranslation()
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set())
  const [focusedId, setFocusedId] = useState<string | null>(null)
  const rows = useMemo(() => changeRows(files, collapsed), [files, collapsed])
  const { host, first, last, pageRows, scrollTo } = useVisibleRows(rows.length, rowHeight)
  const [focusedAt, setFocusedAt] = useState(0)
  // A file that was committed or discarded is gone: what took its place has the focus.
  const found = rows.findIndex(({ id }) => id === focusedId)
  const focusedIndex = found >= 0 ? found : Math.min(focusedAt, Math.max(0, rows.length - 1))
  const focused = rows[focusedIndex]

  function focusRow(index: number): void {
    const at = Math.min(rows.length - 1, Math.max(0, index))
    setFocusedAt(at)
    setFocusedId(rows[at]?.id ?? null)
    scrollTo(at)
  }

  function expand(row: ChangesRow, isExpanded: boolean): void {
    if (row.kind !== 'group') return
    const key = row.pipeline ?? ''
    setCollapsed((known) => new Set(isExpanded ? [...known].filter((other) => other !== key) : [...known, key]))
  }

  function open(row: ChangesRow): void {
    if (row.kind === 'group') expand(row, !row.isExpanded)
    else openChange(row.file)
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (focused === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const parent = focused.kind === 'group' ? focusedIndex : rows.slice(0, focusedIndex).map(({ kind }) => kind).lastIndexOf('group')
    const moves: Record<string, () => void> = {
      ...rowMoves(focusRow, focusedIndex, rows.length, pageRows),
      ArrowRight: () => (focused.kind === 'group' && !focused.isExpanded ? expand(focused, true) : focusRow(focusedIndex + 1)),
      ArrowLeft: () => (focused.kind === 'group' && focused.isExpanded ? expand(focused, false) : focusRow(parent)),
      Enter: () => open(focused),
      ' ': () => void toggleStaged(filesOf(focused)),
      Delete: () => void discard(filesOf(focused)),
    }
    const move = moves[event.key]
    if (move === undefined) return
    event.preventDefault()
    move()
  }

  function label(row: ChangesRow): string {
    const staged = t(`gitChanges.checked.${row.checked}`)
    if (row.kind === 'group') return [row.pipeline ?? t('gitChanges.noPipeline'), t('gitChanges.changedFiles', { count: row.files.length }), staged].join(', ')
    const mark = markOf(row.file)
    return [row.name, t(`gitChanges.kind.${mark.kind}`), staged].join(', ')
  }

  return (
    <div
      ref={host}
      className="tree scroll changes-tree card"
      role="tree"
      tabIndex={0}
      aria-label={t('git.changes')}
      aria-multiselectable={false}
      aria-activedescendant={focused === undefined ? undefined : `change-${focusedIndex}`}
      aria-description={t('gitChanges.keys')}
      style={{ height: rows.length * rowHeight + 8 }}
      onKeyDown={onKeyDown}
    >
      <div className="tree-rows" role="none" style={{ height: rows.length * rowHeight }}>
        {rows.slice(first, last).map((row, index) => {
          const at = first + index
          const mark = row.kind === 'file' ? markOf(row.file) : null
          const Chevron = row.kind === 'group' && row.isExpanded ? ChevronDown : ChevronRight
          return (
            <div
              key={row.id}
              id={`change-${at}`}
              className={`tree-row ${row === focused ? 'focused' : ''}`}
              style={{ top: at * rowHeight, paddingLeft: row.kind === 'group' ? 4 : 24 }}
              role="treeitem"
              aria-level={row.level}
              aria-posinset={row.positionInSet}
              aria-setsize={row.setSize}
              aria-expanded={row.kind === 'group' ? row.isExpanded : undefined}
              aria-selected={row === focused}
              aria-checked={row.checked === 'partly' ? 'mixed' : row.checked === 'all'}
              aria-label={label(row)}
              title={row.kind === 'file' ? shownPath(row.file.from === null ? row.file.path : `${row.file.from} → ${row.file.path}`) : undefined}
              onClick={() => {
                focusRow(at)
                open(row)
              }}
            >
              {row.kind === 'group' && (
                <span className="row-chevron" aria-hidden>
                  <Chevron size={14} />
                </span>
              )}
              <Box checked={row.checked} onClick={() => void toggleStaged(filesOf(row))} />
              <span className={`row-name truncate ${row.kind === 'group' ? 'change-group' : ''} ${mark?.kind === 'deleted' ? 'change-deleted' : ''}`}>{row.kind === 'group' ? (row.pipeline ?? t('gitChanges.noPipeline')) : row.name}</span>
              {row.kind === 'group' && <span className="row-badges muted">{row.files.length}</span>}
              {mark !== null && (
                <span className="row-badges">
                  <span
                    className="change-hover"
                    onClick={(event) => event.stopPropagation()}
                  >
                    <IconButton label={t('gitChanges.discardOf', { name: row.kind === 'file' ? row.name : '' })} tabIndex={-1} icon={<Undo2 size={13} />} onClick={() => void discard(filesOf(row))} />
                  </span>
                  <span className={`change-mark ${mark.kind}`} aria-hidden>
                    {mark.letter}
                  </span>
                </span>
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}
