/** Where the values of secrets are kept, in words, and what to do where that is not good enough. */
import { KeyRound, LockOpen, ShieldCheck, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { SecretsState } from '@shared/contract/secrets'
import { Button } from '../../ui/button'
import { acceptWeakStorage } from './secret-actions'

export function SecretStorageNote({ state }: { state: SecretsState }): ReactNode {
  const { t } = useTranslation()
  switch (state.storage) {
    case 'keychain':
      return (
        <p className="callout">
          <ShieldCheck size={14} aria-hidden />
          {t('secrets.storage.keychain')}
        </p>
      )
    case 'key-file':
      return (
        <p className="callout">
          <KeyRound size={14} aria-hidden />
          {t('secrets.storage.keyFile')}
        </p>
      )
    case 'weak':
      return (
        <p className="callout warn" role="status">
          <LockOpen size={14} aria-hidden />
          {t('secrets.storage.weak')}
        </p>
      )
    case 'unavailable':
      return (
        <div className="callout danger" role="alert">
          <TriangleAlert size={14} aria-hidden />
          <div>
            <p>{t('secrets.storage.unavailable')}</p>
            {state.problem !== null && <p className="selectable">{state.problem}</p>}
            <Button small className="callout-action" onClick={() => void acceptWeakStorage()}>
              {t('secrets.weak.offer')}
            </Button>
          </div>
        </div>
      )
  }
}
