/** How the newest operation of git on this computer ended: its words, and its output. While it is under way the strip shows it. */
import { CircleAlert } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { GitOperation } from '@shared/contract/git'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { errorText } from '../../state/error-text'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { isLive, isWithRemote } from './operations'

function Output({ operation }: { operation: GitOperation }): ReactNode {
  const { t } = useTranslation()
  const [text, setText] = useState<string | null>(null)
  const toggle = (): void => {
    if (text !== null) return setText(null)
    api.call('git.operationOutput', { operationId: operation.id }).then((output) => setText(output.text), reportError)
  }
  return (
    <>
      <Button small kind="quiet" aria-expanded={text !== null} onClick={toggle}>
        {t('gitChanges.output')}
      </Button>
      {text !== null && <pre className="git-output selectable scroll">{text.trim() === '' ? t('gitChanges.noOutput') : text}</pre>}
    </>
  )
}

export function OperationCard(): ReactNode {
  const { t } = useTranslation()
  const newest = useEngineMirror((mirror) => Object.values(mirror.gitOperations).reduce<GitOperation | null>((best, one) => (best === null || one.startedAtMs >= best.startedAtMs ? one : best), null))
  const [dismissed, setDismissed] = useState<string | null>(null)
  if (newest === null || newest.id === dismissed || isLive(newest) || isWithRemote(newest)) return null
  const { error } = newest
  const text = error === null ? null : errorText(error.code)
  return (
    <div className="card git-operation" role={error === null ? 'status' : 'alert'}>
      {error !== null && <CircleAlert size={15} className="tone-danger" aria-hidden />}
      <div className="entry-text">
        <p>{text === null ? t(`gitChanges.over.${newest.kind}.${newest.state}`, { defaultValue: `${newest.kind}: ${newest.state}` }) : t(text.titleKey, error?.details ?? {})}</p>
        {error !== null && text !== null && <p className="muted selectable">{error.message}</p>}
        {error !== null && text !== null && <p className="muted">{t(text.hintKey, error.details)}</p>}
      </div>
      <Output key={newest.id} operation={newest} />
      <Button small kind="quiet" onClick={() => setDismissed(newest.id)}>
        {t('gitChanges.hide')}
      </Button>
    </div>
  )
}
