/** What the cache holds: packages by size and who uses them, and what all of it takes. */
import { RefreshCw } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWireError } from '@shared/app-error'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { byteText } from '../../ui/format'
import { askWhatIsFetched, lookAgain, lookIntoCache, useCacheContent } from './cache-actions'
import { RemovePackage } from './cache-upkeep'

const shownAtFirst = 15

function Users({ names, isKnown }: { names: readonly string[]; isKnown: boolean }): ReactNode {
  const { t } = useTranslation()
  return <td className={names.length === 0 ? 'muted' : ''}>{names.length === 0 ? t(isKnown ? 'cache.content.unused' : 'cache.content.usersUnknown') : names.join(', ')}</td>
}

function Rows({ head, isKnown, rows }: { head: string; /** Of every warm pipeline it is known what it takes. */ isKnown: boolean; rows: readonly { key: string; name: string; bytes: number; usedBy: readonly string[]; action?: ReactNode }[] }): ReactNode {
  const { t, i18n } = useTranslation()
  const [showsAll, setShowsAll] = useState(false)
  const shown = showsAll ? rows : rows.slice(0, shownAtFirst)
  const hasActions = rows.some(({ action }) => action !== undefined)
  return (
    <>
      <table className="cache-table card">
        <thead>
          <tr>
            <th scope="col">{head}</th>
            <th scope="col" className="number">{t('cache.content.size')}</th>
            <th scope="col">{t('cache.content.usedBy')}</th>
            {hasActions && <th scope="col" aria-label={t('cache.upkeep.actions')} />}
          </tr>
        </thead>
        <tbody>
          {shown.map(({ key, name, bytes, usedBy, action }) => (
            <tr key={key}>
              <td className="selectable">{name}</td>
              <td className="number">{byteText(bytes, i18n.language)}</td>
              <Users names={usedBy} isKnown={isKnown} />
              {hasActions && <td className="number">{action}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > shown.length && (
        <Button small kind="quiet" onClick={() => setShowsAll(true)}>
          {t('cache.content.showAll', { count: rows.length })}
        </Button>
      )}
    </>
  )
}

export function CacheContentSection(): ReactNode {
  const { t, i18n } = useTranslation()
  const root = useEngineMirror((mirror) => mirror.workspace?.workspace?.root ?? null)
  const { content, isLooking, problem, root: lookedRoot, preheatedAtMs } = useCacheContent()
  const isOutdated = useEngineMirror(({ preheat }) => preheat?.isRunning === false && preheat.startedAtMs !== null && preheat.startedAtMs !== preheatedAtMs)
  useEffect(() => {
    if (lookedRoot !== root) void lookIntoCache().then(() => askWhatIsFetched(null, false))
    else if (isOutdated && !isLooking) void lookIntoCache()
  }, [lookedRoot, root, isOutdated, isLooking])
  const size = (bytes: number): string => byteText(bytes, i18n.language)
  return (
    <section aria-label={t('cache.content.title')}>
      <header className="page-head">
        <h2>{t('cache.content.title')}</h2>
        <Button small icon={<RefreshCw size={13} />} disabled={isLooking} onClick={() => void lookAgain()}>
          {t('cache.content.look')}
        </Button>
      </header>
      {isLooking && content === null && <p className="muted" role="status">{t('cache.content.looking')}</p>}
      {problem !== null && <p className="card empty-card tone-warn" role="alert">{toWireError(problem).message}</p>}
      {content !== null && (
        <>
          <p className="muted">{t('cache.content.total', { cache: size(content.cacheBytes), pythons: size(content.pythonBytes), count: content.packages.length })}</p>
          {content.where.length > 0 && <p className="muted selectable">{t('cache.content.where', { where: content.where.join(', ') })}</p>}
          {content.unknown.length > 0 && <p className="muted">{t('cache.content.unknown', { pipelines: content.unknown.join(', ') })}</p>}
          {content.packages.length === 0 ? (
            <p className="card empty-card muted">{t('cache.content.empty')}</p>
          ) : (
            <Rows head={t('cache.content.package')} isKnown={content.unknown.length === 0} rows={content.packages.map(({ name, version, bytes, usedBy }) => ({ key: `${name} ${version}`, name: `${name} ${version}`, bytes, usedBy, action: <RemovePackage name={name} version={version} /> }))} />
          )}
        </>
      )}
    </section>
  )
}
