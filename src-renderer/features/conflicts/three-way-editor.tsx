/**
 * Three ways in Monaco: both sides (and the file before them) to read, the list of conflicts with their decisions, and the result,
 * free to be edited. Loaded lazily by text-conflict. The result's model is its own: a decision is an edit, and undo takes it back.
 */
import { ArrowDown, ArrowUp } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ConflictSides } from '@shared/contract/commits'
import { editorOptions, languageOf, monaco } from '../editor/monaco'
import { diffOnScreen, showDiff } from '../git/diff-on-screen'
import { Button, IconButton } from '../../ui/button'
import { useTheme } from '../../ui/theme'
import { conflictDecorations, type PartOfConflict } from './conflict-decorations'
import { type ConflictPlace, type Side, conflictPlaces, placeInSide, resolution } from './conflict-text'
import { SidePane } from './side-pane'

type ThreeWayEditorProps = {
  sides: ConflictSides
  /** To begin with. */
  text: string
  /** Another text for the result that the editor did not make; another `serial` gives it again. */
  given: { text: string; serial: number } | null
  onText: (text: string) => void
}

const choices = ['ours', 'theirs', 'both'] as const

function Pane({ part, sides, shown, current }: { part: PartOfConflict; sides: ConflictSides; shown: string; current: number | null }): ReactNode {
  const { t } = useTranslation()
  const [isOpen, setIsOpen] = useState(part !== 'base')
  const whole = sides[part].text
  const lines = useMemo(() => (current === null || whole === null || !isOpen ? null : placeInSide(shown, current, part, whole)), [shown, current, part, whole, isOpen])
  if (whole === null) return null
  return (
    <details className={`conflict-pane ${part}`} open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        <strong className={`conflict-tag ${part}`}>{t(`conflicts.side.${part}`)}</strong> <span className="muted">{part === 'base' && t('conflicts.wholeBase')}</span>
      </summary>
      {isOpen && <SidePane part={part} path={sides.path} text={whole} label={t(`conflicts.threeWay.pane.${part}`)} lines={lines} />}
    </details>
  )
}

/** The next one from a line on, around the end; `places` is not empty. */
function neighbour(places: readonly ConflictPlace[], line: number, direction: 'next' | 'previous'): number {
  const next = places.filter(({ start }) => start <= line).length
  const previous = places.filter(({ start }) => start < line).length - 1
  return ((direction === 'next' ? next : previous) + places.length) % places.length
}

