/** Which runs the history shows. Pure. */
import { type Run, type RunOutcome, type RunTrigger, runOutcome, runTrigger } from '@shared/contract/runs'

/** `live`: not finished. `unsuccessful`: finished, with any outcome but `succeeded`. */
export type OutcomeFilter = 'all' | 'live' | 'unsuccessful' | RunOutcome
export type TriggerFilter = 'all' | RunTrigger
export type HistoryFilter = { outcome: OutcomeFilter; trigger: TriggerFilter }

export const outcomeFilters: readonly OutcomeFilter[] = ['all', 'live', 'unsuccessful', ...runOutcome.options]
export const triggerFilters: readonly TriggerFilter[] = ['all', ...runTrigger.options]
export const noFilter: HistoryFilter = { outcome: 'all', trigger: 'all' }

export function isFiltering({ outcome, trigger }: HistoryFilter): boolean {
  return outcome !== 'all' || trigger !== 'all'
}

export function matches(run: Pick<Run, 'outcome' | 'trigger'>, { outcome, trigger }: HistoryFilter): boolean {
  return (trigger === 'all' || run.trigger === trigger) && matchesOutcome(run.outcome, outcome)
}

function matchesOutcome(outcome: RunOutcome | null, filter: OutcomeFilter): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'live':
      return outcome === null
    case 'unsuccessful':
      return outcome !== null && outcome !== 'succeeded'
    default:
      return outcome === filter
  }
}
