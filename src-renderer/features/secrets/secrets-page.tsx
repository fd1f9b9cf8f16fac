/** The secrets of the open workspace: where they are kept, which there are, which are missing, and the server's key. */
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { EncryptionKeySection } from './encryption-key-section'
import { openSecretDialog } from './secret-dialog-state'
import { MissingSecrets, SecretList } from './secret-list'
import { SecretStorageNote } from './secret-storage-note'

export function SecretsPage(): ReactNode {
  const { t } = useTranslation()
  const state = useEngineMirror((mirror) => mirror.secrets)
  const canStore = state !== null && state.storage !== 'unavailable'
  return (
    <div className="page scroll">
      <div className="page-inner">
        <header className="page-head">
          <h1>{t('secrets.title')}</h1>
          <Button small icon={<Plus size={13} />} disabled={!canStore} onClick={() => openSecretDialog({ kind: 'set', name: null })}>
            {t('action.secret.add')}
          </Button>
        </header>
        <p className="muted">{t('secrets.intro')}</p>
        {state === null ? (
          <p className="muted" role="status">
            {t('secrets.loading')}
          </p>
        ) : (
          <>
            <SecretStorageNote state={state} />
            <MissingSecrets missing={state.missing} canAdd={canStore} />
            <section aria-label={t('secrets.stored')}>
              <h2>{t('secrets.stored')}</h2>
              <SecretList secrets={state.secrets} canAdd={canStore} />
            </section>
            <EncryptionKeySection hasKey={state.hasEncryptionKey} canSet={canStore} />
          </>
        )}
      </div>
    </div>
  )
}
