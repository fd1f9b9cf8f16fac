/** The filters of the history: by outcome and by who asked. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { type OutcomeFilter, type TriggerFilter, outcomeFilters, triggerFilters } from './history-filter'
import { changeFilter, useHistory } from './history-state'

export function HistoryFilters(): ReactNode {
  const { t } = useTranslation()
  const filter = useHistory((state) => state.filter)
  const outcomeText = (value: OutcomeFilter): string => (value === 'all' || value === 'live' || value === 'unsuccessful' ? t(`history.outcome.${value}`) : t(`run.outcome.${value}`))
  return (
    <div className="history-filters" role="group" aria-label={t('history.filters')}>
      <select className="input small" aria-label={t('history.byOutcome')} value={filter.outcome} onChange={(event) => changeFilter({ outcome: event.target.value as OutcomeFilter })}>
        {outcomeFilters.map((value) => (
          <option key={value} value={value}>
            {outcomeText(value)}
          </option>
        ))}
      </select>
      <select className="input small" aria-label={t('history.byTrigger')} value={filter.trigger} onChange={(event) => changeFilter({ trigger: event.target.value as TriggerFilter })}>
        {triggerFilters.map((value) => (
          <option key={value} value={value}>
            {t(`history.trigger.${value}`)}
          </option>
        ))}
      </select>
    </div>
  )
}
