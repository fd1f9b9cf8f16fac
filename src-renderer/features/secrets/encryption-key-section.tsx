/** The server's ENCRYPTION_KEY: whether it is here, what it is for, and the way to encrypt a value with it. */
import { KeyRound, Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Button } from '../../ui/button'
import { removeEncryptionKey } from './secret-actions'
import { openSecretDialog } from './secret-dialog-state'

export function EncryptionKeySection({ hasKey, canSet }: { hasKey: boolean; canSet: boolean }): ReactNode {
  const { t } = useTranslation()
  return (
    <section aria-label={t('secrets.key.title')}>
      <h2>{t('secrets.key.title')}</h2>
      <p className="muted">{t('secrets.key.explained')}</p>
      <div className="card entry-list">
        <div className="entry">
          <KeyRound size={15} className={hasKey ? 'tone-ok' : 'tone-quiet'} aria-hidden />
          <div className="entry-text">
            <span>{t(hasKey ? 'secrets.key.present' : 'secrets.key.absent')}</span>
          </div>
          <div className="entry-actions">
            {hasKey && (
              <Button small kind="quiet" onClick={() => void removeEncryptionKey()}>
                {t('secrets.key.removeButton')}
              </Button>
            )}
            <Button small disabled={!canSet} onClick={() => openSecretDialog({ kind: 'key' })}>
              {t(hasKey ? 'secrets.key.replace' : 'secrets.key.set')}
            </Button>
            <Button small disabled={!hasKey} icon={<Lock size={13} />} onClick={() => openSecretDialog({ kind: 'encrypt' })}>
              {t('action.secret.encrypt')}
            </Button>
          </div>
        </div>
      </div>
    </section>
  )
}
