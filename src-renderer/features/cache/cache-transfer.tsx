/** The cache as one file, for a computer without a network: out, in, and how far it is. */
import { CircleAlert, CircleCheck, CircleSlash, Download, LoaderCircle, Square, Upload } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { CacheTransfer } from '@shared/contract/cache'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { byteText } from '../../ui/format'
import { Meter } from '../../ui/meter'
import { lookIntoCache } from './cache-actions'
import { cancelTransfer, exportCache, importCache } from './upkeep-actions'

const looks = {
  working: { Icon: LoaderCircle, tone: 'tone-quiet' },
  done: { Icon: CircleCheck, tone: 'tone-ok' },
  failed: { Icon: CircleAlert, tone: 'tone-danger' },
  cancelled: { Icon: CircleSlash, tone: 'tone-quiet' },
}

function Progress({ transfer }: { transfer: CacheTransfer }): ReactNode {
  const { t, i18n } = useTranslation()
  const { kind, file, state, doneBytes, totalBytes, fileBytes, error } = transfer
  const { Icon, tone } = looks[state]
  const size = (bytes: number): string => byteText(bytes, i18n.language)
  const bytes = state === 'working' && totalBytes > 0 ? t('cache.transfer.bytes', { done: size(doneBytes), total: size(totalBytes) }) : fileBytes === null ? null : size(fileBytes)
  return (
    <div className="card entry cache-transfer" role="group" aria-label={t('cache.transfer.progress')}>
      <Icon size={15} className={state === 'working' ? `${tone} spin` : tone} aria-hidden />
      <div className="entry-text">
        <p role={state === 'failed' ? 'alert' : 'status'}>{t(`cache.transfer.${kind}.${state}`)}</p>
        <p className="muted selectable">{[file, bytes].filter((part) => part !== null).join(' · ')}</p>
        {state === 'working' && <Meter label={t('cache.transfer.progress')} value={doneBytes} total={totalBytes} />}
        {error !== null && <p className="selectable">{error.message}</p>}
      </div>
      {state === 'working' && (
        <Button small icon={<Square size={13} />} onClick={() => void cancelTransfer()}>
          {t('cancel')}
        </Button>
      )}
    </div>
  )
}

export function CacheTransferSection(): ReactNode {
  const { t } = useTranslation()
  const transfer = useEngineMirror((mirror) => mirror.upkeep?.transfer ?? null)
  const isBusy = transfer?.state === 'working'
  const isImported = transfer?.kind === 'import' && transfer.state === 'done'
  useEffect(() => {
    if (isImported) void lookIntoCache()
  }, [isImported])
  return (
    <section aria-label={t('cache.transfer.title')}>
      <h2>{t('cache.transfer.title')}</h2>
      <p className="muted">{t('cache.transfer.intro')}</p>
      <div className="cache-buttons">
        <Button small disabled={isBusy} icon={<Upload size={13} />} onClick={() => void exportCache()}>{t('cache.transfer.export.button')}</Button>
        <Button small disabled={isBusy} icon={<Download size={13} />} onClick={() => void importCache()}>{t('cache.transfer.import.button')}</Button>
      </div>
      {transfer !== null && <Progress transfer={transfer} />}
    </section>
  )
}
