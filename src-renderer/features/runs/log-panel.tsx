/** The log of one run: live text, follow, search, copy. Mount one for each run (`key`), so that logs never mix. */
import '@xterm/xterm/css/xterm.css'
import { ArrowDownToLine, Copy, FolderSearch, Maximize2, Minimize2, Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Run } from '@shared/contract/runs'
import { api } from '../../api'
import { useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { reportError } from '../../state/notices'
import { Button, IconButton } from '../../ui/button'
import { byteText } from '../../ui/format'
import { token, useTheme } from '../../ui/theme'
import { openFile } from '../editor/document-actions'
import { type Follow, afterLines, afterScroll, following } from './follow'
import { createLogDecoder } from './log-decoder'
import { createLogPump, tailBytes } from './log-pump'
import { LogSearch } from './log-search'
import { provideLog } from './log-commands'
import { type LogView, createLogView } from './log-view'
import { OutputTabs } from './output-tabs'
import { copyText, revealLog } from './run-actions'

const textDelayMs = 150

type Shown = { firstByte: number; sizeBytes: number }

export function LogPanel({ run }: { run: Run }): ReactNode {
  const { t, i18n } = useTranslation()
  const host = useRef<HTMLDivElement>(null)
  const [view, setView] = useState<LogView | null>(null)
  const [follow, setFollow] = useState<Follow>(following)
  const [shown, setShown] = useState<Shown | null>(null)
  const [fromStart, setFromStart] = useState(false)
  const [plainText, setPlainText] = useState('')
  const [searchOpen, setSearchOpen] = useState(false)
  const [found, setFound] = useState({ current: 0, count: 0 })
  const maximized = useLayout((layout) => layout.panelMaximized)
  // The tint of stderr is in the text already: another theme means reading the log again.
  const theme = useTheme((state) => state.name)
  const runId = run.id
  const pipelineName = run.pipeline

  useEffect(() => {
    if (host.current === null) return
    const created = createLogView(host.current, {
      onScroll: (top, bottom) => setFollow((before) => afterScroll(before, top, bottom)),
      onSearchResult: (current, count) => setFound({ current, count }),
      onOpenPlace: ({ path, line }) => openFile(pipelineName, path, { line }),
      pipelineFolder: () => useEngineMirror.getState().catalog?.pipelines.find(({ name }) => name === pipelineName)?.path ?? '/app',
    })
    const decoder = createLogDecoder(token('stderr'))
    let timer: ReturnType<typeof setTimeout> | null = null
    const updateText = (): void => {
      timer = null
      setPlainText(created.lastLines())
    }
    const pump = createLogPump(
      {
        read: (fromByte, maxBytes) => api.call('runs.readLog', { runId, fromByte, maxBytes }),
        async write(chunk) {
          const text = decoder.push(chunk)
          const wasAtEnd = created.isAtEnd()
          await created.write(text)
          if (wasAtEnd) created.scrollToEnd()
          else setFollow((before) => afterLines(before, text.split('\n').length - 1))
          timer ??= setTimeout(updateText, textDelayMs)
        },
        onFailure: reportError,
        onStart: (firstByte, sizeBytes) => setShown({ firstByte, sizeBytes }),
      },
      fromStart,
    )
    const announce = (): void => {
      const { logSizes, runs } = useEngineMirror.getState()
      pump.announce(Math.max(logSizes[runId] ?? 0, runs[runId]?.logBytes ?? 0))
    }
    announce()
    const unsubscribe = useEngineMirror.subscribe((now, before) => {
      if (now.logSizes[runId] !== before.logSizes[runId] || now.runs[runId] !== before.runs[runId]) announce()
    })
    setView(created)
    setFollow(following)
    const withdraw = provideLog({ openSearch: () => setSearchOpen(true), focus: created.focus, lastLines: created.lastLines, host: host.current })
    return () => {
      unsubscribe()
      withdraw()
      pump.stop()
      if (timer !== null) clearTimeout(timer)
      created.dispose()
    }
  }, [runId, pipelineName, fromStart, theme])

  // The end of a failed log is where the reason is.
  useEffect(() => {
    if (run.phase === 'finished' && run.outcome !== 'succeeded') view?.scrollToEnd()
  }, [run.phase, run.outcome, view])

  function closeSearch(): void {
    setSearchOpen(false)
    view?.clearFind()
    view?.focus()
  }

  function copy(): void {
    const selection = view?.selection() ?? ''
    void copyText(selection === '' ? (view?.allText() ?? '') : selection)
  }

  function onKeyDown(event: KeyboardEvent): void {
    const isPrimary = event.ctrlKey || event.metaKey
    const moves: Record<string, () => void> = {
      ArrowUp: () => view?.scrollLines(-1),
      ArrowDown: () => view?.scrollLines(1),
      PageUp: () => view?.scrollPages(-1),
      PageDown: () => view?.scrollPages(1),
      Home: () => view?.scrollToStart(),
      End: () => view?.scrollToEnd(),
    }
    if (isPrimary && event.key === 'c') copy()
    else if (isPrimary && event.key === 'a') view?.selectAll()
    else if (!isPrimary && moves[event.key] !== undefined) moves[event.key]?.()
    else return
    event.preventDefault()
  }

  const isTail = shown !== null && shown.firstByte > 0
  return (
    <section className="log" aria-label={t('log.region')}>
      <header className="pane-head">
        {run.cells === null ? <h2 className="pane-title">{t('log.title')}</h2> : <OutputTabs />}
        <span className="pane-note truncate">{run.logBytes > 0 && byteText(run.logBytes, i18n.language)}</span>
        <IconButton label={t('log.find')} icon={<Search size={15} />} onClick={() => setSearchOpen(true)} />
        <IconButton label={t('log.follow')} aria-pressed={follow.isFollowing} icon={<ArrowDownToLine size={15} />} onClick={() => view?.scrollToEnd()} />
        <IconButton label={t('log.copy')} icon={<Copy size={15} />} onClick={copy} />
        <IconButton label={t('log.reveal')} icon={<FolderSearch size={15} />} onClick={() => void revealLog(runId)} />
        <IconButton
          label={t(maximized ? 'panel.restore' : 'panel.maximize')}
          icon={maximized ? <Minimize2 size={15} /> : <Maximize2 size={15} />}
          onClick={() => useLayout.setState({ panelMaximized: !maximized })}
        />
      </header>
      {isTail && (
        <div className="log-bar" role="status">
          <span>{t('log.tail', { tail: byteText(tailBytes, i18n.language), total: byteText(shown.sizeBytes, i18n.language) })}</span>
          <Button small onClick={() => void revealLog(runId)}>{t('log.reveal')}</Button>
          <Button small onClick={() => setFromStart(true)}>{t('log.fromStart')}</Button>
        </div>
      )}
      {searchOpen && view !== null && <LogSearch view={view} found={found} onClose={closeSearch} />}
      <div className="log-body">
        <div ref={host} className="log-terminal" onKeyDown={onKeyDown} />
        {run.phase === 'finished' && run.logBytes === 0 && <p className="log-empty muted">{t('log.empty')}</p>}
        {!follow.isFollowing && (
          <Button small className="log-new-lines" icon={<ArrowDownToLine size={13} />} onClick={() => view?.scrollToEnd()}>
            {follow.newLines > 0 ? t('log.newLines', { count: follow.newLines }) : t('log.toEnd')}
          </Button>
        )}
      </div>
      <pre className="visually-hidden" role="log" aria-live="off" aria-label={t('log.text')}>
        {plainText}
      </pre>
    </section>
  )
}
