/** What a pipeline is and how it runs, as a list of terms and facts. */
import type { TFunction } from 'i18next'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import type { Settings } from '@shared/contract/settings'
import { CacheFact } from '../cache/cache-fact'
import { useEngineMirror } from '../../state/engine-mirror'
import { openPage } from '../../state/layout'
import { memoryText } from '../../ui/format'
import { spanText } from '../../ui/span'
import { TimingWords } from '../schedule/timing-words'
import { effectiveRetries, effectiveTimeout } from './overview-facts'

/** `term` is the last part of a key of i18n. Null: nothing to say. */
type Fact = { term: string; fact: ReactNode }

function limitsText({ memoryLimitBytes, cpuLimit }: Pipeline, t: TFunction, language: string): string | null {
  const words = [
    memoryLimitBytes === null ? null : t('pipelines.limit.memory', { size: memoryText(memoryLimitBytes, language) }),
    cpuLimit === null ? null : t('pipelines.limit.cpu', { count: cpuLimit, cores: new Intl.NumberFormat(language).format(cpuLimit) }),
  ].filter((word) => word !== null)
  return words.length === 0 ? null : words.join(' · ')
}

function timeoutText(pipeline: Pipeline, settings: Settings, t: TFunction, language: string): string | null {
  const { value, isDefault } = effectiveTimeout(pipeline, settings)
  if (value === 0) return isDefault ? null : t('pipelines.noTimeout')
  const span = spanText(value, language)
  return isDefault ? t('pipelines.bySettings', { value: span }) : span
}

function retriesText(pipeline: Pipeline, settings: Settings, t: TFunction): string | null {
  const { value, isDefault } = effectiveRetries(pipeline, settings)
  if (value === 0) return null
  const words = t('pipelines.retries', { count: value })
  return isDefault ? t('pipelines.bySettings', { value: words }) : words
}

function Timings({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t } = useTranslation()
  return (
    <>
      {pipeline.timings.map((timing, index) => (
        <TimingWords key={index} timing={timing} />
      ))}
      <button type="button" className="link inline-link" onClick={() => openPage('schedule')}>
        {t('action.view.schedule')}
      </button>
    </>
  )
}

function factsOf(pipeline: Pipeline, settings: Settings, t: TFunction, language: string): Fact[] {
  const requirements = pipeline.hasLock ? 'lock' : pipeline.hasRequirements ? 'plain' : 'none'
  const fires = pipeline.timings.length + pipeline.runConfigs.length > 0
  const facts: Fact[] = [
    { term: 'type', fact: <>{t(`pipelines.type.${pipeline.type}`)} · <code>{pipeline.entryPoint}</code></> },
    { term: 'python', fact: pipeline.pythonVersion },
    { term: 'packages', fact: t(`pipelines.requirements.${requirements}`) },
    { term: 'cache', fact: pipeline.cache.state === 'not-needed' && !pipeline.cache.pythonMissing && !pipeline.cache.imageMissing ? null : <CacheFact key={pipeline.name} pipeline={pipeline} /> },
    { term: 'state', fact: pipeline.enabled ? null : <span className="tone-warn">{t('pipelines.disabledExplained')}</span> },
    { term: 'tags', fact: pipeline.tags.length === 0 ? null : pipeline.tags.join(', ') },
    { term: 'schedule', fact: fires ? <Timings pipeline={pipeline} /> : null },
    { term: 'limits', fact: limitsText(pipeline, t, language) },
    { term: 'timeout', fact: timeoutText(pipeline, settings, t, language) },
    { term: 'retries', fact: retriesText(pipeline, settings, t) },
    { term: 'instances', fact: pipeline.maxInstances === null ? null : t('pipelines.instances', { count: pipeline.maxInstances }) },
    { term: 'restart', fact: pipeline.restartOnCrash ? t('pipelines.restartOnCrash') : null },
    { term: 'webhook', fact: t(pipeline.hasWebhook ? 'pipelines.webhook.yes' : 'pipelines.webhook.no') },
  ]
  return facts.filter(({ fact }) => fact !== null)
}

export function PipelineFacts({ pipeline }: { pipeline: Pipeline }): ReactNode {
  const { t, i18n } = useTranslation()
  const settings = useEngineMirror((mirror) => mirror.settings?.settings)
  if (settings === undefined) return null
  return (
    <dl className="overview-facts">
      {factsOf(pipeline, settings, t, i18n.language).map(({ term, fact }) => (
        <div key={term} className="overview-fact">
          <dt>{t(`pipelines.fact.${term}`)}</dt>
          <dd>{fact}</dd>
        </div>
      ))}
    </dl>
  )
}
