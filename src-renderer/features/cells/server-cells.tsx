/** The cells as a Fast-Flow server would show them after the same run, with what it would have lost. */
import { TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWireError } from '@shared/app-error'
import type { Run, ServerCell } from '@shared/contract/runs'
import { api } from '../../api'
import { moveBetweenCells } from './cell-keys'
import { CellsFailure } from './cells-failure'
import { imageSource, shownText } from './output-content'

/** All cells are read at once; so not with each event of a live run. */
const readDelayMs = 400

type Reading = { cells: readonly ServerCell[] | null; failure: string | null; readAgain: () => void }

function useServerCells(run: Run): Reading {
  const [cells, setCells] = useState<readonly ServerCell[] | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  const hasRead = useRef(false)
  const { id, rev } = run
  useEffect(() => {
    let isGone = false
    const read = async (): Promise<void> => {
      hasRead.current = true
      try {
        const answer = await api.call('runs.readServerCells', { runId: id })
        if (isGone) return
        setCells(answer.cells)
        setFailure(null)
      } catch (error) {
        if (!isGone) setFailure(toWireError(error).message)
      }
    }
    const timer = setTimeout(() => void read(), hasRead.current ? readDelayMs : 0)
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [id, rev, attempt])
  return { cells, failure, readAgain: () => setAttempt((before) => before + 1) }
}

function ServerText({ text, stream }: { text: string; stream: 'stdout' | 'stderr' }): ReactNode {
  const { t } = useTranslation()
  if (text === '') return null
  const shown = shownText(text)
  return (
    <>
      {shown.omittedChars > 0 && <p className="cell-note muted">{t('cells.endOnly', { count: shown.omittedChars })}</p>}
      <pre className={`cell-text selectable ${stream}`}>{shown.text}</pre>
    </>
  )
}

function ServerCellView({ cell }: { cell: ServerCell }): ReactNode {
  const { t } = useTranslation()
  const { index, status, stdout, stderr, image, lost } = cell
  const words = status ?? t('cells.serverNoRecord')
  const source = image === null ? null : imageSource(image.mime, image.data)
  return (
    <li className="cell" tabIndex={-1} data-cell={index} aria-label={t('cells.name', { number: index + 1, words })}>
      <header className="cell-head">
        <span className="cell-number">{index + 1}</span>
        <span className={status === null ? 'muted' : ''}>{words}</span>
      </header>
      <div className="cell-outputs">
        <ServerText text={stdout} stream="stdout" />
        <ServerText text={stderr} stream="stderr" />
        {source !== null && <img className="cell-image" src={source} alt={image?.mime} />}
        {lost.length > 0 && (
          <p className="cell-note tone-warn">
            <TriangleAlert size={13} aria-hidden /> {t('cells.lost', { types: [...new Set(lost)].join(', ') })}
          </p>
        )}
      </div>
    </li>
  )
}

export function ServerCells({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  const list = useRef<HTMLOListElement>(null)
  const { cells, failure, readAgain } = useServerCells(run)
  const losing = cells?.filter(({ lost }) => lost.length > 0).length ?? 0

  function onKeyDown(event: KeyboardEvent): void {
    if (list.current !== null) moveBetweenCells(event, list.current, cells?.length ?? 0)
  }

  return (
    <>
      {failure !== null && <CellsFailure reason={failure} onRetry={readAgain} />}
      {cells !== null && (
        <p className={`cells-summary ${losing > 0 ? 'loses' : ''}`} role="status">
          {losing > 0 ? t('cells.losing', { count: losing }) : t('cells.losingNothing')}
        </p>
      )}
      <ol ref={list} className="cell-list scroll" tabIndex={0} data-region="cells" aria-label={t('cells.serverRegion')} onKeyDown={onKeyDown}>
        {cells?.map((cell) => (
          <ServerCellView key={cell.index} cell={cell} />
        ))}
        {cells?.length === 0 && <li className="cell-note muted">{t('cells.none')}</li>}
      </ol>
    </>
  )
}
