/** On the Changes page: sync, pull and push; the remotes; and the sign-ins that are kept. */
import { ArrowDownToLine, ArrowUpFromLine, CloudUpload, RefreshCw } from 'lucide-react'
import { type FormEvent, type ReactNode, useCallback, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Repository } from '@shared/contract/git'
import type { ConfiguredRemote, SignIns } from '@shared/contract/remote'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { ask } from '../../state/questions'
import { Button } from '../../ui/button'
import { attempt, fetchRemote, pull, sync } from './remote-actions'
import { GitSection } from '../git/git-section'
import { isLive } from '../git/operations'
import { openPush } from '../gate/gate-actions'
import { openRemoteDialog } from './remote-dialog-state'
import './remote.css'

export function RemoteButtons(): ReactNode {
  const { t } = useTranslation()
  const repository = useEngineMirror((mirror) => mirror.git?.repository)
  const isBusy = useEngineMirror(({ gitOperations }) => Object.values(gitOperations).some(isLive))
  if (repository == null || repository.remotes.length === 0) {
    return (
      <Button small icon={<CloudUpload size={13} />} disabled={isBusy} onClick={() => openRemoteDialog({ kind: 'publish' })}>
        {t('action.remote.publish')}
      </Button>
    )
  }
  const { upstream } = repository
  return (
    <div className="entry-actions" role="group" aria-label={t('remote.title')}>
      <Button small disabled={isBusy} onClick={() => void fetchRemote()}>{t('action.remote.fetch')}</Button>
      <Button small icon={<RefreshCw size={13} />} disabled={isBusy || upstream === null} onClick={() => void sync()}>{t('action.remote.sync')}</Button>
      <Button small icon={<ArrowDownToLine size={13} />} disabled={isBusy || upstream === null} onClick={() => void pull()}>{t('action.remote.pull')}{upstream !== null && upstream.behind > 0 ? ` ${upstream.behind}` : ''}</Button>
      <Button small kind="primary" icon={<ArrowUpFromLine size={13} />} disabled={isBusy} onClick={() => void openPush()}>{t('action.remote.push')}{upstream !== null && upstream.ahead > 0 ? ` ${upstream.ahead}` : ''}</Button>
    </div>
  )
}

function AddRemote({ isFirst, onChanged }: { isFirst: boolean; onChanged: () => void }): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const [entered, setName] = useState<string | null>(null)
  const name = entered ?? (isFirst ? 'origin' : '')
  const [url, setUrl] = useState('')
  function add(event: FormEvent): void {
    event.preventDefault()
    void attempt(() => api.call('remote.add', { name: name.trim(), url: url.trim() })).then((isDone) => {
      if (isDone) {
        setUrl('')
        setName(null)
      }
      onChanged()
    })
  }
  return (
    <form className="entry" onSubmit={add} autoComplete="off">
      <span className="remote-pair">
        <label htmlFor={`${id}-name`}>{t('remote.remotes.name')}</label>
        <input id={`${id}-name`} className="input mono remote-name" spellCheck={false} value={name} onChange={(event) => setName(event.target.value)} />
      </span>
      <span className="remote-pair remote-pair-url">
        <label htmlFor={`${id}-url`}>{t('remote.remotes.url')}</label>
        <input id={`${id}-url`} className="input mono remote-url" spellCheck={false} value={url} onChange={(event) => setUrl(event.target.value)} />
      </span>
      <Button small type="submit" disabled={name.trim() === '' || url.trim() === ''}>{t('remote.remotes.add')}</Button>
    </form>
  )
}

