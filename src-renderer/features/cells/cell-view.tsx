/** One cell of a run: its state, its source, its outputs. What is out of view is neither read nor drawn. */
import { CircleCheck, CircleDashed, CircleSlash, CircleX, LoaderCircle, RotateCw } from 'lucide-react'
import { memo, type ReactNode, type RefObject, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { CellOutput, RunCell } from '@shared/contract/runs'
import { Button } from '../../ui/button'
import { durationText } from '../../ui/format'
import type { CellLoader } from './cell-loader'
import { OutputView } from './output-view'

/** More outputs than this are drawn when asked for. */
const outputsAtOnce = 100

function CellIcon({ status }: { status: RunCell['status'] }): ReactNode {
  const props = { size: 14, 'aria-hidden': true }
  switch (status) {
    case 'pending':
      return <CircleDashed {...props} className="tone-quiet" />
    case 'running':
      return <LoaderCircle {...props} className="tone-info spin" />
    case 'retrying':
      return <RotateCw {...props} className="tone-warn" />
    case 'succeeded':
      return <CircleCheck {...props} className="tone-ok" />
    case 'failed':
      return <CircleX {...props} className="tone-danger" />
    case 'skipped':
      return <CircleSlash {...props} className="tone-quiet" />
  }
}

/** Whether it is in view or close to it; and its height when it was last, so that nothing jumps while it is not drawn. */
function useNearness(element: RefObject<HTMLElement | null>): { isNear: boolean; heightPixels: number | null } {
  const [nearness, setNearness] = useState<{ isNear: boolean; heightPixels: number | null }>({ isNear: false, heightPixels: null })
  useEffect(() => {
    if (element.current === null) return
    const seen = ([entry]: IntersectionObserverEntry[]): void => {
      if (entry === undefined) return
      setNearness((before) => ({ isNear: entry.isIntersecting, heightPixels: before.isNear ? entry.boundingClientRect.height : before.heightPixels }))
    }
    const observer = new IntersectionObserver(seen, { root: element.current.parentElement, rootMargin: '800px 0px' })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return nearness
}

function Outputs({ outputs }: { outputs: readonly CellOutput[] }): ReactNode {
  const { t } = useTranslation()
  const [limit, setLimit] = useState(outputsAtOnce)
  const hidden = outputs.length - limit
  return (
    <div className="cell-outputs">
      {outputs.slice(0, limit).map((output, at) => (
        <OutputView key={at} output={output} />
      ))}
      {hidden > 0 && (
        <Button small kind="quiet" onClick={() => setLimit(limit + outputsAtOnce)}>
          {t('cells.moreOutputs', { count: hidden })}
        </Button>
      )}
    </div>
  )
}

type CellViewProps = { cell: RunCell; loader: CellLoader }

/** Each event of the run brings all cells anew; only those that differ are drawn again. */
const isSameCell = (before: CellViewProps, after: CellViewProps): boolean =>
  before.loader === after.loader &&
  before.cell.index === after.cell.index &&
  before.cell.status === after.cell.status &&
  before.cell.attempts === after.cell.attempts &&
  before.cell.durationMs === after.cell.durationMs

export const CellView = memo(function CellView({ cell, loader }: CellViewProps): ReactNode {
  const { t, i18n } = useTranslation()
  const element = useRef<HTMLLIElement>(null)
  const { isNear, heightPixels } = useNearness(element)
  const { index, status } = cell
  useEffect(() => (isNear ? loader.watch(index) : undefined), [isNear, loader, index])
  const content = useSyncExternalStore(loader.subscribe, () => (isNear ? loader.content(index) : undefined))
  const words = t(`cells.status.${status}`)
  // Until it is there again it keeps its place.
  const height = content === undefined && heightPixels !== null ? { height: heightPixels } : undefined
  return (
    <li ref={element} className={`cell ${status}`} style={height} tabIndex={-1} data-cell={index} aria-label={t('cells.name', { number: index + 1, words })}>
      <header className="cell-head">
        <CellIcon status={status} />
        <span className="cell-number">{index + 1}</span>
        <span>{words}</span>
        {cell.attempts > 1 && <span className="muted">{t('cells.attempts', { count: cell.attempts })}</span>}
        {cell.durationMs !== null && <span className="cell-time muted">{durationText(cell.durationMs, i18n.language)}</span>}
      </header>
      <pre className="cell-source selectable">{content?.source ?? ''}</pre>
      {content !== undefined && content.outputs.length > 0 && <Outputs outputs={content.outputs} />}
    </li>
  )
}, isSameCell)
