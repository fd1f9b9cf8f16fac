/** How much changed in a pipeline, or how a file changed. The row that holds it says it in words. */
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Tip } from '../../ui/tooltip'
import { type TreeChange, changeText } from './tree-changes'
import './git.css'

export function ChangeBadge({ change }: { change: TreeChange | null }): ReactNode {
  const { t } = useTranslation()
  if (change === null) return null
  return (
    <Tip text={changeText(change, t)}>
      <span className={`change-mark ${'count' in change ? 'modified' : change.kind}`} aria-hidden>
        {'count' in change ? `±${change.count}` : change.letter}
      </span>
    </Tip>
  )
}
