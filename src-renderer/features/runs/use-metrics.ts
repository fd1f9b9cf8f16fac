/** The samples of a run: those so far, and each that follows while it lives; null until the first answer. */
import { useEffect, useState } from 'react'
import type { MetricsSample } from '@shared/contract/runs'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { joinSamples, mostSamples, withSample } from './metrics-series'

export function useMetrics(runId: string): readonly MetricsSample[] | null {
  const [shown, setShown] = useState<{ runId: string; samples: readonly MetricsSample[] | null }>({ runId, samples: null })
  useEffect(() => {
    let isGone = false
    const unsubscribe = api.onEvent((message) => {
      if (message.name !== 'runs.metricsSampled' || message.payload.runId !== runId) return
      const { sample } = message.payload
      setShown((before) => ({ runId, samples: withSample((before.runId === runId ? before.samples : null) ?? [], sample) }))
    })
    api.call('runs.readMetrics', { runId, maxSamples: mostSamples }).then(({ samples }) => {
      if (!isGone) setShown((before) => ({ runId, samples: joinSamples(samples, (before.runId === runId ? before.samples : null) ?? []) }))
    }, reportError)
    return () => {
      isGone = true
      unsubscribe()
    }
  }, [runId])
  return shown.runId === runId ? shown.samples : null
}
