/** A notebook that both sides changed, cell by cell: what only one side did is taken, the rest is a choice for each cell. */
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Conflicts } from '@shared/contract/commits'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import type { NotebookCell } from '../notebook-diff/notebook-cells'
import { keepChoices, readChoices } from './choice-backup'
import { type CellChoice, type CellConflict, type CellSide, type NotebookMerge, cellsOfChoice, mergedText } from './notebook-merge'

const sourceOf = (cells: readonly NotebookCell[]): string => cells.map(({ source }) => source).join('\n\n')

function CellChoiceView({ conflict, number, count, choice, onChoose }: { conflict: CellConflict; number: number; count: number; choice: CellChoice | null; onChoose: (choice: CellChoice) => void }): ReactNode {
  const { t } = useTranslation()
  const panes = [['ours', conflict.ours], ['base', conflict.base], ['theirs', conflict.theirs]] as const
  const sides: CellSide[] = ['ours', 'theirs', 'both', 'none']
  const chosen = choice === null ? [] : cellsOfChoice(conflict, choice)
  return (
    <section className="conflict-choice" aria-label={t('conflicts.cell', { number, count })}>
      <header className="conflict-head">
        <span>{t('conflicts.cell', { number, count })}</span>
        {sides.map((side) => (
          <Button key={side} small aria-pressed={choice?.side === side} onClick={() => onChoose({ side, edited: null })}>{t(`conflicts.take.${side}`)}</Button>
        ))}
      </header>
      <div className="conflict-sides">
        {panes.map(([side, cells]) => (side !== 'base' || cells.length > 0) && (
          <div key={side} className={choice?.side === side ? 'chosen' : ''}>
            <strong>{t(`conflicts.side.${side}`)}</strong>
            <pre className="selectable">{cells.length === 0 ? t('conflicts.nothing') : sourceOf(cells)}</pre>
          </div>
        ))}
      </div>
      {choice !== null && chosen.length === 1 && (
        <label>
          <span className="conflict-head">{t('conflicts.cellResult')}</span>
          <textarea className="input conflict-editor" spellCheck={false} rows={6} style={{ minHeight: 90 }} value={sourceOf(chosen)} onChange={(event) => onChoose({ side: choice.side, edited: event.target.value })} />
        </label>
      )}
    </section>
  )
}

export function NotebookConflict({ path, merge, onDone }: { path: string; merge: NotebookMerge; onDone: (conflicts: Conflicts) => void }): ReactNode {
  const { t } = useTranslation()
  const conflicts = merge.pieces.filter((piece): piece is CellConflict => piece.kind === 'conflict')
  const [choices, setChoices] = useState<readonly (CellChoice | null)[]>(() => readChoices(localStorage, path, conflicts))
  const made = choices.filter((choice): choice is CellChoice => choice !== null)
  const choose = (number: number, choice: CellChoice): void => {
    const next = choices.map((other, at) => (at === number ? choice : other))
    keepChoices(localStorage, path, conflicts, next)
    setChoices(next)
  }
  const done = (after: Conflicts): void => {
    keepChoices(localStorage, path, conflicts, null)
    onDone(after)
  }
  const left = choices.length - made.length
  return (
    <>
      <p role="status">{left === 0 ? t('conflicts.noCells') : t('conflicts.cells', { count: left })} <span className="muted">{t('conflicts.outputsDropped')}</span></p>
      {conflicts.map((conflict, index) => (
        <CellChoiceView key={index} conflict={conflict} number={index + 1} count={conflicts.length} choice={choices[index] ?? null} onChoose={(choice) => choose(index, choice)} />
      ))}
      <div className="entry-actions">
        <Button kind="primary" disabled={left > 0} onClick={() => void api.call('commits.saveConflict', { path, text: mergedText(merge, made), isResolved: true, expected: null }).then(done, reportError)}>{t('conflicts.resolved')}</Button>
      </div>
    </>
  )
}
