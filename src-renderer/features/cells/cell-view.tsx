/** One cell of a run: its state, its source, its outputs. What is out of view is not read. */
import { CircleCheck, CircleDashed, CircleSlash, CircleX, LoaderCircle, RotateCw } from 'lucide-react'
import { memo, type ReactNode, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useTranslation } from 'react-i18next'
import type { RunCell } from '@shared/contract/runs'
import { durationText } from '../../ui/format'
import type { CellLoader } from './cell-loader'
import { OutputView } from './output-view'

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

/** True from the first time it is near the view for as long as it is. */
function useIsNear(element: { current: HTMLElement | null }): boolean {
  const [isNear, setIsNear] = useState(false)
  useEffect(() => {
    if (element.current === null) return
    const observer = new IntersectionObserver(([entry]) => setIsNear(entry?.isIntersecting ?? false), { rootMargin: '600px' })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return isNear
}

export const CellView = memo(function CellView({ cell, loader }: { cell: RunCell; loader: CellLoader }): ReactNode {
  const { t, i18n } = useTranslation()
  const element = useRef<HTMLLIElement>(null)
  const isNear = useIsNear(element)
  const { index, status } = cell
  useEffect(() => (isNear ? loader.watch(index) : undefined), [isNear, loader, index])
  const content = useSyncExternalStore(loader.subscribe, () => loader.content(index))
  const words = t(`cells.status.${status}`)
  return (
    <li ref={element} className={`cell ${status}`} tabIndex={-1} data-cell={index} aria-label={t('cells.name', { number: index + 1, words })}>
      <header className="cell-head">
        <CellIcon status={status} />
        <span className="cell-number">{index + 1}</span>
        <span>{words}</span>
        {cell.attempts > 1 && <span className="muted">{t('cells.attempts', { count: cell.attempts })}</span>}
        {cell.durationMs !== null && <span className="cell-time muted">{durationText(cell.durationMs, i18n.language)}</span>}
      </header>
      <pre className="cell-source selectable">{content?.source ?? ''}</pre>
      {content !== undefined && content.outputs.length > 0 && (
        <div className="cell-outputs">
          {content.outputs.map((output, at) => (
            <OutputView key={at} output={output} />
          ))}
        </div>
      )}
    </li>
  )
})
