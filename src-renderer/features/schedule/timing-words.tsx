/** A timing as the file says it, and what that means. */
import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Timing } from '@shared/contract/pipelines'
import { fullMomentText } from '../../ui/format'
import { spanText } from '../../ui/span'
import { cronText } from './cron-text'
import { intervalSeconds } from './schedule-text'

/** null where there is nothing to say beyond what the file says. */
function meaning(timing: Timing, t: TFunction, language: string): string | null {
  const seconds = intervalSeconds(timing)
  if (seconds !== null) return t('schedule.every', { span: spanText(seconds, language) })
  if (timing.kind !== 'once') return cronText(timing.text, t, language)
  const atMs = Date.parse(timing.text)
  return Number.isNaN(atMs) ? timing.text : t('schedule.onceAt', { moment: fullMomentText(atMs, language) })
}

export function TimingWords({ timing }: { timing: Timing }): ReactNode {
  const { t, i18n } = useTranslation()
  const words = meaning(timing, t, i18n.language)
  // Its author thinks in the expression; the words show what the server makes of it.
  const isCron = timing.kind !== 'once' && intervalSeconds(timing) === null
  return (
    <p className="timing">
      {timing.kind === 'restart' && <span>{t('schedule.restart')}</span>}
      {words !== null && <span>{words}</span>}
      {isCron && <code className={`selectable ${words === null ? '' : 'muted'}`}>{timing.text}</code>}
    </p>
  )
}
