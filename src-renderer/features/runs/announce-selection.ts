/** Tells the engine which pipeline is selected, so that it can have a container ready for it. */
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'

export function announceSelection(): void {
  let told: string | null = null
  const tell = (): void => {
    const { selectedPipeline } = useLayout.getState()
    const isKnown = useEngineMirror.getState().catalog?.pipelines.some(({ name }) => name === selectedPipeline) ?? false
    const next = isKnown ? selectedPipeline : null
    if (next === told) return
    told = next
    // Only ever a help: a run without it takes a moment longer.
    api.call('runs.prepare', { pipeline: next }).catch(() => undefined)
  }
  useLayout.subscribe(tell)
  useEngineMirror.subscribe(tell)
}
