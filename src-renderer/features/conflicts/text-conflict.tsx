/** Conflicts of a text: how many are left, the editor, and the ways on. What is not finished is kept in the working file. */
import { TriangleAlert } from 'lucide-react'
import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ConflictSides, Conflicts } from '@shared/contract/commits'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { reportError } from '../../state/notices'
import { Button } from '../../ui/button'
import { countConflicts } from './conflict-text'
import { createResultKeeper, type Outside } from './result-keeper'

const ThreeWayEditor = lazy(() => import('./three-way-editor').then((module) => ({ default: module.ThreeWayEditor })))

const keepAfterMs = 500

export function TextConflict({ sides, result, onDone }: { sides: ConflictSides; result: string; onDone: (conflicts: Conflicts) => void }): ReactNode {
  const { t } = useTranslation()
  const { path } = sides
  const looks = useEngineMirror((mirror) => mirror.gitLooks)
  const [text, setText] = useState(result)
  const [given, setGiven] = useState<{ text: string; serial: number } | null>(null)
  const [outside, setOutside] = useState<Outside | null>(null)
  const [isTaken, setIsTaken] = useState(false)
  const take = (next: string): void => {
    setText(next)
    setGiven((before) => ({ text: next, serial: (before?.serial ?? 0) + 1 }))
  }
  const [keeper] = useState(() =>
    createResultKeeper({
      text: result,
      read: () => api.call('commits.conflict', { path }).then((found) => found.result.text),
      write: (next, expected) => api.call('commits.saveConflict', { path, text: next, isResolved: false, expected }),
      onTaken(next) {
        take(next)
        setIsTaken(true)
      },
      onOutside: setOutside,
      onError: reportError,
    }),
  )
  const count = countConflicts(text)

  useEffect(() => {
    const timer = setTimeout(() => void keeper.keep(), keepAfterMs)
    return () => clearTimeout(timer)
  }, [keeper, text])
  useEffect(() => () => void keeper.keep(), [keeper])
  useEffect(() => void keeper.look(), [keeper, looks])

  function edited(next: string): void {
    keeper.edit(next)
    setText(next)
    setIsTaken(false)
  }

  async function restart(): Promise<void> {
    await keeper.keep()
    try {
      const found = await api.call('commits.restartConflict', { path })
      if (found.result.text !== null) keeper.take(found.result.text)
      setIsTaken(false)
    } catch (error) {
      reportError(error)
    }
  }

  return (
    <>
      {(outside !== null || isTaken) && (
        <div className="conflict-note">
          {outside === null ? (
            <p className="callout" role="status">{t('conflicts.threeWay.taken')}</p>
          ) : (
            <div className="editor-bar warn" role="alert">
              <TriangleAlert size={15} aria-hidden />
              <span className="editor-bar-text">{t(outside.text === null ? 'conflicts.threeWay.outsideGone' : 'conflicts.threeWay.outside')}</span>
              {outside.text !== null && <Button small onClick={() => keeper.load()}>{t('conflicts.threeWay.load')}</Button>}
              <Button small onClick={() => void keeper.keepMine()}>{t('conflicts.threeWay.keepMine')}</Button>
            </div>
          )}
        </div>
      )}
      <Suspense fallback={<div className="conflict-loading" />}>
        <ThreeWayEditor sides={sides} text={result} given={given} onText={edited} />
      </Suspense>
      <div className="entry-actions">
        <Button kind="primary" disabled={count > 0 || outside !== null} onClick={() => void keeper.finish((last, expected) => api.call('commits.saveConflict', { path, text: last, isResolved: true, expected }).then(onDone))}>{t('conflicts.resolved')}</Button>
        <Button kind="quiet" onClick={() => void restart()}>{t('conflicts.restart')}</Button>
        <span role="status">{count === 0 ? t('conflicts.noMarks') : t('conflicts.marks', { count })}</span>
      </div>
    </>
  )
}
