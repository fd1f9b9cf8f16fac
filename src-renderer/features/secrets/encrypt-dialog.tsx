/** Turns a value into a token for encrypted_env of a pipeline.json, with the server's key. */
import { Copy } from 'lucide-react'
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { copyText } from '../runs/run-actions'
import { encryptValue } from './secret-actions'
import { closeSecretDialog, openSecretDialog } from './secret-dialog-state'
import { noValue } from './secret-value'
import { SecretValueField } from './secret-value-field'

function KeyMissing(): ReactNode {
  const { t } = useTranslation()
  const actions = (
    <>
      <Button onClick={closeSecretDialog}>{t('cancel')}</Button>
      <Button kind="primary" autoFocus onClick={() => openSecretDialog({ kind: 'key' })}>
        {t('secrets.key.set')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('secrets.encrypt.title')} body={t('secrets.encrypt.noKey')} actions={actions} onClose={closeSecretDialog}>
      {null}
    </Dialog>
  )
}

function Token({ token, onAnother }: { token: string; onAnother: () => void }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const actions = (
    <>
      <Button onClick={onAnother}>{t('secrets.encrypt.another')}</Button>
      <Button onClick={closeSecretDialog}>{t('secrets.close')}</Button>
      <Button kind="primary" autoFocus icon={<Copy size={14} />} onClick={() => void copyText(token)}>
        {t('secrets.encrypt.copy')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('secrets.encrypt.title')} body={t('secrets.encrypt.done')} actions={actions} onClose={closeSecretDialog}>
      <div className="form">
        <div className="field">
          <label htmlFor={id}>{t('secrets.encrypt.token')}</label>
          <textarea id={id} className="input secret-text" rows={4} readOnly value={token} spellCheck={false} onFocus={(event) => event.target.select()} />
        </div>
        <pre className="dialog-details">{`"encrypted_env": { "NAME": "…" }`}</pre>
      </div>
    </Dialog>
  )
}

export function EncryptDialog(): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const hasKey = useEngineMirror((mirror) => mirror.secrets?.hasEncryptionKey === true)
  const [facts, setFacts] = useState(noValue)
  const [token, setToken] = useState<string | null>(null)
  const [isWorking, setIsWorking] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const canEncrypt = !facts.isEmpty && !facts.isTooLong && !isWorking

  async function encrypt(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (!canEncrypt || field.current === null) return
    setIsWorking(true)
    const answer = await encryptValue(field.current.value)
    setIsWorking(false)
    if (answer.token === null) return setRefusal(answer.refusal)
    setFacts(noValue)
    setRefusal(null)
    setToken(answer.token)
  }

  if (!hasKey) return <KeyMissing />
  if (token !== null) return <Token token={token} onAnother={() => setToken(null)} />
  const actions = (
    <>
      <Button onClick={closeSecretDialog}>{t('cancel')}</Button>
      <Button type="submit" form={id} kind="primary" disabled={!canEncrypt}>
        {t('secrets.encrypt.button')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('secrets.encrypt.title')} body={t('secrets.encrypt.body')} actions={actions} onClose={closeSecretDialog}>
      <form id={id} className="form" autoComplete="off" onSubmit={(event) => void encrypt(event)}>
        <SecretValueField field={field} label={t('secrets.value.label')} facts={facts} autoFocus onFacts={setFacts} />
        {refusal !== null && (
          <p className="tone-danger selectable" role="alert">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  )
}
