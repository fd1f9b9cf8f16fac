/** What the retention settings would delete now, on demand, and the button that deletes it. */
import { LoaderCircle, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button'
import { byteText, momentText } from '../../ui/format'
import { previewRemoval, removePreviewed } from '../runs/removal-actions'
import { type RemovalPreview, removalByPipeline } from '../runs/removal-summary'

function RemovalTable({ preview }: { preview: RemovalPreview }): ReactNode {
  const { t, i18n } = useTranslation()
  const nowMs = Date.now()
  return (
    <div className="card removal-list" tabIndex={0} role="region" aria-label={t('settings.removal.list')}>
      <table className="selectable">
        <thead>
          <tr>
            <th scope="col">{t('settings.removal.pipeline')}</th>
            <th scope="col">{t('settings.removal.span')}</th>
            <th scope="col" className="figure">
              {t('settings.removal.runs')}
            </th>
            <th scope="col" className="figure">
              {t('settings.removal.size')}
            </th>
          </tr>
        </thead>
        <tbody>
          {removalByPipeline(preview).map(({ pipeline, count, sizeBytes, oldestAtMs, newestAtMs }) => (
            <tr key={pipeline}>
              <td>{pipeline}</td>
              <td>{[...new Set([oldestAtMs, newestAtMs].map((atMs) => momentText(atMs, nowMs, i18n.language)))].join(' – ')}</td>
              <td className="figure">{count}</td>
              <td className="figure">{byteText(sizeBytes, i18n.language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function RunRemoval(): ReactNode {
  const { t, i18n } = useTranslation()
  const [preview, setPreview] = useState<RemovalPreview | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const hasRuns = preview !== null && preview.runs.length > 0

  async function look(): Promise<void> {
    setIsBusy(true)
    setPreview(await previewRemoval(null))
    setIsBusy(false)
  }

  async function remove(shown: RemovalPreview): Promise<void> {
    setIsBusy(true)
    if (await removePreviewed(shown, i18n.language)) setPreview(null)
    setIsBusy(false)
  }

  return (
    <div className="removal">
      <div role="status">
        {preview !== null && (
          <p>{hasRuns ? t('settings.removal.summary', { count: preview.runs.length, size: byteText(preview.sizeBytes, i18n.language) }) : t('settings.removal.nothing')}</p>
        )}
      </div>
      {hasRuns && <RemovalTable preview={preview} />}
      <div className="removal-buttons">
        <Button small disabled={isBusy} icon={isBusy ? <LoaderCircle size={13} className="spin" /> : undefined} onClick={() => void look()}>
          {t('settings.removal.preview')}
        </Button>
        {hasRuns && (
          <Button small kind="danger" disabled={isBusy} icon={<Trash2 size={13} />} onClick={() => void remove(preview)}>
            {t('settings.removal.now')}
          </Button>
        )}
      </div>
    </div>
  )
}
