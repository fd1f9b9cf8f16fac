/** Says, as long as it is so, that the open folder is only looked at. */
import { ShieldAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { ensureTrusted } from './trust-actions'

export function TrustBanner(): ReactNode {
  const { t } = useTranslation()
  const workspace = useEngineMirror((mirror) => mirror.workspace?.workspace)
  if (workspace == null || workspace.isTrusted || workspace.problem !== null) return null
  return (
    <div className="banner info" role="status" aria-label={t('trust.restricted')}>
      <div className="banner-line">
        <ShieldAlert size={15} aria-hidden />
        <span className="banner-text">{t('trust.banner')}</span>
        <Button small onClick={() => void ensureTrusted('none')}>
          {t('trust.ask')}
        </Button>
      </div>
    </div>
  )
}
