/** The run configurations of a pipeline: when each fires, what it brings, and the way to run with it now. */
import { Play } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { Button } from '../../ui/button'
import { startRun, usePendingStart } from '../runs/run-actions'
import { TimingWords } from '../schedule/timing-words'

export function RunConfigList({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  const isStarting = usePendingStart((state) => state.pipeline !== null)
  if (pipeline.runConfigs.length === 0) return null
  return (
    <section aria-label={t('pipelines.configs.title')}>
      <h3>{t('pipelines.configs.title')}</h3>
      <ul className="card entry-list">
        {pipeline.runConfigs.map(({ id, enabled, timing, envNames, hasWebhook }, index) => (
          // Two can have one id; the first counts, on the server as here.
          <li key={`${id}/${index}`} className="entry">
            <div className="entry-text">
              <p className="entry-title">
                <strong className="selectable">{id}</strong>
                {!enabled && <span className="tag">{t('pipelines.configs.notScheduled')}</span>}
                {hasWebhook && <span className="tag">{t('pipelines.fact.webhook')}</span>}
              </p>
              <TimingWords timing={timing} />
              {envNames.length > 0 && (
                <p className="muted selectable">
                  <code>{envNames.join(', ')}</code>
                </p>
              )}
            </div>
            <Button
              small
              icon={<Play size={12} fill="currentColor" />}
              disabled={isStarting || !pipeline.enabled}
              aria-label={t('pipelines.configs.runNamed', { id })}
              onClick={() => void startRun(pipeline.name, { runConfigId: id })}
            >
              {t('pipelines.configs.run')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
