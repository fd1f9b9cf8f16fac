/** What a run that has not begun waits for, and what can be done about it. */
import { Hourglass, Play, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { Button } from '../../ui/button'
import { skipWait, stopRun } from './run-actions'
import { waitingText } from './waiting-text'

export function WaitingCard({ run, nowMs }: { run: Run; nowMs: number }): ReactNode {
  const { t } = useTranslation()
  const text = waitingText(run, nowMs)
  if (text === null) return null
  return (
    <div className="callout plain" role="status">
      <Hourglass size={15} aria-hidden />
      <div>
        <p>{t(text.key, text.values)}</p>
        <div className="run-buttons">
          {run.phase === 'waiting' && (
            <Button small className="callout-action" icon={<Play size={13} />} onClick={() => void skipWait(run.id)}>
              {t('run.waiting.now')}
            </Button>
          )}
          <Button small kind="quiet" className="callout-action" icon={<X size={13} />} onClick={() => void stopRun(run.id)}>
            {t('run.waiting.cancel')}
          </Button>
        </div>
      </div>
    </div>
  )
}
