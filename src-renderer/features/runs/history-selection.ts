/** Which runs of the history are chosen, for deletion. Pure. A run that lives cannot be chosen: it cannot be deleted. */
import type { Run } from '@shared/contract/runs'

/** `anchorId`: where a range begins, the run that was chosen last by itself. */
export type Selection = { ids: ReadonlySet<string>; anchorId: string | null }

type ListedRun = Pick<Run, 'id' | 'phase'>

export const nothingSelected: Selection = { ids: new Set(), anchorId: null }

const isDeletable = ({ phase }: ListedRun): boolean => phase === 'finished'

/** Adds the run, or takes it out. */
export function toggled({ ids }: Selection, run: ListedRun): Selection {
  const next = new Set(ids)
  if (!next.delete(run.id) && isDeletable(run)) next.add(run.id)
  return { ids: next, anchorId: run.id }
}

/** Adds all from the anchor to the run, as the list has them; without an anchor in the list the run alone. */
export function extended({ ids, anchorId }: Selection, listed: readonly ListedRun[], run: ListedRun): Selection {
  const to = listed.findIndex(({ id }) => id === run.id)
  const anchor = listed.findIndex(({ id }) => id === anchorId)
  const from = anchor < 0 ? to : anchor
  const range = listed.slice(Math.min(from, to), Math.max(from, to) + 1).filter(isDeletable)
  return { ids: new Set([...ids, ...range.map(({ id }) => id)]), anchorId: anchor < 0 ? run.id : anchorId }
}

export function allSelected(listed: readonly ListedRun[]): Selection {
  return { ids: new Set(listed.filter(isDeletable).map(({ id }) => id)), anchorId: null }
}

/** What of the choice can be seen: nothing is deleted that a filter hides or that is no more. */
export function selectedOf({ ids }: Selection, listed: readonly ListedRun[]): string[] {
  return listed.filter((run) => ids.has(run.id) && isDeletable(run)).map(({ id }) => id)
}
