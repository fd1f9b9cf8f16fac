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

export function keepPipelineSelected(): void {
  useEngineMirror.subscribe((mirror, before) => {
    const { catalog, workspace } = mirror
    if (catalog === null || catalog === before.catalog) return
    const names = catalog.pipelines.map(({ name }) => name)
    if (names.includes(useLayout.getState().selectedPipeline ?? '')) return
    const chosen = defaultPipeline({ names, isSample: workspace?.workspace?.isSample ?? false, lastRun: sortedRuns(mirror, null)[0]?.pipeline ?? null })
    if (chosen !== null) selectPipeline(chosen)
  })
}
