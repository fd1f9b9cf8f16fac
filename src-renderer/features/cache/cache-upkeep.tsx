/** Room in the cache: what could go, in names and bytes, and the button that removes it. */
import { LoaderCircle, Trash2, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { CacheRemoval, RemovalItem } from '@shared/contract/cache'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button, IconButton } from '../../ui/button'
import { byteText } from '../../ui/format'
import { closePreview, lookWhatCanGo, removePreviewed, useUpkeep } from './upkeep-actions'

const shownAtFirst = 20
const sectionId = 'cache-upkeep'

function nameOf({ kind, name, packages }: RemovalItem): string {
  return kind === 'environment' && packages.length > 0 ? packages.join(', ') : name
}

function Items({ items }: { items: readonly RemovalItem[] }): ReactNode {
  const { t, i18n } = useTranslation()
  const [showsAll, setShowsAll] = useState(false)
  const shown = showsAll ? items : items.slice(0, shownAtFirst)
  return (
    <>
      <table className="cache-table card" aria-label={t('cache.upkeep.list')}>
        <thead>
          <tr>
            <th scope="col">{t('cache.upkeep.kind')}</th>
            <th scope="col">{t('cache.upkeep.name')}</th>
            <th scope="col" className="number">{t('cache.content.size')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((item) => (
            <tr key={`${item.kind} ${item.name}`}>
              <td className="muted">{t(`cache.upkeep.kinds.${item.kind}`)}</td>
              <td className="selectable">{nameOf(item)}</td>
              <td className="number">{byteText(item.bytes, i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {items.length > shown.length && (
        <Button small kind="quiet" onClick={() => setShowsAll(true)}>
          {t('cache.content.showAll', { count: items.length })}
        </Button>
      )}
    </>
  )
}

function Preview({ preview, isRemoving }: { preview: CacheRemoval; isRemoving: boolean }): ReactNode {
  const { t, i18n } = useTranslation()
  const { items, bytes, affected, unknown, inUseBy } = preview
  // What is in use changes: another look is needed then anyway.
  const isInUse = inUseBy.runs.length > 0 || inUseBy.isPreheating
  if (items.length === 0) return <p className="card empty-card muted" role="status">{unknown.length > 0 ? t('cache.upkeep.unknown', { pipelines: unknown.join(', ') }) : t('cache.upkeep.nothing')}</p>
  return (
    <>
      <p role="status">{t('cache.upkeep.summary', { count: items.length, size: byteText(bytes, i18n.language) })}</p>
      <Items items={items} />
      {affected.length > 0 && <p className="tone-warn">{t('cache.upkeep.affected', { pipelines: affected.join(', ') })}</p>}
      {unknown.length > 0 && <p className="muted">{t('cache.upkeep.unknown', { pipelines: unknown.join(', ') })}</p>}
      {inUseBy.runs.length > 0 && <p className="tone-warn">{t('cache.upkeep.inUseRuns', { pipelines: inUseBy.runs.join(', ') })}</p>}
      {inUseBy.isPreheating && <p className="tone-warn">{t('cache.upkeep.inUsePreheat')}</p>}
      <div className="cache-buttons">
        <Button small kind="danger" disabled={isRemoving || isInUse} icon={isRemoving ? <LoaderCircle size={13} className="spin" /> : <Trash2 size={13} />} onClick={() => void removePreviewed(preview, i18n.language)}>
          {t(isRemoving ? 'cache.upkeep.removing' : 'cache.upkeep.remove', { size: byteText(bytes, i18n.language) })}
        </Button>
        <Button small kind="quiet" disabled={isRemoving} icon={<X size={13} />} onClick={closePreview}>
          {t('cache.upkeep.close')}
        </Button>
      </div>
    </>
  )
}

/** Shows what would go with this package; the question comes after that. */
export function RemovePackage({ name, version }: { name: string; version: string }): ReactNode {
  const { t } = useTranslation()
  const isBusy = useUpkeep(({ work }) => work !== null)
  const look = async (): Promise<void> => {
    await lookWhatCanGo({ packages: [{ name, version }], unused: false, leftovers: false })
    document.getElementById(sectionId)?.scrollIntoView({ block: 'nearest' })
  }
  return <IconButton label={t('cache.upkeep.removePackage', { name: `${name} ${version}` })} disabled={isBusy} icon={<Trash2 size={13} />} onClick={() => void look()} />
}

export function CacheUpkeepSection(): ReactNode {
  const { t } = useTranslation()
  const root = useEngineMirror((mirror) => mirror.workspace?.workspace?.root ?? null)
  const upkeep = useUpkeep()
  const preview = upkeep.root === root ? upkeep.preview : null
  const isBusy = upkeep.work !== null
  const look = (unused: boolean, leftovers: boolean): void => void lookWhatCanGo({ packages: [], unused, leftovers })
  return (
    <section id={sectionId} aria-label={t('cache.upkeep.title')}>
      <h2>{t('cache.upkeep.title')}</h2>
      <p className="muted">{t('cache.upkeep.intro')}</p>
      <div className="cache-buttons">
        <Button small disabled={isBusy} onClick={() => look(true, true)}>{t('cache.upkeep.lookAll')}</Button>
        <Button small kind="quiet" disabled={isBusy} onClick={() => look(true, false)}>{t('cache.upkeep.lookUnused')}</Button>
        <Button small kind="quiet" disabled={isBusy} onClick={() => look(false, true)}>{t('cache.upkeep.lookLeftovers')}</Button>
      </div>
      {upkeep.work === 'looking' && <p className="muted" role="status">{t('cache.upkeep.looking')}</p>}
      {preview !== null && <Preview key={preview.id} preview={preview} isRemoving={upkeep.work === 'removing'} />}
    </section>
  )
}
