/** Adds a secret or replaces its value. An old value is never shown: nobody but a run reads it. */
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { setSecret } from './secret-actions'
import { closeSecretDialog } from './secret-dialog-state'
import { isSecretName, noValue } from './secret-value'
import { SecretValueField } from './secret-value-field'

export function SetSecretDialog({ givenName }: { givenName: string | null }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const known = useEngineMirror((mirror) => mirror.secrets?.secrets)
  const [typedName, setTypedName] = useState('')
  const [facts, setFacts] = useState(noValue)
  const [isSaving, setIsSaving] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)

  const name = givenName ?? typedName.trim()
  const isReplaced = known?.some((secret) => secret.name === name) ?? false
  const isNameWrong = name !== '' && !isSecretName(name)
  const canSave = name !== '' && !isNameWrong && !facts.isEmpty && !facts.isTooLong && !isSaving

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (!canSave || field.current === null) return
    setIsSaving(true)
    const saved = await setSecret(name, field.current.value)
    if (saved.isSaved) return closeSecretDialog()
    setIsSaving(false)
    setRefusal(saved.refusal)
  }

  const actions = (
    <>
      <Button onClick={closeSecretDialog}>{t('cancel')}</Button>
      <Button type="submit" form={id} kind="primary" disabled={!canSave}>
        {t(isReplaced ? 'secrets.set.replace' : 'secrets.set.add')}
      </Button>
    </>
  )
  const title = givenName !== null && isReplaced ? t('secrets.set.titleReplace', { name }) : t('secrets.set.titleAdd')
  return (
    <Dialog title={title} body={t('secrets.set.body')} actions={actions} onClose={closeSecretDialog}>
      <form id={id} className="form" autoComplete="off" onSubmit={(event) => void save(event)}>
        {(givenName === null || !isReplaced) && (
          <div className="field">
            <label htmlFor={`${id}-name`}>{t('secrets.set.name')}</label>
            <input
              id={`${id}-name`}
              className="input mono"
              spellCheck={false}
              autoComplete="off"
              value={givenName ?? typedName}
              readOnly={givenName !== null}
              placeholder="API_KEY"
              aria-invalid={isNameWrong}
              aria-describedby={`${id}-name-remark`}
              onChange={(event) => setTypedName(event.target.value)}
            />
            <div id={`${id}-name-remark`} className="field-remarks" role="status">
              {isNameWrong && <p className="tone-danger">{t('secrets.set.nameInvalid')}</p>}
              {!isNameWrong && givenName === null && isReplaced && <p className="tone-warn">{t('secrets.set.exists')}</p>}
            </div>
          </div>
        )}
        <SecretValueField field={field} label={t('secrets.value.label')} facts={facts} autoFocus={givenName !== null} onFacts={setFacts} />
        {refusal !== null && (
          <p className="tone-danger selectable" role="alert">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  )
}
