/** Keeps a pipeline selected while there is one, so that F5 always has something to run. */
import { sortedRuns, useEngineMirror } from '../../state/engine-mirror'
import { selectPipeline, useLayout } from '../../state/layout'

/** What a first-time user's first F5 runs; the first by name would be the sample that fails on purpose. */
const firstSample = 'hello'

export type DefaultInput = { names: readonly string[]; isSample: boolean; lastRun: string | null }

/** The one that ran last, in the samples the friendliest, else the first. Null when there is none. */
export function defaultPipeline({ names, isSample, lastRun }: DefaultInput): string | null {
  if (lastRun !== null && names.includes(lastRun)) return lastRun
  if (isSample && names.includes(firstSample)) return firstSample
  return names[0] ?? null
}

/** A stash, a switch of the branch or a discard takes a pipeline away and brings it back: so long it stays selected, and nothing jumps. */
export const graceMs = 5000

/** Returns a function that ends the keeping. */
export function keepPipelineSelected(): () => void {
  let known: { root: string | null; names: readonly string[] } = { root: null, names: [] }
  let waiting: ReturnType<typeof setTimeout> | null = null

  const stopWaiting = (): void => {
    if (waiting !== null) clearTimeout(waiting)
    waiting = null
  }
  const selected = (): string => useLayout.getState().selectedPipeline ?? ''

  function choose(): void {
    stopWaiting()
    if (known.names.includes(selected())) return
    const mirror = useEngineMirror.getState()
    const chosen = defaultPipeline({ names: known.names, isSample: mirror.workspace?.workspace?.isSample ?? false, lastRun: sortedRuns(mirror, null)[0]?.pipeline ?? null })
    if (chosen !== null) selectPipeline(chosen)
  }

  const unsubscribe = useEngineMirror.subscribe(({ catalog, workspace }, before) => {
    if (catalog === null || catalog === before.catalog) return
    const last = known
    known = { root: workspace?.workspace?.root ?? null, names: catalog.pipelines.map(({ name }) => name) }
    if (known.names.includes(selected())) return stopWaiting()
    const isSameWorkspace = known.root === last.root
    if (isSameWorkspace && waiting !== null) return
    if (isSameWorkspace && last.names.includes(selected())) waiting = setTimeout(choose, graceMs)
    else choose()
  })
  return () => {
    unsubscribe()
    stopWaiting()
  }
}
