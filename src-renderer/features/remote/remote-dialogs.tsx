/** Clone, publish, and the choice where a sync would destroy something. */
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { SyncPreview } from '@shared/contract/remote'
import { api } from '../../api'
import { Button } from '../../ui/button'
import { Dialog } from '../../ui/dialog'
import { CommitItems } from './commit-items'
import { attempt, clone, publish, syncBy } from './remote-actions'
import { closeRemoteDialog, useRemoteDialog } from './remote-dialog-state'
import './remote.css'

function nameOf(url: string): string {
  return /([^/:]+?)(?:\.git)?\/?$/.exec(url.trim())?.[1] ?? ''
}

function CloneDialog(): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const [url, setUrl] = useState('')
  const [parent, setParent] = useState('')
  const name = nameOf(url)
  const separator = parent.includes('\\') ? '\\' : '/'
  const folder = parent === '' || name === '' ? '' : `${parent.replace(/[\\/]$/, '')}${separator}${name}`

  function begin(event: FormEvent): void {
    event.preventDefault()
    if (folder === '') return
    closeRemoteDialog()
    void clone(url.trim(), folder)
  }
  const actions = (
    <>
      <Button onClick={closeRemoteDialog}>{t('cancel')}</Button>
      <Button type="submit" form={id} kind="primary" disabled={folder === ''}>
        {t('remote.clone.confirm')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('remote.clone.title')} body={t('remote.clone.body')} actions={actions} onClose={closeRemoteDialog}>
      <form id={id} className="form" autoComplete="off" onSubmit={begin}>
        <div className="field">
          <label htmlFor={`${id}-url`}>{t('remote.url')}</label>
          <input id={`${id}-url`} className="input mono" spellCheck={false} autoFocus value={url} placeholder="https://host/team/pipelines.git" onChange={(event) => setUrl(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor={`${id}-parent`}>{t('remote.clone.parent')}</label>
          <div className="remote-folder">
            <input id={`${id}-parent`} className="input mono" spellCheck={false} value={parent} onChange={(event) => setParent(event.target.value)} />
            <Button onClick={() => void attempt(async () => { const { path } = await api.call('workspace.pickFolder', {}); if (path !== null) setParent(path) })}>{t('remote.clone.choose')}</Button>
          </div>
          <p className="field-remarks muted" role="status">{folder === '' ? '' : t('remote.clone.into', { folder })}</p>
        </div>
      </form>
    </Dialog>
  )
}

function PublishDialog(): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const [url, setUrl] = useState('')
  function begin(event: FormEvent): void {
    event.preventDefault()
    if (url.trim() === '') return
    closeRemoteDialog()
    void publish(url.trim())
  }
  const actions = (
    <>
      <Button onClick={closeRemoteDialog}>{t('cancel')}</Button>
      <Button type="submit" form={id} kind="primary" disabled={url.trim() === ''}>
        {t('remote.publish.confirm')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('remote.publish.title')} body={t('remote.publish.body')} actions={actions} onClose={closeRemoteDialog}>
      <form id={id} className="form" autoComplete="off" onSubmit={begin}>
        <div className="field">
          <label htmlFor={`${id}-url`}>{t('remote.url')}</label>
          <input id={`${id}-url`} className="input mono" spellCheck={false} autoFocus value={url} placeholder="https://host/team/pipelines.git" onChange={(event) => setUrl(event.target.value)} />
        </div>
      </form>
    </Dialog>
  )
}

function SyncDialog({ preview }: { preview: SyncPreview }): ReactNode {
  const { t } = useTranslation()
  const { verdict, upstream, upstreamTip, outgoing, incoming, lostFiles, lostFilesOmitted } = preview
  const by = (way: 'stash' | 'rebase' | 'reset') => (): void => {
    closeRemoteDialog()
    void syncBy(way, upstreamTip)
  }
  const actions = (
    <>
      <Button onClick={closeRemoteDialog}>{t('cancel')}</Button>
      <Button kind="danger" onClick={by('reset')}>{t('remote.sync.reset')}</Button>
      {verdict === 'diverged' ? <Button kind="primary" autoFocus onClick={by('rebase')}>{t('remote.sync.rebase')}</Button> : <Button kind="primary" autoFocus onClick={by('stash')}>{t('remote.sync.stash')}</Button>}
    </>
  )
  return (
    <Dialog title={t('remote.sync.title')} body={t('remote.sync.body', { upstream })} actions={actions} onClose={closeRemoteDialog}>
      {lostFiles.length > 0 && (
        <section aria-label={t('remote.sync.files')}>
          <h3 className="remote-heading">{t('remote.sync.files')}</h3>
          <pre className="dialog-details">{[...lostFiles, ...(lostFilesOmitted > 0 ? [t('remote.omitted', { count: lostFilesOmitted })] : [])].join('\n')}</pre>
        </section>
      )}
      {outgoing.commits.length > 0 && <CommitItems label={t('remote.sync.commits')} list={outgoing} />}
      <CommitItems label={t('remote.incoming')} list={incoming} />
      <p className="muted remote-heading">{t('remote.sync.kept')}</p>
    </Dialog>
  )
}

export function RemoteDialogs(): ReactNode {
  const dialog = useRemoteDialog((state) => state.dialog)
  switch (dialog?.kind) {
    case undefined:
      return null
    case 'clone':
      return <CloneDialog />
    case 'publish':
      return <PublishDialog />
    case 'sync':
      return <SyncDialog preview={dialog.preview} />
  }
}
