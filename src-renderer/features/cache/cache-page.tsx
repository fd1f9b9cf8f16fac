/** The cache of the workspace: how warm its pipelines are, preheating, and what the cache holds. */
import { Flame, Square } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Pipeline } from '@shared/contract/pipelines'
import { useEngineMirror } from '../../state/engine-mirror'
import { showPipeline } from '../../state/layout'
import { Button } from '../../ui/button'
import { cancelPreheat, preheat } from './cache-actions'
import { CacheCheckSection } from './cache-check'
import { CacheContentSection } from './cache-content'
import { cacheLooks } from './cache-text'
import { CacheTransferSection } from './cache-transfer'
import { CacheUpkeepSection } from './cache-upkeep'
import { cacheWords } from './fetch-text'
import { PreheatList } from './preheat-list'
import { PythonVersions } from './python-versions'
import './cache.css'

function WarmState({ pipeline, isBusy }: { pipeline: Pipeline; isBusy: boolean }): ReactNode {
  const { t, i18n } = useTranslation()
  const { state } = pipeline.cache
  if (state === 'not-needed') return null
  const { Icon, tone } = cacheLooks[state]
  return (
    <li className="entry">
      <Icon size={15} className={tone} aria-hidden />
      <div className="entry-text">
        <button type="button" className="link" onClick={() => showPipeline(pipeline.name)}>
          {pipeline.name}
        </button>{' '}
        <span className={`badge ${tone}`}>{t(`cache.state.${state}`)}</span>
        <p className="muted cache-words">{cacheWords(pipeline, t, i18n.language)}</p>
      </div>
      <Button small disabled={isBusy} aria-label={t(state === 'warm' ? 'cache.checkNewerOf' : 'cache.preheatOf', { pipeline: pipeline.name })} onClick={() => void preheat([pipeline.name])}>
        {t(state === 'warm' ? 'cache.checkNewer' : 'cache.preheatOne')}
      </Button>
    </li>
  )
}

export function CachePage(): ReactNode {
  const { t } = useTranslation()
  const pipelines = useEngineMirror((mirror) => mirror.catalog?.pipelines ?? null)
  const newest = useEngineMirror((mirror) => mirror.preheat)
  const isBusy = newest?.isRunning ?? false
  const needing = pipelines?.filter(({ cache }) => cache.state !== 'not-needed') ?? []
  const over = newest?.jobs.filter(({ phase }) => phase === 'ready' || phase === 'failed' || phase === 'cancelled').length ?? 0
  return (
    <div className="page scroll">
      <div className="page-inner">
        <header className="page-head">
          <h1>{t('cache.title')}</h1>
          {isBusy ? (
            <Button small icon={<Square size={13} />} onClick={() => void cancelPreheat()}>
              {t('cache.cancel')}
            </Button>
          ) : (
            <Button small kind="primary" icon={<Flame size={13} />} disabled={pipelines === null || pipelines.length === 0} onClick={() => void preheat(null)}>
              {t('cache.preheatAll')}
            </Button>
          )}
        </header>
        <p className="muted">{t('cache.intro')}</p>
        {newest !== null && newest.jobs.length > 0 && (
          <section aria-label={t('cache.preheat.title')}>
            <h2>{t('cache.preheat.title')}</h2>
            <p className="muted" role="status">
              {t(isBusy ? 'cache.preheat.running' : 'cache.preheat.done', { over, count: newest.jobs.length })}
            </p>
            <PreheatList jobs={newest.jobs} />
          </section>
        )}
        <section aria-label={t('cache.pipelines')}>
          <h2>{t('cache.pipelines')}</h2>
          {needing.length === 0 ? (
            <p className="card empty-card muted">{t('cache.noneNeeds')}</p>
          ) : (
            <ul className="card entry-list" aria-label={t('cache.pipelines')}>
              {needing.map((pipeline) => (
                <WarmState key={pipeline.name} pipeline={pipeline} isBusy={isBusy} />
              ))}
            </ul>
          )}
        </section>
        <CacheContentSection />
        <PythonVersions />
        <CacheUpkeepSection />
        <CacheCheckSection />
        <CacheTransferSection />
      </div>
    </div>
  )
}
