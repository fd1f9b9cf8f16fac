/** Asks, when the cache has outgrown its cap, whether something may go. Nothing goes by itself. */
import { HardDrive } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { byteText } from '../../ui/format'
import { dismissCap, showWhatCanGo } from './upkeep-actions'

export function CacheCapBanner(): ReactNode {
  const { t, i18n } = useTranslation()
  const upkeep = useEngineMirror((mirror) => mirror.upkeep)
  const cap = useEngineMirror((mirror) => mirror.settings?.settings.cacheCapGigabytes ?? 0)
  if (upkeep === null || upkeep.bytes === null || !upkeep.isOverCap) return null
  return (
    <div className="banner info" role="status">
      <div className="banner-line">
        <HardDrive size={15} aria-hidden />
        <span className="banner-text">{t('cache.cap.banner', { size: byteText(upkeep.bytes, i18n.language), cap: byteText(cap * 1e9, i18n.language) })}</span>
        <Button small onClick={() => void showWhatCanGo()}>{t('cache.cap.look')}</Button>
        <Button small kind="quiet" onClick={() => void dismissCap()}>{t('cache.cap.notNow')}</Button>
      </div>
    </div>
  )
}