function Remotes(): ReactNode {
  const { t } = useTranslation()
  const [remotes, setRemotes] = useState<ConfiguredRemote[]>([])
  const rev = useEngineMirror((mirror) => mirror.git?.rev)
  const look = useCallback(() => void api.call('remote.list', {}).then((found) => setRemotes(found.remotes), () => setRemotes([])), [])
  useEffect(look, [look, rev])
  const change = (work: () => Promise<unknown>): void => void attempt(work).then(look)
  async function remove(name: string): Promise<void> {
    const answer = await ask({ titleKey: 'remote.remotes.removeTitle', bodyKey: 'remote.remotes.removeBody', values: { name }, details: [], choices: [{ answer: 'remove', labelKey: 'remote.remotes.remove', kind: 'danger' }] })
    if (answer !== null) change(() => api.call('remote.remove', { name }))
  }
  return (
    <GitSection title={t('remote.remotes.title')} count={remotes.length} action={null}>
      <div className="card entry-list">
        <ul aria-label={t('remote.remotes.title')}>
          {remotes.map(({ name, url, fetchUrl, pushUrl, hasPassword, problem }) => (
            <li key={name} className="entry">
              <div className="entry-text">
                <code>{name}</code> <span className="selectable">{url}</span>
                {fetchUrl !== url && <p className="tone-warn">{t('remote.remotes.fetches', { url: fetchUrl })}</p>}
                {pushUrl !== url && <p className="tone-warn">{t('remote.remotes.pushes', { url: pushUrl })}</p>}
                {hasPassword && <p className="tone-warn">{t('remote.remotes.password')}</p>}
                {problem !== null && <p className="tone-danger">{problem}</p>}
              </div>
              {hasPassword && <Button small kind="primary" onClick={() => change(() => api.call('remote.movePassword', { name }))}>{t('remote.movePassword')}</Button>}
              <Button small aria-label={t('remote.remotes.removeOf', { name })} onClick={() => void remove(name)}>{t('remote.remotes.remove')}</Button>
            </li>
          ))}
        </ul>
        <AddRemote isFirst={remotes.length === 0} onChanged={look} />
      </div>
    </GitSection>
  )
}

function KeptSignIns(): ReactNode {
  const { t } = useTranslation()
  const [kept, setKept] = useState<SignIns | null>(null)
  // What an operation kept or forgot is there when it has ended.
  const over = useEngineMirror(({ gitOperations }) => Object.values(gitOperations).filter((one) => !isLive(one)).length)
  useEffect(() => void api.call('remote.signIns', {}).then(setKept, () => setKept(null)), [over])
  return (
    <GitSection title={t('remote.signIns.title')} count={kept?.signIns.length ?? 0} action={null}>
      <p className="muted">{t('remote.signIns.intro')}</p>
      {kept?.problem != null && <p className="tone-warn">{kept.problem}</p>}
      {kept === null || kept.signIns.length === 0 ? (
        <p className="card empty-card muted">{t('remote.signIns.none')}</p>
      ) : (
        <ul className="card entry-list" aria-label={t('remote.signIns.title')}>
          {kept.signIns.map(({ target, userName }) => (
            <li key={target} className="entry">
              <div className="entry-text">
                <code>{target}</code> <span className="muted">{userName}</span>
              </div>
              <Button small aria-label={t('remote.signIns.removeOf', { target })} onClick={() => void attempt(async () => setKept(await api.call('remote.removeSignIn', { target })))}>{t('remote.signIns.remove')}</Button>
            </li>
          ))}
        </ul>
      )}
    </GitSection>
  )
}

/** What this clone lacks, or holds that git leaves alone. */
export function Remarks({ repository }: { repository: Repository }): ReactNode {
  const { t } = useTranslation()
  return (
    <>
      {repository.isShallow && (
        <p className="callout">
          {t('remote.shallow')} <Button small onClick={() => void fetchRemote(true)}>{t('remote.unshallow')}</Button>
        </p>
      )}
      {repository.isPartial && <p className="callout">{t('remote.partial')}</p>}
      {repository.hasSubmodules && <p className="callout">{t('remote.submodules')}</p>}
      {repository.hasLfs && <p className="callout">{t('remote.lfs')}</p>}
    </>
  )
}

export function RemoteSections(): ReactNode {
  return (
    <>
      <Remotes />
      <KeptSignIns />
    </>
  )
}
