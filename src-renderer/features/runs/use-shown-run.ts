/** Which run the panel shows: the chosen one, else the newest of the selected pipeline. */
import { useMemo } from 'react'
import type { Run } from '@shared/contract/runs'
import { sortedRuns, useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'

export function useRuns(pipeline: string | null): Run[] {
  const runs = useEngineMirror((mirror) => mirror.runs)
  const workspace = useEngineMirror((mirror) => mirror.workspace)
  return useMemo(() => sortedRuns({ runs, workspace }, pipeline), [runs, workspace, pipeline])
}

export function useShownRun(): Run | null {
  const selectedPipeline = useLayout((layout) => layout.selectedPipeline)
  const selectedRunId = useLayout((layout) => layout.selectedRunId)
  const chosen = useEngineMirror((mirror) => (selectedRunId === null ? undefined : mirror.runs[selectedRunId]))
  const [newest] = useRuns(selectedPipeline)
  return chosen ?? (selectedPipeline === null ? null : (newest ?? null))
}

/** The newest run of each pipeline. */
export function useNewestRuns(): ReadonlyMap<string, Run> {
  const runs = useRuns(null)
  return useMemo(() => new Map([...runs].reverse().map((run) => [run.pipeline, run])), [runs])
}
