/** The changes of a file one by one, each to be staged, unstaged or discarded without the others. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { FileDiff } from '@shared/contract/git-changes'
import { api } from '../../api'
import { ask } from '../../state/questions'
import { Button } from '../../ui/button'
import { noteDiscarded } from './change-actions'
import { attempt } from './operations'

type HunkAction = 'stage' | 'unstage' | 'discard'

async function apply({ path, side, fingerprint }: FileDiff, hunk: number, action: HunkAction): Promise<void> {
  if (action === 'discard') {
    const answer = await ask({ titleKey: 'gitChanges.hunk.discardTitle', bodyKey: 'gitChanges.hunk.discardBody', values: {}, details: [], choices: [{ answer: 'discard', labelKey: 'gitChanges.discard.discard', kind: 'danger' }] })
    if (answer === null) return
  }
  const done = await attempt(() => api.call('git.applyHunks', { path, side, fingerprint, hunks: [hunk], action }))
  if (done?.discarded != null) noteDiscarded(done.discarded)
}

export function HunkList({ diff, onReveal }: { diff: FileDiff; onReveal: (line: number) => void }): ReactNode {
  const { t } = useTranslation()
  if (diff.hunks.length === 0) return null
  const actions: HunkAction[] = diff.side === 'staged' ? ['unstage'] : ['stage', 'discard']
  return (
    <ol className="hunk-list scroll" aria-label={t('gitChanges.hunk.list')}>
      {diff.hunks.map(({ newStart, newLines, added, removed, within }, at) => {
        const number = at + 1
        const lines = newLines <= 1 ? String(newStart) : `${newStart}–${newStart + newLines - 1}`
        return (
          <li key={`${newStart} ${at}`} className="hunk">
            <button type="button" className="link truncate" onClick={() => onReveal(newStart)}>
              {t('gitChanges.hunk.lines', { lines })}
            </button>
            <span className="tone-ok">+{added}</span>
            <span className="tone-danger">−{removed}</span>
            <span className="muted truncate hunk-within">{within}</span>
            {actions.map((action) => (
              <Button key={action} small kind={action === 'discard' ? 'quiet' : 'plain'} aria-label={t(`gitChanges.hunk.${action}Of`, { number })} onClick={() => void apply(diff, at, action)}>
                {t(`gitChanges.hunk.${action}`)}
              </Button>
            ))}
          </li>
        )
      })}
    </ol>
  )
}
