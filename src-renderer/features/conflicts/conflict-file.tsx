/** One file that both sides changed: as text, as a notebook's cells, or as a choice of a whole side. */
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ConflictSides, Conflicts } from '@shared/contract/commits'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { NotebookConflict } from './notebook-conflict'
import { mergeNotebooks } from './notebook-merge'
import { TextConflict } from './text-conflict'

type FileProps = { sides: ConflictSides; onDone: (conflicts: Conflicts) => void }

/** Deletes where the side has deleted. */
function WholeSides({ sides, onDone }: FileProps): ReactNode {
  const { t } = useTranslation()
  const choose = (side: 'ours' | 'theirs' | 'delete'): void => void api.call('commits.chooseSide', { path: sides.path, side }).then(onDone, reportError)
  const has = { ours: sides.kind !== 'deleted-by-us' && sides.kind !== 'both-deleted' && sides.kind !== 'added-by-them', theirs: sides.kind !== 'deleted-by-them' && sides.kind !== 'both-deleted' && sides.kind !== 'added-by-us' }
  return (
    <div className="entry-actions">
      {has.ours && <Button small onClick={() => choose('ours')}>{t('conflicts.takeOurs')}</Button>}
      {has.theirs && <Button small onClick={() => choose('theirs')}>{t('conflicts.takeTheirs')}</Button>}
      {(!has.ours || !has.theirs) && <Button small onClick={() => choose('delete')}>{t('conflicts.delete')}</Button>}
    </div>
  )
}

function Editor({ sides, onDone }: FileProps): ReactNode {
  const { t } = useTranslation()
  const [base, ours, theirs] = [sides.base.text, sides.ours.text, sides.theirs.text]
  if (!sides.isPlain || ours === null || theirs === null) return <p className="muted">{t(sides.isPlain ? 'conflicts.asWhole' : 'conflicts.noFile')}</p>
  const merge = sides.path.endsWith('.ipynb') ? mergeNotebooks(base, ours, theirs) : null
  if (merge !== null) return <NotebookConflict path={sides.path} merge={merge} onDone={onDone} />
  if (sides.result.text === null) return <p className="muted">{t('conflicts.asWhole')}</p>
  return <TextConflict sides={sides} result={sides.result.text} onDone={onDone} />
}

export function ConflictFileView({ path, onDone }: { path: string; onDone: (conflicts: Conflicts) => void }): ReactNode {
  const { t } = useTranslation()
  const [sides, setSides] = useState<ConflictSides | null>(null)
  useEffect(() => {
    let isCurrent = true
    api.call('commits.conflict', { path }).then((found) => isCurrent && setSides(found), reportError)
    return () => {
      isCurrent = false
    }
  }, [path])
  if (sides === null) return null
  return (
    <section className="conflict-file" aria-label={t('conflicts.file', { path })}>
      <h2 className="truncate">{path}</h2>
      <WholeSides sides={sides} onDone={onDone} />
      <Editor sides={sides} onDone={onDone} />
    </section>
  )
}
