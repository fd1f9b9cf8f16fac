/** The steps of a run with their times. */
import { Check, Circle, LoaderCircle, Minus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { durationText } from '../../ui/format'
import type { Step, StepState } from './phase-timeline'

function StepIcon({ state }: { state: StepState }): ReactNode {
  switch (state) {
    case 'pending':
      return <Circle size={13} className="tone-quiet" aria-hidden />
    case 'active':
      return <LoaderCircle size={13} className="tone-info spin" aria-hidden />
    case 'done':
      return <Check size={13} className="tone-ok" aria-hidden />
    case 'failed':
      return <X size={13} className="tone-danger" aria-hidden />
    case 'skipped':
      return <Minus size={13} className="tone-quiet" aria-hidden />
  }
}

export function PhaseList({ steps }: { steps: readonly Step[] }): ReactNode {
  const { t, i18n } = useTranslation()
  return (
    <ol className="phases" aria-label={t('run.phases')}>
      {steps.map((step) => (
        <li key={step.name} className={`phase ${step.state}`} aria-current={step.state === 'active' ? 'step' : undefined}>
          <StepIcon state={step.state} />
          <span className="truncate">{t(`run.step.${step.name}`)}</span>
          <span className="phase-time">{step.ms === null ? '' : durationText(step.ms, i18n.language)}</span>
          <span className="visually-hidden">{t(`run.stepState.${step.state}`)}</span>
        </li>
      ))}
    </ol>
  )
}
