/** The cells of a notebook run: as they are, or as a Fast-Flow server would show them. */
import './cells.css'
import { FileOutput, Maximize2, Minimize2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { api } from '../../api'
import { useLayout } from '../../state/layout'
import { reportError } from '../../state/notices'
import { IconButton } from '../../ui/button'
import { OutputTabs } from '../runs/output-tabs'
import { LiveCells } from './live-cells'
import { ServerCells } from './server-cells'

async function revealNotebook(runId: string): Promise<void> {
  try {
    await api.call('runs.revealNotebook', { runId })
  } catch (error) {
    reportError(error)
  }
}

/** Mount one for each run (`key`). */
export function CellsPanel({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  const [asServer, setAsServer] = useState(false)
  const maximized = useLayout((layout) => layout.panelMaximized)
  const done = run.cells?.filter(({ status }) => status === 'succeeded').length ?? 0
  return (
    <section className="log" aria-label={t('cells.title')}>
      <header className="pane-head">
        <OutputTabs />
        <span className="pane-note truncate" role="status">
          {t('cells.done', { done, count: run.cells?.length ?? 0 })}
        </span>
        <label className="check cells-as-server" title={t('cells.asServerExplained')}>
          <input type="checkbox" checked={asServer} onChange={(event) => setAsServer(event.target.checked)} />
          {t('cells.asServer')}
        </label>
        <IconButton label={t(run.notebookFile === null ? 'cells.notYetToReveal' : 'cells.reveal')} icon={<FileOutput size={15} />} disabled={run.notebookFile === null} onClick={() => void revealNotebook(run.id)} />
        <IconButton
          label={t(maximized ? 'panel.restore' : 'panel.maximize')}
          icon={maximized ? <Minimize2 size={15} /> : <Maximize2 size={15} />}
          onClick={() => useLayout.setState({ panelMaximized: !maximized })}
        />
      </header>
      {asServer ? <ServerCells run={run} /> : <LiveCells run={run} />}
    </section>
  )
}
