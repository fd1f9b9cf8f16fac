/** Conflicts of a text: each with its sides and a decision, and the result free to be edited. What is not finished is kept in the working file. */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Conflicts } from '@shared/contract/commits'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { type Conflict, type Side, conflictPieces, decide } from './conflict-text'

const keepAfterMs = 500

function ChoiceView({ conflict, number, count, onDecide }: { conflict: Conflict; number: number; count: number; onDecide: (side: Side) => void }): ReactNode {
  const { t } = useTranslation()
  const panes = [['ours', conflict.ours], ['base', conflict.base], ['theirs', conflict.theirs]] as const
  return (
    <section className="conflict-choice" aria-label={t('conflicts.number', { number, count })}>
      <header className="conflict-head">
        <span>{t('conflicts.number', { number, count })}</span>
        {(['ours', 'theirs', 'both'] as const).map((side) => (
          <Button key={side} small onClick={() => onDecide(side)}>{t(`conflicts.take.${side}`)}</Button>
        ))}
      </header>
      <div className="conflict-sides">
        {panes.map(([side, text]) => text !== null && (
          <div key={side}>
            <strong>{t(`conflicts.side.${side}`)}</strong>
            <pre className="selectable">{text === '' ? t('conflicts.nothing') : text}</pre>
          </div>
        ))}
      </div>
    </section>
  )
}

type TextConflictProps = { path: string; result: string; base: string | null; onDone: (conflicts: Conflicts) => void; onRestart: () => void }

export function TextConflict({ path, result, base, onDone, onRestart }: TextConflictProps): ReactNode {
  const { t } = useTranslation()
  const [text, setText] = useState(result)
  const kept = useRef({ text: result, isOver: false })
  const latest = useRef(text)
  latest.current = text
  const conflicts = conflictPieces(text).filter((piece): piece is Conflict => piece.kind === 'conflict')

  function keep(): void {
    if (kept.current.isOver || kept.current.text === latest.current) return
    kept.current.text = latest.current
    api.call('commits.saveConflict', { path, text: latest.current, isResolved: false }).catch(reportError)
  }
  useEffect(() => {
    const timer = setTimeout(keep, keepAfterMs)
    return () => clearTimeout(timer)
  }, [text])
  useEffect(() => keep, [])

  function resolve(): void {
    kept.current.isOver = true
    api.call('commits.saveConflict', { path, text, isResolved: true }).then(onDone, (error: unknown) => {
      kept.current.isOver = false
      reportError(error)
    })
  }

  return (
    <>
      <p role="status">{conflicts.length === 0 ? t('conflicts.noMarks') : t('conflicts.marks', { count: conflicts.length })}</p>
      {conflicts.map((conflict, index) => (
        <ChoiceView key={`${index}/${conflict.raw.length}`} conflict={conflict} number={index + 1} count={conflicts.length} onDecide={(side) => setText(decide(text, index, side))} />
      ))}
      {base !== null && (
        <details>
          <summary>{t('conflicts.wholeBase')}</summary>
          <pre className="cell-lines selectable">{base}</pre>
        </details>
      )}
      <label>
        <strong>{t('conflicts.result')}</strong>
        <textarea className="input conflict-editor" spellCheck={false} value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <div className="entry-actions">
        <Button kind="primary" disabled={conflicts.length > 0} onClick={resolve}>{t('conflicts.resolved')}</Button>
        <Button kind="quiet" onClick={() => { kept.current.isOver = true; onRestart() }}>{t('conflicts.restart')}</Button>
      </div>
    </>
  )
}
