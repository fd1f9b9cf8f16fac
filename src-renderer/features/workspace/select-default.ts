/** Keeps a pipeline selected while there is one, so that F5 always has something to run. */
import { useEngineMirror } from '../../state/engine-mirror'
import { selectPipeline, useLayout } from '../../state/layout'

export function keepPipelineSelected(): void {
  useEngineMirror.subscribe(({ catalog }, before) => {
    if (catalog === null || catalog === before.catalog) return
    const { selectedPipeline } = useLayout.getState()
    const first = catalog.pipelines[0]
    if (first !== undefined && !catalog.pipelines.some(({ name }) => name === selectedPipeline)) selectPipeline(first.name)
  })
}
