/** How the newest operation of git on this computer failed, and what the hooks of a commit printed. While it is under way the strip shows it. */
import { CircleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GitOperation } from '@shared/contract/git'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { errorText } from '../../state/error-text'
import { Button } from '../../ui/button'
import { isLive, isWithRemote } from './operations'
import { ConflictsButton } from './unfinished-work'

function Card({ operation, onHide }: { operation: GitOperation; onHide: () => void }): ReactNode {
  const { t } = useTranslation()
  const [isOpen, setIsOpen] = useState(false)
  const [output, setOutput] = useState('')
  useEffect(() => void api.call('git.operationOutput', { operationId: operation.id }).then(({ text }) => setOutput(text.trim()), () => undefined), [operation.id])
  const { error } = operation
  // A commit that went well is told once; only what its hooks said is more.
  if (error === null && output === '') return null
  const text = error === null ? null : errorText(error.code)
  return (
    <div className="card git-operation" role={error === null ? 'status' : 'alert'}>
      {error !== null && <CircleAlert size={15} className="tone-danger" aria-hidden />}
      <div className="entry-text">
        <p>{text === null ? t('gitChanges.committedPrinted') : t(text.titleKey, error?.details ?? {})}</p>
        {error !== null && <p className="muted selectable">{error.message}</p>}
        {text !== null && <p className="muted">{t(text.hintKey, error?.details ?? {})}</p>}
      </div>
      {(error?.code === 'git/conflict' || error?.code === 'git/unfinished') && <ConflictsButton />}
      <Button small kind="quiet" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
        {t('gitChanges.output')}
      </Button>
      <Button small kind="quiet" onClick={onHide}>
        {t('gitChanges.hide')}
      </Button>
      {isOpen && <pre className="git-output selectable scroll">{output === '' ? t('gitChanges.noOutput') : output}</pre>}
    </div>
  )
}

export function OperationCard(): ReactNode {
  const newest = useEngineMirror((mirror) => Object.values(mirror.gitOperations).reduce<GitOperation | null>((best, one) => (best === null || one.startedAtMs >= best.startedAtMs ? one : best), null))
  const [dismissed, setDismissed] = useState<string | null>(null)
  if (newest === null || newest.id === dismissed || isLive(newest) || isWithRemote(newest)) return null
  if (newest.error === null && (newest.kind !== 'commit' || newest.state !== 'done')) return null
  return <Card key={newest.id} operation={newest} onHide={() => setDismissed(newest.id)} />
}
