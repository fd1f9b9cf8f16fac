/** One row of the pipeline tree. Its accessible name begins with the pipeline's name. */
import { Braces, ChevronDown, ChevronRight, CircleX, Clock, File, FileCode, FileText, Folder, FolderOpen, Link, NotebookText, TriangleAlert } from 'lucide-react'
import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import type { Run } from '@shared/contract/runs'
import { cacheLooks } from '../cache/cache-text'
import { cacheWords } from '../cache/fetch-text'
import { Tip } from '../../ui/tooltip'
import { ChangeBadge } from '../git/change-badge'
import { type TreeChange, changeText } from '../git/tree-changes'
import { RunStatusIcon, runStatusText } from '../runs/run-status'
import type { FileRow, PipelineRow, TreeRow } from './tree-rows'

type TreeRowProps = {
  row: TreeRow
  top: number
  run: Run | null
  /** Starts by itself on this computer. */
  firesHere: boolean
  /** What git says changed in it. */
  change: TreeChange | null
  isSelected: boolean
  isFocused: boolean
  onClick: () => void
  onToggle: () => void
  onOpen: () => void
}

function problemCounts(pipeline: Pipeline): { errors: number; warnings: number } {
  const count = (severity: string): number => pipeline.problems.filter((problem) => problem.severity === severity).length
  return { errors: count('error'), warnings: count('warning') }
}

function ProblemBadge({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { errors, warnings } = problemCounts(pipeline)
  if (errors + warnings === 0) return null
  const Icon = errors > 0 ? CircleX : TriangleAlert
  return (
    <Tip text={pipeline.problems.map(({ file, line, message }) => `${file ?? ''}${line === null ? '' : `:${line}`} ${message}`.trim()).join('\n')}>
      <span className={`badge ${errors > 0 ? 'tone-danger' : 'tone-warn'}`}>
        <Icon size={12} aria-hidden />
        {errors > 0 ? errors : warnings}
      </span>
    </Tip>
  )
}

function CacheBadge({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t, i18n } = useTranslation()
  const { state } = pipeline.cache
  if (state === 'not-needed') return null
  const { Icon, tone } = cacheLooks[state]
  return (
    <Tip text={cacheWords(pipeline, t, i18n.language)}>
      <span className={`badge ${tone}`}>
        <Icon size={12} aria-hidden />
        {t(`cache.state.${state}`)}
      </span>
    </Tip>
  )
}

/** "hello, Succeeded, cache warm, 1 error": all that the icons say. */
function pipelineLabel(pipeline: Pipeline, run: Run | null, firesHere: boolean, t: TFunction): string {
  const { errors, warnings } = problemCounts(pipeline)
  return [
    pipeline.name,
    t(`pipelines.type.${pipeline.type}`),
    run === null ? null : runStatusText(run, t),
    run?.runner === 'host' ? t('runner.host') : null,
    pipeline.cache.state === 'not-needed' ? null : t('cache.label', { state: t(`cache.state.${pipeline.cache.state}`) }),
    errors > 0 ? t('pipelines.errors', { count: errors }) : null,
    warnings > 0 ? t('pipelines.warnings', { count: warnings }) : null,
    firesHere ? t('pipelines.firesHere') : null,
    pipeline.enabled ? null : t('pipelines.disabled'),
  ]
    .filter((part) => part !== null)
    .join(', ')
}

function PipelineContent({ row, run, firesHere, change }: { row: PipelineRow; run: Run | null; firesHere: boolean; change: TreeChange | null }): ReactNode {
  const { t } = useTranslation()
  const { pipeline } = row
  const TypeIcon = pipeline.type === 'notebook' ? NotebookText : FileCode
  return (
    <>
      <TypeIcon size={15} className="tone-quiet row-icon" aria-hidden />
      <span className={`row-name truncate ${pipeline.enabled ? '' : 'row-disabled'}`}>{pipeline.name}</span>
      <span className="row-badges">
        {!pipeline.enabled && <span className="badge tone-quiet">{t('pipelines.disabled')}</span>}
        {firesHere && (
          <Tip text={t('pipelines.firesHere')}>
            <span className="badge tone-quiet">
              <Clock size={12} aria-hidden />
            </span>
          </Tip>
        )}
        <ProblemBadge pipeline={pipeline} />
        <ChangeBadge change={change} />
        <CacheBadge pipeline={pipeline} />
        <span className="row-run" title={run === null ? undefined : runStatusText(run, t)}>
          {run !== null && <RunStatusIcon run={run} size={14} />}
        </span>
      </span>
    </>
  )
}

function FileIcon({ row }: { row: FileRow }): ReactNode {
  const props = { size: 14, className: 'tone-quiet row-icon', 'aria-hidden': true }
  if (row.kind === 'folder') return row.isExpanded ? <FolderOpen {...props} /> : <Folder {...props} />
  if (row.entry.kind === 'link') return <Link {...props} />
  if (/\.pyi?$/.test(row.name)) return <FileCode {...props} />
  if (row.name.endsWith('.json')) return <Braces {...props} />
  if (row.name.endsWith('.ipynb')) return <NotebookText {...props} />
  return /\.(txt|md|lock|toml|cfg)$/.test(row.name) ? <FileText {...props} /> : <File {...props} />
}

function RowContent({ row, run, firesHere, change }: { row: TreeRow; run: Run | null; firesHere: boolean; change: TreeChange | null }): ReactNode {
  const { t } = useTranslation()
  if (row.kind === 'pipeline') return <PipelineContent row={row} run={run} firesHere={firesHere} change={change} />
  if (row.kind === 'note') return <span className="row-note">{t(`pipelines.note.${row.note}`)}</span>
  return (
    <>
      <FileIcon row={row} />
      <span className="row-name truncate">{row.name}</span>
      <span className="row-badges">
        <ChangeBadge change={change} />
      </span>
    </>
  )
}

export function TreeRowView({ row, top, run, firesHere, change, isSelected, isFocused, onClick, onToggle, onOpen }: TreeRowProps): ReactNode {
  const { t } = useTranslation()
  const isExpandable = row.kind === 'pipeline' || row.kind === 'folder'
  const isExpanded = isExpandable && row.isExpanded
  const Chevron = isExpanded ? ChevronDown : ChevronRight
  const name = row.kind === 'pipeline' ? pipelineLabel(row.pipeline, run, firesHere, t) : row.kind === 'note' ? t(`pipelines.note.${row.note}`) : row.name
  const label = change === null ? name : `${name}, ${changeText(change, t)}`
  return (
    <div
      id={`row-${row.id}`}
      className={`tree-row ${isSelected ? 'selected' : ''} ${isFocused ? 'focused' : ''}`}
      style={{ top, paddingLeft: 6 + (row.level - 1) * 14 }}
      role="treeitem"
      aria-label={label}
      aria-level={row.level}
      aria-posinset={row.positionInSet}
      aria-setsize={row.setSize}
      aria-selected={isSelected}
      aria-expanded={isExpandable ? isExpanded : undefined}
      onClick={onClick}
      onDoubleClick={() => row.kind === 'pipeline' && onOpen()}
    >
      <span
        className="row-chevron"
        aria-hidden
        onClick={(event) => {
          event.stopPropagation()
          onToggle()
        }}
      >
        {isExpandable && <Chevron size={14} />}
      </span>
      <RowContent row={row} run={run} firesHere={firesHere} change={change} />
    </div>
  )
}
