/** The cells as a Fast-Flow server would show them after the same run, with what it would have lost. */
import { TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run, ServerCell } from '@shared/contract/runs'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { plainText } from './output-content'

export function ServerCells({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  const [cells, setCells] = useState<ServerCell[]>([])
  // While the run lives: what the server would show at this moment, read anew with each change of a cell's state.
  const state = JSON.stringify(run.cells)
  useEffect(() => {
    let isGone = false
    api.call('runs.readServerCells', { runId: run.id }).then((answer) => {
      if (!isGone) setCells(answer.cells)
    }, reportError)
    return () => {
      isGone = true
    }
  }, [run.id, state])
  return (
    <ol className="cell-list scroll" aria-label={t('cells.serverRegion')}>
      {cells.map(({ index, status, stdout, stderr, image, lost }) => (
        <li key={index} className="cell">
          <header className="cell-head">
            <span className="cell-number">{index + 1}</span>
            <span>{status ?? t('cells.serverNoRecord')}</span>
          </header>
          <div className="cell-outputs">
            {stdout !== '' && <pre className="cell-text selectable">{plainText(stdout)}</pre>}
            {stderr !== '' && <pre className="cell-text stderr selectable">{plainText(stderr)}</pre>}
            {image !== null && <img className="cell-image" src={`data:${image.mime};base64,${image.data}`} alt="" />}
            {lost.length > 0 && (
              <p className="cell-note tone-warn">
                <TriangleAlert size={13} aria-hidden /> {t('cells.lost', { types: lost.join(', ') })}
              </p>
            )}
          </div>
        </li>
      ))}
    </ol>
  )
}
