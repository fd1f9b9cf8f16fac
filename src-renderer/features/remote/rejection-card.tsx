/** Why an operation with a remote failed, and the next step: each kind of refusal has its own. */
import { type FormEvent, type ReactNode, useEffect, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ErrorCode, WireError } from '@shared/app-error'
import type { GitOperation } from '@shared/contract/git'
import type { Divergence, LargeFile, LockFile } from '@shared/contract/remote'
import { api } from '../../api'
import { errorText } from '../../state/error-text'
import { openPage } from '../../state/layout'
import { Button } from '../../ui/button'
import { spanText } from '../../ui/span'
import { ConflictsButton } from '../git/unfinished-work'
import { CommitItems } from './commit-items'
import { attempt, dismissOperation, pull } from './remote-actions'
import { openPush } from '../gate/gate-actions'

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Of the server's hook its own lines; of one of this repository all that was said. */
function hookWords(output: string): string {
  const ofServer = output.split('\n').flatMap((line) => /^remote: ?(.*)$/.exec(line)?.[1]?.trimEnd() ?? [])
  return ofServer.length > 0 ? ofServer.join('\n') : output
}

/** Their sentence is the hint, in English. */
const saysNoMore = new Set<ErrorCode>(['git/auth-failed', 'git/certificate', 'git/conflict', 'git/detached-head', 'git/forbidden', 'git/hook-declined', 'git/host-key-changed', 'git/host-key-unknown', 'git/network', 'git/no-upstream', 'git/non-fast-forward', 'git/protected-branch', 'git/remote-missing', 'git/unfinished'])

function useAnswer<T>(ask: () => Promise<T>): T | null {
  const [answer, setAnswer] = useState<T | null>(null)
  useEffect(() => {
    let isWanted = true
    ask().then((value) => isWanted && setAnswer(value), () => undefined)
    return () => {
      isWanted = false
    }
    // Asked once: another failure is another card.
  }, [])
  return answer
}

function NonFastForward({ isPush }: { isPush: boolean }): ReactNode {
  const { t } = useTranslation()
  const found = useAnswer<Divergence>(() => api.call('remote.divergence', {}))
  const [isForcing, setIsForcing] = useState(false)
  const tip = found?.upstreamTip ?? null
  return (
    <>
      {found !== null && <CommitItems label={t('remote.incoming')} list={found.incoming} />}
      <div className="entry-actions">
        <Button small kind="primary" onClick={() => void pull('rebase')}>{t('remote.rebase')}</Button>
        <Button small onClick={() => void pull('merge')}>{t('remote.merge')}</Button>
        {isPush && tip !== null && !isForcing && <Button small kind="quiet" onClick={() => setIsForcing(true)}>{t('remote.overwrite')}</Button>}
        {isPush && tip !== null && isForcing && <Button small kind="danger" onClick={() => void openPush({ forceWithLease: tip })}>{t('remote.overwriteConfirm', { count: (found?.incoming.commits.length ?? 0) + (found?.incoming.omitted ?? 0) })}</Button>}
      </div>
    </>
  )
}

function NewBranch(): ReactNode {
  const { t } = useTranslation()
  const id = useId()
  const [name, setName] = useState('')
  function create(event: FormEvent): void {
    event.preventDefault()
    if (name.trim() !== '') void openPush({ branch: name.trim(), createBranch: true, setUpstream: true })
  }
  return (
    <form className="entry-actions" onSubmit={create}>
      <label htmlFor={id}>{t('remote.newBranch')}</label>
      <input id={id} className="input mono remote-name" spellCheck={false} value={name} onChange={(event) => setName(event.target.value)} />
      <Button small type="submit" kind="primary" disabled={name.trim() === ''}>{t('remote.createAndPush')}</Button>
    </form>
  )
}

function TooLarge(): ReactNode {
  const { t } = useTranslation()
  const found = useAnswer<{ files: LargeFile[] }>(() => api.call('remote.largeFiles', {}))
  return (
    <>
      <ul aria-label={t('remote.largeFiles')}>
        {found?.files.map(({ path, bytes, commit, subject }) => (
          <li key={path + commit}>
            <code>{path}</code> {t('remote.largeFile', { megabytes: (bytes / 1_000_000).toFixed(1), commit: commit.slice(0, 8), subject })}
          </li>
        ))}
      </ul>
      <p>{t('remote.takeOut')}</p>
    </>
  )
}

