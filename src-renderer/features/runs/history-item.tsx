/** One earlier run: a click reopens its log; with the box, Ctrl or Shift it is chosen for deletion. */
import { type MouseEvent, type ReactNode, memo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { durationText, fullMomentText, momentText } from '../../ui/format'
import { totalMs } from './phase-timeline'
import { originText } from './run-origin'
import { RunStatusIcon, runStatusText } from './run-status'

/** `one`: this run, in or out. `range`: all up to it. */
export type ChooseKind = 'one' | 'range'

type HistoryItemProps = {
  run: Run
  isShown: boolean
  isSelected: boolean
  /** The one of the list that Tab reaches; from there the arrow keys go on. */
  isReachable: boolean
  nowMs: number
  onShow: (run: Run) => void
  onChoose: (run: Run, kind: ChooseKind) => void
}

const isRange = (event: MouseEvent): boolean => event.shiftKey
const isToggle = (event: MouseEvent): boolean => event.ctrlKey || event.metaKey

export const HistoryItem = memo(function HistoryItem({ run, isShown, isSelected, isReachable, nowMs, onShow, onChoose }: HistoryItemProps): ReactNode {
  const { t, i18n } = useTranslation()
  const moment = momentText(run.createdAtMs, nowMs, i18n.language)
  const origin = originText(run)
  const total = totalMs(run, nowMs)
  const status = [runStatusText(run, t), origin && t(origin.key, origin.values), run.runConfigId, run.ofCommit && t('commits.ranAt', { id: run.ofCommit.slice(0, 8) })].filter(Boolean).join(' · ')
  const host = run.runner === 'host' ? `, ${t('runner.host')}` : ''
  const name = `${run.pipeline}, ${status}, ${moment}${host}`
  const isLive = run.phase !== 'finished'

  function click(event: MouseEvent): void {
    if (isRange(event)) onChoose(run, 'range')
    else if (isToggle(event)) onChoose(run, 'one')
    else onShow(run)
  }

  return (
    <li className={`history-line ${isSelected ? 'chosen' : ''} ${isLive ? 'live' : ''}`}>
      <input
        type="checkbox"
        className="history-check"
        aria-label={t('history.select', { name })}
        title={isLive ? t('history.liveNotSelectable') : undefined}
        disabled={isLive}
        tabIndex={isReachable ? 0 : -1}
        checked={isSelected}
        onChange={() => undefined}
        onClick={(event) => onChoose(run, isRange(event) ? 'range' : 'one')}
      />
      <button
        type="button"
        className={`history-item ${isShown ? 'selected' : ''}`}
        data-run={run.id}
        tabIndex={isReachable ? 0 : -1}
        aria-current={isShown ? 'true' : undefined}
        aria-label={name}
        title={fullMomentText(run.createdAtMs, i18n.language)}
        onClick={click}
      >
        <RunStatusIcon run={run} />
        <span className="history-text">
          <span className="truncate">{run.pipeline}</span>
          <span className="history-status truncate">{status}</span>
        </span>
        <span className="history-times">
          <span>{moment}</span>
          {total !== null && <span>{durationText(total, i18n.language)}</span>}
        </span>
      </button>
    </li>
  )
})
