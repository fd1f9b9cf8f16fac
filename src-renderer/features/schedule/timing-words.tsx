/** A timing as the file says it, and what that means. */
import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Timing } from '@shared/contract/pipelines'
import { fullMomentText } from '../../ui/format'
import { spanText } from '../../ui/span'
import { intervalSeconds } from './schedule-text'

function meaning(timing: Timing, t: TFunction, language: string): string | null {
  const seconds = intervalSeconds(timing)
  if (seconds !== null) return t('schedule.every', { span: spanText(seconds, language) })
  const atMs = Date.parse(timing.text)
  if (timing.kind === 'once') return Number.isNaN(atMs) ? timing.text : t('schedule.onceAt', { moment: fullMomentText(atMs, language) })
  return null
}

export function TimingWords({ timing }: { timing: Timing }): ReactNode {
  const { t, i18n } = useTranslation()
  const words = meaning(timing, t, i18n.language)
  return (
    <p className="timing">
      {timing.kind === 'restart' && <span>{t('schedule.restart')}</span>}
      {words === null ? <code className="selectable">{timing.text}</code> : <span>{words}</span>}
    </p>
  )
}
