/** What follows a run of the pipeline: which pipeline, after which end, with which configuration. */
import { CornerDownRight } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { useEngineMirror } from '../../state/engine-mirror'
import { showPipeline } from '../../state/layout'
import { triggerWhen } from './overview-facts'

export function DownstreamList({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  const pipelines = useEngineMirror((mirror) => mirror.catalog?.pipelines)
  if (pipeline.downstream.length === 0) return null
  return (
    <section aria-label={t('pipelines.downstream.title')}>
      <h3>{t('pipelines.downstream.title')}</h3>
      <ul className="downstream">
        {pipeline.downstream.map((trigger, index) => (
          <li key={index}>
            <CornerDownRight size={13} className="tone-quiet" aria-hidden />
            {pipelines?.some(({ name }) => name === trigger.pipeline) === true ? (
              <button type="button" className="link" onClick={() => showPipeline(trigger.pipeline)}>
                {trigger.pipeline}
              </button>
            ) : (
              <span className="tone-warn">{t('pipelines.downstream.unknown', { pipeline: trigger.pipeline })}</span>
            )}
            {trigger.runConfigId !== null && <span className="tag">{trigger.runConfigId}</span>}
            <span className="muted">{t(`pipelines.downstream.${triggerWhen(trigger)}`, { route: trigger.onRoute })}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