export function ThreeWayEditor({ sides, text, given, onText }: ThreeWayEditorProps): ReactNode {
  const { t } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const editor = useRef<monaco.editor.IStandaloneCodeEditor | null>(null)
  const [shown, setShown] = useState(text)
  const [chosen, setChosen] = useState(0)
  const theme = useTheme()
  const places = useMemo(() => conflictPlaces(shown), [shown])
  const current = places.length === 0 ? null : Math.min(chosen, places.length - 1)
  const latest = useRef({ places, onText, isGiven: false, decided: null as { number: number; side: Side } | null })
  latest.current.places = places
  latest.current.onText = onText

  const reveal = (number: number): void => {
    const place = latest.current.places[number]
    if (place === undefined) return
    setChosen(number)
    editor.current?.setPosition({ lineNumber: place.start, column: 1 })
    editor.current?.revealLinesInCenterIfOutsideViewport(place.start, place.end)
  }

  useEffect(() => {
    if (host.current === null) return
    const model = monaco.editor.createModel(text, languageOf(sides.path))
    const created = monaco.editor.create(host.current, { ...editorOptions, model, ariaLabel: t('conflicts.threeWay.resultOf', { path: sides.path }), scrollbar: { ...editorOptions.scrollbar, alwaysConsumeMouseWheel: false } })
    editor.current = created
    setShown(model.getValue())
    reveal(0)
    const ends = [
      model.onDidChangeContent(() => {
        setShown(model.getValue())
        if (!latest.current.isGiven) latest.current.onText(model.getValue(monaco.editor.EndOfLinePreference.TextDefined, true))
      }),
      created.onDidChangeCursorPosition(({ position }) => {
        const at = latest.current.places.findIndex(({ start, end }) => start <= position.lineNumber && position.lineNumber <= end)
        if (at >= 0) setChosen(at)
      }),
      {
        dispose: showDiff({
          goTo(direction) {
            if (latest.current.places.length === 0) return
            reveal(neighbour(latest.current.places, created.getPosition()?.lineNumber ?? 0, direction))
            host.current?.scrollIntoView({ block: 'nearest' })
          },
        }),
      },
    ]
    return () => {
      for (const end of ends) end.dispose()
      editor.current = null
      created.dispose()
      model.dispose()
    }
  }, [sides.path])

  useEffect(() => {
    const model = editor.current?.getModel()
    if (!editor.current || !model || given === null) return
    // As edits: undo still knows what was here.
    latest.current.isGiven = true
    const { EndOfLineSequence } = monaco.editor
    const position = editor.current.getPosition()
    editor.current.pushUndoStop()
    model.pushEOL(given.text.includes('\r\n') ? EndOfLineSequence.CRLF : EndOfLineSequence.LF)
    // The model keeps a byte order mark for itself.
    editor.current.executeEdits('conflicts', [{ range: model.getFullModelRange(), text: given.text.replace(/^\ufeff/, '') }])
    editor.current.pushUndoStop()
    if (position !== null) editor.current.setPosition(position)
    latest.current.isGiven = false
  }, [given])

  useEffect(() => {
    const model = editor.current?.getModel()
    if (!editor.current || !model) return
    const names = { ours: t('conflicts.side.ours'), base: t('conflicts.side.base'), theirs: t('conflicts.side.theirs') }
    const decorations = editor.current.createDecorationsCollection(places.flatMap((place, index) => conflictDecorations(place, index === current, model, names)))
    return () => decorations.clear()
  }, [places, current, theme, t])

  useEffect(() => {
    const rows = list.current
    const row = rows?.querySelectorAll('li')[current ?? 0]
    // Only the list scrolls, not the page: the cursor in the result moves this as well.
    if (rows && row) rows.scrollTop = row.offsetTop - rows.offsetTop - (rows.clientHeight - row.offsetHeight) / 2
  }, [current, places.length])

  // The button that was pressed is gone with the last conflict of the list: the keyboard stays where it was, or goes to the result.
  useEffect(() => {
    const { decided } = latest.current
    latest.current.decided = null
    if (decided === null) return
    if (places.length === 0) return editor.current?.focus()
    reveal(Math.min(decided.number, places.length - 1))
    list.current?.querySelectorAll('li')[Math.min(decided.number, places.length - 1)]?.querySelector<HTMLElement>(`[data-side="${decided.side}"]`)?.focus()
  }, [places])

  function decide(number: number, side: Side): void {
    const [place, model] = [places[number], editor.current?.getModel()]
    if (place === undefined || !editor.current || !model) return
    const isLast = place.end >= model.getLineCount()
    const range = isLast ? new monaco.Range(place.start, 1, place.end, model.getLineMaxColumn(place.end)) : new monaco.Range(place.start, 1, place.end + 1, 1)
    latest.current.decided = { number, side }
    editor.current.pushUndoStop()
    editor.current.executeEdits('conflicts', [{ range, text: resolution(place.conflict, side) }])
    editor.current.pushUndoStop()
  }

  return (
    <div className="conflict-merge">
      <div className="conflict-panes">
        <Pane part="ours" sides={sides} shown={shown} current={current} />
        <Pane part="theirs" sides={sides} shown={shown} current={current} />
        <Pane part="base" sides={sides} shown={shown} current={current} />
      </div>
      <div className="conflict-work">
        {places.length > 0 && (
          <div className="conflict-list">
            <div className="conflict-head">
              <strong>{t('conflicts.threeWay.list')}</strong>
              <IconButton label={t('conflicts.threeWay.previous')} keys="Shift+F7" icon={<ArrowUp size={14} />} onClick={() => diffOnScreen()?.goTo('previous')} />
              <IconButton label={t('conflicts.threeWay.next')} keys="F7" icon={<ArrowDown size={14} />} onClick={() => diffOnScreen()?.goTo('next')} />
            </div>
            <ul ref={list} className="scroll" aria-label={t('conflicts.threeWay.list')}>
              {places.map(({ start }, index) => (
                <li key={index} aria-current={index === current} className={index === current ? 'current' : ''}>
                  <section aria-label={t('conflicts.number', { number: index + 1, count: places.length })}>
                    <button type="button" className="link" onClick={() => reveal(index)}>
                      {t('conflicts.number', { number: index + 1, count: places.length })}, {t('conflicts.threeWay.line', { line: start })}
                    </button>
                    <div className="conflict-choices">
                      {choices.map((side) => (
                        <Button key={side} small data-side={side} onClick={() => decide(index, side)}>{t(`conflicts.take.${side}`)}</Button>
                      ))}
                    </div>
                  </section>
                </li>
              ))}
            </ul>
          </div>
        )}
        <section className="conflict-result" aria-label={t('conflicts.result')}>
          <strong className="conflict-head">{t('conflicts.result')}</strong>
          <div ref={host} className="code-editor" />
        </section>
      </div>
    </div>
  )
}
