/** Two versions of a notebook, cell by cell. Text only: a foreign notebook's outputs are not shown, only that they differ. */
import { ArrowUpDown, Minus, Pencil, Plus } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button'
import { type CellChange, type LineChange, cellChanges, linesOf } from './cell-changes'
import './notebook-diff.css'
import { parseNotebook } from './notebook-cells'

const signs = { same: ' ', added: '+', removed: '−' }

export function DiffLines({ lines }: { lines: readonly LineChange[] }): ReactNode {
  return (
    <pre className="cell-lines selectable">
      {lines.map(({ kind, text }, index) => (
        <span key={index} className={`cell-line ${kind}`}>
          <span aria-hidden>{signs[kind]} </span>
          {text}
          {'\n'}
        </span>
      ))}
    </pre>
  )
}

const icons = { added: Plus, removed: Minus, changed: Pencil, same: Pencil }

function CellView({ change }: { change: CellChange }): ReactNode {
  const { t } = useTranslation()
  const Icon = change.moved ? ArrowUpDown : icons[change.kind]
  const number = change.numberAfter ?? change.numberBefore ?? 0
  const notes = [
    t(`notebookDiff.kind.${change.kind}`),
    change.moved ? t('notebookDiff.moved', { from: change.numberBefore }) : null,
    change.metadataChanged ? t('notebookDiff.metadata') : null,
    change.outputsChanged ? t('notebookDiff.outputs') : null,
  ].filter((note) => note !== null)
  const title = `${t('notebookDiff.cell', { number, type: change.type })}, ${notes.join(', ')}`
  return (
    <section className={`cell-change ${change.kind}`} aria-label={title}>
      <header className="cell-change-head">
        <Icon size={13} aria-hidden />
        {title}
      </header>
      {change.lines.length > 0 && <DiffLines lines={change.lines} />}
    </section>
  )
}

/** `''`: the file was not there. */
export function NotebookDiff({ before, after }: { before: string; after: string }): ReactNode {
  const { t } = useTranslation()
  const [showsAll, setShowsAll] = useState(false)
  const changes = useMemo(() => {
    const [old, now] = [before, after].map((text) => (text === '' ? { cells: [] } : parseNotebook(text)))
    return old && now ? cellChanges(old.cells, now.cells) : null
  }, [before, after])
  if (changes === null) return <div className="notebook-diff scroll"><p className="muted">{t('notebookDiff.noNotebook')}</p><DiffLines lines={linesOf(before, after)} /></div>
  const shown = changes.filter(({ kind }) => showsAll || kind !== 'same')
  const hidden = changes.length - shown.length
  return (
    <div className="notebook-diff scroll" role="region" aria-label={t('notebookDiff.title')}>
      {shown.length === 0 && <p className="muted">{t('notebookDiff.nothing')}</p>}
      {shown.map((change) => (
        <CellView key={`${change.numberBefore ?? ''}-${change.numberAfter ?? ''}`} change={change} />
      ))}
      {(hidden > 0 || showsAll) && (
        <Button small kind="quiet" onClick={() => setShowsAll(!showsAll)}>
          {showsAll ? t('notebookDiff.hideSame') : t('notebookDiff.showSame', { count: hidden })}
        </Button>
      )}
    </div>
  )
}
