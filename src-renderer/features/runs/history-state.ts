/** What of the history is shown and chosen. In memory: a new window shows everything and has nothing chosen. */
import { create } from 'zustand'
import { type HistoryFilter, noFilter } from './history-filter'
import { type Selection, nothingSelected } from './history-selection'

type State = { filter: HistoryFilter; filterOpen: boolean; selection: Selection }

export const useHistory = create<State>(() => ({ filter: noFilter, filterOpen: false, selection: nothingSelected }))

export function changeFilter(change: Partial<HistoryFilter>): void {
  useHistory.setState(({ filter }) => ({ filter: { ...filter, ...change } }))
}

/** A filter that cannot be seen must not hide anything: closing the filters ends them. */
export function toggleFilters(): void {
  useHistory.setState(({ filterOpen }) => ({ filterOpen: !filterOpen, filter: noFilter }))
}

export function select(change: (selection: Selection) => Selection): void {
  useHistory.setState(({ selection }) => ({ selection: change(selection) }))
}

export function selectNothing(): void {
  useHistory.setState({ selection: nothingSelected })
}
