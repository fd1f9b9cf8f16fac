/** Which cell of a run the view goes to by itself. Pure. */
import type { RunCell } from '@shared/contract/runs'

/** The one that failed, else the one begun last; of a run that was over before it was looked at only the one that failed: it is read from the top. */
export function cellToFollow(cells: readonly RunCell[], wasOver: boolean): number | null {
  const failed = cells.find(({ status }) => status === 'failed')
  const last = wasOver ? undefined : cells.filter(({ attempts }) => attempts > 0).at(-1)
  return (failed ?? last)?.index ?? null
}
