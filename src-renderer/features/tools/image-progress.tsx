/** The pull of the worker image, with a way to end it. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { byteText } from '../../ui/format'
import { Meter } from '../../ui/meter'
import { cancelPull } from './tool-actions'

export function ImageProgress(): ReactNode {
  const { t, i18n } = useTranslation()
  const image = useEngineMirror((mirror) => mirror.image)
  if (image === null || image.state !== 'pulling') return null
  const text = (bytes: number): string => byteText(bytes, i18n.language)
  return (
    <div className="image-progress">
      <Meter label={t('image.pulling', { reference: image.reference })} value={image.receivedBytes} total={image.totalBytes} />
      <span className="muted image-bytes">
        {image.totalBytes > 0 ? t('image.progress', { received: text(image.receivedBytes), total: text(image.totalBytes) }) : text(image.receivedBytes)}
      </span>
      <Button small onClick={() => void cancelPull()}>{t('image.cancel')}</Button>
    </div>
  )
}
