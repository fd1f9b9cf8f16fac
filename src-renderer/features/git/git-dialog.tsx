/** The small forms about git: a branch, a tag, a stash, who commits. */
import { type FormEvent, type ReactNode, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { toWireError } from '@shared/app-error'
import { api } from '../../api'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { createBranch, createTag, lookAtBranches, renameBranch, saveStash } from './branch-actions'
import { attempt, type Tell } from './operations'
import { closeGitDialog, type GitDialogKind, useGitDialog } from './git-dialog-state'

type Form = { first: string; second: string; isOn: boolean }

/** `null`: the form has no such field. */
const fields: Record<GitDialogKind['kind'], { first: string; second: string | null; option: string | null; needsFirst: boolean; needsSecond: boolean }> = {
  'new-branch': { first: 'name', second: null, option: 'switches', needsFirst: true, needsSecond: false },
  'rename-branch': { first: 'name', second: null, option: null, needsFirst: true, needsSecond: false },
  'new-tag': { first: 'name', second: 'message', option: null, needsFirst: true, needsSecond: false },
  stash: { first: 'message', second: null, option: 'untracked', needsFirst: false, needsSecond: false },
  identity: { first: 'userName', second: 'email', option: null, needsFirst: true, needsSecond: true },
}

async function submit(dialog: GitDialogKind, { first, second, isOn }: Form, tell: Tell): Promise<boolean> {
  switch (dialog.kind) {
    case 'new-branch':
      return createBranch(first.trim(), dialog.from, isOn, tell)
    case 'rename-branch':
      return renameBranch(dialog.name, first.trim(), tell)
    case 'new-tag':
      return createTag(first.trim(), second.trim() === '' ? null : second, tell)
    case 'stash':
      // What becomes of it the operation tells.
      void saveStash(first, isOn)
      return true
    case 'identity': {
      const isSet = (await attempt(() => api.call('git.setIdentity', { name: first, email: second }), tell)) !== null
      if (isSet) dialog.then?.()
      return isSet
    }
  }
}

function GitForm({ dialog }: { dialog: GitDialogKind }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const { first, second, option, needsFirst, needsSecond } = fields[dialog.kind]
  const [form, setForm] = useState<Form>({ first: dialog.kind === 'rename-branch' ? dialog.name : '', second: '', isOn: true })
  const [isBusy, setIsBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  useEffect(() => {
    if (dialog.kind === 'identity') void api.call('git.identity', {}).then(({ name, email }) => setForm((form) => ({ ...form, first: name, second: email })), () => undefined)
  }, [dialog.kind])
  const canSubmit = !isBusy && (!needsFirst || form.first.trim() !== '') && (!needsSecond || form.second.trim() !== '')

  async function onSubmit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (!canSubmit) return
    setIsBusy(true)
    setRefusal(null)
    const isDone = await submit(dialog, form, (error) => setRefusal(toWireError(error).message))
    setIsBusy(false)
    if (isDone) closeGitDialog()
    void lookAtBranches()
  }

  const words = `gitChanges.dialog.${dialog.kind}`
  const actions = (
    <>
      <Button onClick={closeGitDialog}>{t('cancel')}</Button>
      <Button type="submit" form={id} kind="primary" disabled={!canSubmit}>{t(`${words}.submit`)}</Button>
    </>
  )
  return (
    <Dialog title={t(`${words}.title`, { name: dialog.kind === 'rename-branch' ? dialog.name : '' })} body={dialog.kind === 'new-branch' && dialog.from !== null ? t('gitChanges.dialog.fromBranch', { from: dialog.from }) : t(`${words}.body`)} actions={actions} onClose={closeGitDialog}>
      <form id={id} className="form" autoComplete="off" onSubmit={(event) => void onSubmit(event)}>
        <div className="field">
          <label htmlFor={`${id}-first`}>{t(`gitChanges.dialog.${first}`)}</label>
          <input id={`${id}-first`} className="input" autoFocus spellCheck={false} value={form.first} onChange={(event) => setForm({ ...form, first: event.target.value })} />
        </div>
        {second !== null && (
          <div className="field">
            <label htmlFor={`${id}-second`}>{t(`gitChanges.dialog.${second}`)}</label>
            <input id={`${id}-second`} className="input" spellCheck={false} value={form.second} onChange={(event) => setForm({ ...form, second: event.target.value })} />
          </div>
        )}
        {option !== null && (
          <label className="commit-option">
            <input type="checkbox" checked={form.isOn} onChange={(event) => setForm({ ...form, isOn: event.target.checked })} />
            {t(`gitChanges.dialog.${option}`)}
          </label>
        )}
        {refusal !== null && (
          <p className="tone-danger selectable" role="alert">
            {refusal}
          </p>
        )}
      </form>
    </Dialog>
  )
}

export function GitDialog(): ReactNode {
  const dialog = useGitDialog((state) => state.dialog)
  return dialog === null ? null : <GitForm key={dialog.kind} dialog={dialog} />
}
