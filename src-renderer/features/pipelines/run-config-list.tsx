/** The run configurations of a pipeline: when each fires, what it brings, and the way to run with it now. */
import { Play, SlidersHorizontal } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { Button, IconButton } from '../../ui/button'
import { startRun, usePendingStart } from '../runs/run-actions'
import { RunConfigOverrides } from '../runs/run-config-overrides'
import { openRunWith } from '../runs/run-with-state'
import { TimingWords } from '../schedule/timing-words'

export function RunConfigList({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  const isStarting = usePendingStart((state) => state.pipeline !== null)
  if (pipeline.runConfigs.length === 0) return null
  return (
    <section aria-label={t('pipelines.configs.title')}>
      <h3>{t('pipelines.configs.title')}</h3>
      <ul className="card entry-list">
        {pipeline.runConfigs.map((config, index) => (
          // Two can have one id; the first counts, on the server as here.
          <li key={`${config.id}/${index}`} className="entry">
            <div className="entry-text">
              <p className="entry-title">
                <strong className="selectable">{config.id}</strong>
                {!config.enabled && <span className="tag">{t('pipelines.configs.notScheduled')}</span>}
                {config.hasWebhook && <span className="tag">{t('pipelines.fact.webhook')}</span>}
              </p>
              <TimingWords timing={config.timing} />
              <RunConfigOverrides config={config} />
            </div>
            <IconButton label={t('pipelines.configs.changeNamed', { id: config.id })} disabled={isStarting || !pipeline.enabled} icon={<SlidersHorizontal size={14} />} onClick={() => openRunWith(pipeline.name, config.id)} />
            <Button
              small
              icon={<Play size={12} fill="currentColor" />}
              disabled={isStarting || !pipeline.enabled}
              aria-label={t('pipelines.configs.runNamed', { id: config.id })}
              onClick={() => void startRun(pipeline.name, { runConfigId: config.id })}
            >
              {t('pipelines.configs.run')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