function Locked({ onDone }: { onDone: () => void }): ReactNode {
  const { t, i18n } = useTranslation()
  const found = useAnswer<{ lock: LockFile | null }>(() => api.call('remote.lockFile', {}))
  if (found === null) return null
  if (found.lock === null) return <p>{t('remote.lock.gone')}</p>
  const { file, ageMs, isGitRunning, mayRemove } = found.lock
  return (
    <>
      <p>
        <code className="selectable">{file}</code> {t('remote.lock.age', { age: spanText(Math.round(ageMs / 1000), i18n.language) })} {t(isGitRunning === null ? 'remote.lock.unknown' : isGitRunning ? 'remote.lock.running' : 'remote.lock.notRunning')}
      </p>
      <Button small kind="danger" disabled={!mayRemove} onClick={() => void attempt(() => api.call('remote.removeLockFile', {})).then((isDone) => isDone && onDone())}>{t('remote.lock.remove')}</Button>
    </>
  )
}

function HostKeyChanged({ error, onDone }: { error: WireError; onDone: () => void }): ReactNode {
  const { t } = useTranslation()
  const [isCompared, setIsCompared] = useState(false)
  const host = text(error.details.host)
  return (
    <>
      <dl className="remote-keys">
        <dt>{t('remote.hostKey.old')}</dt>
        <dd><code className="selectable">{text(error.details.oldFingerprint)}</code></dd>
        <dt>{t('remote.hostKey.new')}</dt>
        <dd><code className="selectable">{text(error.details.fingerprint)}</code></dd>
      </dl>
      <label className="remote-remember">
        <input type="checkbox" checked={isCompared} onChange={(event) => setIsCompared(event.target.checked)} /> {t('remote.hostKey.compared')}
      </label>
      <Button small kind="danger" disabled={!isCompared || host === ''} onClick={() => void attempt(() => api.call('remote.forgetHostKey', { host })).then((isDone) => isDone && onDone())}>{t('remote.hostKey.forget')}</Button>
    </>
  )
}

function NextStep({ operation, error, onDone }: { operation: GitOperation; error: WireError; onDone: () => void }): ReactNode {
  const { t } = useTranslation()
  const { details, code } = error
  switch (code) {
    case 'git/non-fast-forward':
      return <NonFastForward isPush={operation.kind === 'push'} />
    case 'git/protected-branch':
    case 'git/detached-head':
      return <NewBranch />
    case 'git/no-upstream':
      return <Button small kind="primary" onClick={() => void openPush({ setUpstream: true })}>{t('remote.setUpstream')}</Button>
    case 'git/too-large':
      return <TooLarge />
    case 'git/conflict':
    case 'git/unfinished':
      return <ConflictsButton onLeave={onDone} />
    case 'git/locked':
      return <Locked onDone={onDone} />
    case 'git/host-key-changed':
      return <HostKeyChanged error={error} onDone={onDone} />
    case 'git/auth-failed':
      return <p>{t(`remote.credential.${text(details.credential) || 'none'}`, { target: text(details.target) })}</p>
    case 'git/hook-declined':
    case 'git/hook-failed':
      return <pre className="dialog-details">{hookWords(text(details.output))}</pre>
    case 'git/certificate':
      return <Button small onClick={() => openPage('settings')}>{t('remote.certificate')}</Button>
    case 'git/unsafe-url':
      return details.hasPassword === true ? <Button small kind="primary" onClick={() => void attempt(() => api.call('remote.movePassword', { name: text(details.remote) })).then((isDone) => isDone && onDone())}>{t('remote.movePassword')}</Button> : null
    default:
      return null
  }
}

export function RejectionCard({ operation, error }: { operation: GitOperation; error: WireError }): ReactNode {
  const { t } = useTranslation()
  const [output, setOutput] = useState<string | null>(null)
  const { titleKey, hintKey } = errorText(error.code)
  // A sync says where the changes that did not fit are kept.
  const isSaid = saysNoMore.has(error.code) && !(error.code === 'git/conflict' && operation.kind === 'sync')
  const dismiss = (): void => dismissOperation(operation.id)
  const show = (): void => void attempt(async () => setOutput((await api.call('git.operationOutput', { operationId: operation.id })).text))
  return (
    <div className="rejection" role="alert">
      <p>
        <strong>{t('remote.failed', { what: t(`remote.name.${operation.kind}`) })}: {t(titleKey, error.details)}</strong>
      </p>
      <p>{t(hintKey, error.details)}</p>
      {!isSaid && <p className="muted selectable">{error.message}</p>}
      <NextStep operation={operation} error={error} onDone={dismiss} />
      <div className="entry-actions">
        <Button small kind="quiet" aria-expanded={output !== null} onClick={output === null ? show : () => setOutput(null)}>{t('remote.output')}</Button>
        <Button small kind="quiet" onClick={dismiss}>{t('remote.dismiss')}</Button>
      </div>
      {output !== null && <pre className="dialog-details" aria-label={t('remote.output')}>{output}</pre>}
    </div>
  )
}
