/** The cells of a notebook run, live: follows the one that runs until the reader scrolls away. */
import './cells.css'
import { FileOutput } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { api } from '../../api'
import { reportError } from '../../state/notices'
import { IconButton } from '../../ui/button'
import { OutputTabs } from '../runs/output-tabs'
import { createCellLoader, type CellLoader } from './cell-loader'
import { CellView } from './cell-view'
import { ServerCells } from './server-cells'

function useCellLoader(runId: string): CellLoader {
  const loader = useMemo(() => createCellLoader({ read: async (indexes) => (await api.call('runs.readCells', { runId, indexes })).cells, onFailure: reportError }), [runId])
  useEffect(() => {
    const unsubscribe = api.onEvent((message) => {
      if (message.name === 'runs.cellsChanged' && message.payload.runId === runId) loader.grew(message.payload.indexes)
    })
    return () => {
      unsubscribe()
      loader.stop()
    }
  }, [loader, runId])
  return loader
}

async function revealNotebook(runId: string): Promise<void> {
  try {
    await api.call('runs.revealNotebook', { runId })
  } catch (error) {
    reportError(error)
  }
}

function LiveCells({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  const list = useRef<HTMLOListElement>(null)
  const loader = useCellLoader(run.id)
  const isFollowing = useRef(true)
  const cells = run.cells ?? []
  const current = cells.find(({ status }) => status === 'running' || status === 'retrying' || status === 'failed')?.index ?? null

  const cellElement = (index: number): HTMLElement | null => list.current?.querySelector<HTMLElement>(`[data-cell="${index}"]`) ?? null
  useEffect(() => {
    if (current !== null && isFollowing.current) list.current?.querySelector(`[data-cell="${current}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [current])

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    const at = Number(document.activeElement?.getAttribute('data-cell') ?? -1)
    const next = cellElement(Math.min(cells.length - 1, Math.max(0, at + step)))
    if (next === null) return
    event.preventDefault()
    next.focus()
    next.scrollIntoView({ block: 'nearest' })
  }

  return (
    <ol ref={list} className="cell-list scroll" tabIndex={0} aria-label={t('cells.region')} onKeyDown={onKeyDown} onWheel={() => (isFollowing.current = false)}>
      {cells.map((cell) => (
        <CellView key={cell.index} cell={cell} loader={loader} />
      ))}
      {cells.length === 0 && <li className="cell-note muted">{t('cells.none')}</li>}
    </ol>
  )
}

export function CellsPanel({ run }: { run: Run }): ReactNode {
  const { t } = useTranslation()
  const [asServer, setAsServer] = useState(false)
  const done = run.cells?.filter(({ status }) => status === 'succeeded').length ?? 0
  return (
    <section className="log" aria-label={t('cells.title')}>
      <header className="pane-head">
        <OutputTabs />
        <span className="pane-note truncate">{t('cells.done', { done, count: run.cells?.length ?? 0 })}</span>
        <label className="check cells-as-server" title={t('cells.asServerExplained')}>
          <input type="checkbox" checked={asServer} onChange={(event) => setAsServer(event.target.checked)} />
          {t('cells.asServer')}
        </label>
        <IconButton label={t('cells.reveal')} icon={<FileOutput size={15} />} disabled={run.notebookFile === null} onClick={() => void revealNotebook(run.id)} />
      </header>
      {asServer ? <ServerCells run={run} /> : <LiveCells key={run.id} run={run} />}
    </section>
  )
}
