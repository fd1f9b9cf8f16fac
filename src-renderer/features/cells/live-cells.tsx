/** The cells of a run as they are: follows the one that runs until the reader scrolls away. */
import { ArrowDownToLine } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWireError } from '@shared/app-error'
import type { Run } from '@shared/contract/runs'
import { api } from '../../api'
import { Button } from '../../ui/button'
import { createCellLoader, type CellLoader } from './cell-loader'
import { cellToFollow } from './cell-follow'
import { moveBetweenCells } from './cell-keys'
import { CellView } from './cell-view'
import { CellsFailure } from './cells-failure'
import { useFollowCell } from './use-follow-cell'

function useCellLoader(runId: string): { loader: CellLoader; failure: string | null } {
  const [failure, setFailure] = useState<string | null>(null)
  const loader = useMemo(
    () =>
      createCellLoader({
        read: async (indexes) => (await api.call('runs.readCells', { runId, indexes })).cells,
        onFailure: (error) => setFailure(toWireError(error).message),
        onSuccess: () => setFailure(null),
      }),
    [runId],
  )
  useEffect(() => {
    const unsubscribe = api.onEvent((message) => {
      if (message.name === 'runs.cellsChanged' && message.payload.runId === runId) loader.grew(message.payload.indexes)
    })
    return () => {
      unsubscribe()
      loader.stop()
    }
  }, [loader, runId])
  return { loader, failure }
}

/** Mount one for each run. */
export function LiveCells({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  const list = useRef<HTMLOListElement>(null)
  const { loader, failure } = useCellLoader(run.id)
  // Thousands of cells are drawn when there is time; typing and scrolling go first.
  const cells = useDeferredValue(run.cells) ?? []
  const [wasOver] = useState(run.phase === 'finished')
  const current = cellToFollow(cells, wasOver)
  const follow = useFollowCell(list, current)

  function onKeyDown(event: KeyboardEvent): void {
    follow.onIntent()
    if (list.current !== null) moveBetweenCells(event, list.current, cells.length)
  }

  return (
    <>
      {failure !== null && <CellsFailure reason={failure} onRetry={loader.retry} />}
      <div className="log-body">
        <ol
          ref={list}
          className="cell-list scroll"
          tabIndex={0}
          data-region="cells"
          aria-label={t('cells.region')}
          onKeyDown={onKeyDown}
          onWheel={follow.onIntent}
          onPointerDown={follow.onIntent}
          onPointerMove={(event) => event.buttons > 0 && follow.onIntent()}
          onScroll={follow.onScroll}
        >
          {cells.map((cell) => (
            <CellView key={cell.index} cell={cell} loader={loader} />
          ))}
          {cells.length === 0 && <li className="cell-note muted">{t('cells.none')}</li>}
        </ol>
        {current !== null && !follow.isFollowing && (
          <Button small className="log-new-lines" icon={<ArrowDownToLine size={13} />} onClick={follow.followAgain}>
            {t(run.phase === 'finished' ? 'cells.toLast' : 'cells.toRunning')}
          </Button>
        )}
      </div>
    </>
  )
}
