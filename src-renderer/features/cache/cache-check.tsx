/** Whether the cache is as it was made: a check with its progress, what is damaged, and the repair of it. */
import { CircleCheck, ShieldCheck, Square, TriangleAlert, Wrench } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { CacheCheckState, CacheDamage } from '@shared/contract/cache-check'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { byteText } from '../../ui/format'
import { Meter } from '../../ui/meter'
import { lookIntoCache } from './cache-actions'
import { cancelCheck, checkCache, repairCache } from './check-actions'
import { damagedPackages, hasChangedFiles, isAsMade } from './check-text'

function Damage({ item }: { item: CacheDamage & { places: CacheDamage['kind'][] } }): ReactNode {
  const { t, i18n } = useTranslation()
  const more = item.fileCount - item.files.length
  return (
    <li className="entry">
      <TriangleAlert size={15} className="tone-warn" aria-hidden />
      <div className="entry-text selectable">
        {item.name === '' ? t('cache.check.unknown') : `${item.name} ${item.version}`} <span className="muted">{item.places.map((place) => t(`cache.check.kind.${place}`)).join(', ')}</span>
        {item.files.map(([file, why]) => (
          <p key={file} className="muted">
            <code>{file}</code> {t(`cache.check.why.${why}`)}
          </p>
        ))}
        {more > 0 && <p className="muted">{t('cache.check.moreFiles', { count: more })}</p>}
      </div>
      <span className="entry-note">{byteText(item.bytes, i18n.language)}</span>
    </li>
  )
}

function Found({ check }: { check: CacheCheckState }): ReactNode {
  const { t, i18n } = useTranslation()
  const packages = damagedPackages(check.damage)
  const { foreign, left } = check
  return (
    <>
      {isAsMade(check) ? (
        <p className="card empty-card check-words" role="status">
          <CircleCheck size={15} className="tone-ok" aria-hidden /> {t(check.isFull ? 'cache.check.clean' : 'cache.check.cleanQuick', { packages: check.packages, environments: check.environments })}
        </p>
      ) : (
        <>
          {packages.length > 0 && <p role="status">{t('cache.check.found', { count: packages.length })}</p>}
          {foreign !== null && <p role="status">{t('cache.check.foreign', foreign)}</p>}
          {hasChangedFiles(check.damage) && (
            <div className="callout warn">
              <TriangleAlert size={15} aria-hidden />
              <p>{t('cache.check.changedWarning')}</p>
            </div>
          )}
          {packages.length > 0 && (
            <ul className="card entry-list" aria-label={t('cache.check.list')}>
              {packages.map((item) => (
                <Damage key={item.folder} item={item} />
              ))}
            </ul>
          )}
        </>
      )}
      {left.bytes > 0 && <p className="muted">{t('cache.check.left', { size: byteText(left.bytes, i18n.language) })}</p>}
      {(!isAsMade(check) || left.bytes > 0) && (
        <Button small kind={isAsMade(check) ? 'quiet' : 'primary'} icon={<Wrench size={13} />} onClick={() => void repairCache(check, t, i18n.language)}>
          {t('cache.check.repair')}
        </Button>
      )}
    </>
  )
}

function Result({ check }: { check: CacheCheckState }): ReactNode {
  const { t, i18n } = useTranslation()
  switch (check.phase) {
    case 'idle':
      return null
    case 'checking':
    case 'repairing':
      return (
        <>
          <p className="muted" role="status">
            {check.phase === 'repairing' ? t('cache.check.repairing') : check.total === 0 ? t('cache.check.starting') : t('cache.check.running', { done: check.done, count: check.total })}
          </p>
          <Meter label={t('cache.check.progress')} value={check.done} total={check.total} />
        </>
      )
    case 'checked':
      return <Found check={check} />
    case 'repaired': {
      if (check.repaired === null) return null
      const { bytes, isBusy, cold } = check.repaired
      return (
        <p className="card empty-card check-words" role="status">
          <CircleCheck size={15} className="tone-ok" aria-hidden /> {isBusy ? t('cache.check.busy') : t('cache.check.repaired', { size: byteText(bytes, i18n.language) })}{' '}
          {cold.length === 0 ? t('cache.check.noneCold') : t('cache.check.cold', { names: cold.join(', ') })}
        </p>
      )
    }
    case 'cancelled':
      return <p className="muted" role="status">{t('cache.check.cancelled')}</p>
    case 'failed':
      return <p className="card empty-card tone-warn selectable" role="alert">{t('cache.check.failed', { message: check.message ?? '' })}</p>
  }
}

export function CacheCheckSection(): ReactNode {
  const { t } = useTranslation()
  const check = useEngineMirror((mirror) => mirror.cacheCheck)
  const isBusy = check?.phase === 'checking' || check?.phase === 'repairing'
  const repairedAtMs = check?.phase === 'repaired' ? check.finishedAtMs : null
  useEffect(() => {
    if (repairedAtMs !== null) void lookIntoCache()
  }, [repairedAtMs])
  return (
    <section aria-label={t('cache.check.title')}>
      <header className="page-head">
        <h2>{t('cache.check.title')}</h2>
        {isBusy ? (
          <Button small icon={<Square size={13} />} aria-label={t('cache.check.cancelLong')} onClick={() => void cancelCheck()}>
            {t('cache.check.cancel')}
          </Button>
        ) : (
          <div className="entry-actions">
            <Button small kind="quiet" onClick={() => void checkCache(false)}>
              {t('cache.check.quick')}
            </Button>
            <Button small icon={<ShieldCheck size={13} />} onClick={() => void checkCache(true)}>
              {t('cache.check.full')}
            </Button>
          </div>
        )}
      </header>
      <p className="muted">{t('cache.check.intro')}</p>
      {check !== null && <Result check={check} />}
    </section>
  )
}
