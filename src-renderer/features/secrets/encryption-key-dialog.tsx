/** Sets or replaces the server's ENCRYPTION_KEY. Pasted from the server's configuration, so it is one line. */
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { setEncryptionKey } from './secret-actions'
import { closeSecretDialog } from './secret-dialog-state'
import { isEncryptionKey } from './secret-value'

export function EncryptionKeyDialog(): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const hasKey = useEngineMirror((mirror) => mirror.secrets?.hasEncryptionKey === true)
  const [entry, setEntry] = useState<'empty' | 'wrong' | 'right'>('empty')
  const [isSaving, setIsSaving] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const canSave = entry === 'right' && !isSaving

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (!canSave || field.current === null) return
    setIsSaving(true)
    const saved = await setEncryptionKey(field.current.value)
    if (saved.isSaved) return closeSecretDialog()
    setIsSaving(false)
    setRefusal(saved.refusal)
  }

  const actions = (
    <>
      <Button onClick={closeSecretDialog}>{t('cancel')}</Button>
      <Button type="submit" form={id} kind="primary" disabled={!canSave}>
        {t(hasKey ? 'secrets.key.replace' : 'secrets.key.set')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('secrets.key.title')} body={t('secrets.key.dialog')} actions={actions} onClose={closeSecretDialog}>
      <form id={id} className="form" autoComplete="off" onSubmit={(event) => void save(event)}>
        <div className="field">
          <label htmlFor={`${id}-key`}>ENCRYPTION_KEY</label>
          <input
            id={`${id}-key`}
            ref={field}
            type="password"
            className="input mono"
            autoComplete="off"
            spellCheck={false}
            aria-invalid={entry === 'wrong'}
            aria-describedby={`${id}-remark`}
            onChange={({ target: { value } }) => setEntry(value.trim() === '' ? 'empty' : isEncryptionKey(value) ? 'right' : 'wrong')}
          />
          <div id={`${id}-remark`} className="field-remarks" role="status">
            {entry === 'wrong' && <p className="tone-danger">{t('secrets.key.invalid')}</p>}
          </div>
        </div>
        {refusal !== null && (
          <p className="tone-danger selectable" role="alert">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  )
}
