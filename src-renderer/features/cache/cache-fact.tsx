/** The state of one pipeline's cache where it is shown alone; what its next run would fetch is asked for then. */
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { useEngineMirror } from '../../state/engine-mirror'
import { askWhatIsFetched } from './cache-actions'
import { cacheWords } from './fetch-text'

const askable = new Set(['cold', 'partial', 'stale'])
/** Who writes requirements saves more than once. */
const settleMs = 600

export function CacheFact({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t, i18n } = useTranslation()
  const { name, cache } = pipeline
  const isBusy = useEngineMirror((mirror) => mirror.preheat?.isRunning ?? false)
  const [isAsking, setIsAsking] = useState(false)
  // Asked again when it is shown anew: there may be a network now.
  const [hadProblem, setHadProblem] = useState(cache.fetch !== null && cache.fetch.problem !== null)
  const isWanted = askable.has(cache.state) && !cache.startsOffline && !cache.imageMissing && !isBusy && (cache.fetch === null || hadProblem)
  useEffect(() => {
    if (!isWanted) return
    const timer = setTimeout(() => {
      setHadProblem(false)
      setIsAsking(true)
      void askWhatIsFetched([name], false).then(() => setIsAsking(false))
    }, settleMs)
    return () => clearTimeout(timer)
  }, [isWanted, name])
  return (
    <>
      {cacheWords(pipeline, t, i18n.language)}
      {isAsking && <span role="status" className="muted">{`\n${t('fetch.asking')}`}</span>}
    </>
  )
}
