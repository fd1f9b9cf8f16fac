/** A question of git or ssh that an operation waits for. Enter answers, Escape refuses; nothing typed is kept in the window. */
import { type FormEvent, type ReactNode, useId, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GitOperation, GitPrompt } from '@shared/contract/git'
import { useEngineMirror } from '../../state/engine-mirror'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { answerPrompt } from './remote-actions'

function Prompt({ operation, prompt }: { operation: GitOperation; prompt: GitPrompt }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const field = useRef<HTMLInputElement>(null)
  const [remember, setRemember] = useState(false)
  const isHostKey = prompt.kind === 'host-key'
  const isSecret = prompt.kind !== 'user-name' && !isHostKey
  const canKeep = (prompt.kind === 'password' || prompt.kind === 'passphrase') && !prompt.isOtherHost
  const refuse = (): void => void answerPrompt(operation.id, prompt.id, null, false)
  function answer(event: FormEvent): void {
    event.preventDefault()
    void answerPrompt(operation.id, prompt.id, isHostKey ? 'yes' : (field.current?.value ?? ''), remember && canKeep)
  }
  const actions = (
    <>
      <Button onClick={refuse}>{t('cancel')}</Button>
      <Button type="submit" form={id} kind="primary">
        {t(isHostKey ? 'remote.prompt.trustHost' : 'remote.prompt.confirm')}
      </Button>
    </>
  )
  return (
    <Dialog title={t(`remote.prompt.title.${prompt.kind}`)} body={t(`remote.prompt.body.${prompt.kind}`, { target: prompt.target ?? '' })} actions={actions} onClose={refuse}>
      <form id={id} className="form" autoComplete="off" onSubmit={answer}>
        {prompt.isOtherHost && <p className="callout warn" role="alert">{t('remote.prompt.otherHost', { target: prompt.target ?? '' })}</p>}
        {prompt.fingerprint !== null && <code className="selectable remote-fingerprint">{prompt.fingerprint}</code>}
        {(isHostKey || prompt.kind === 'other') && <pre className="dialog-details">{prompt.text}</pre>}
        {!isHostKey && (
          <div className="field">
            <label htmlFor={`${id}-answer`}>{t(`remote.prompt.field.${prompt.kind}`)}</label>
            <input id={`${id}-answer`} ref={field} className="input mono" type={isSecret ? 'password' : 'text'} autoFocus spellCheck={false} autoComplete="off" maxLength={16_384} />
          </div>
        )}
        {canKeep && (
          <label className="remote-remember">
            <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.target.checked)} /> {t('remote.prompt.remember')}
          </label>
        )}
      </form>
    </Dialog>
  )
}

export function PromptDialog(): ReactNode {
  const operation = useEngineMirror(({ gitOperations }) => Object.values(gitOperations).find(({ prompt }) => prompt !== null))
  if (operation?.prompt == null) return null
  return <Prompt key={operation.prompt.id} operation={operation} prompt={operation.prompt} />
}
