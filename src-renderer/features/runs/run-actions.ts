/** Run, stop, run again: saves first, asks where the engine asks, and shows the run before the engine has answered. */
import { create } from 'zustand'
import { toWireError } from '@shared/app-error'
import type { Run } from '@shared/contract/runs'
import { api } from '../../api'
import { isActive, sortedRuns, useEngineMirror } from '../../state/engine-mirror'
import { useLayout } from '../../state/layout'
import { addNotice, reportError } from '../../state/notices'
import { ask } from '../../state/questions'
import { applyRuns } from '../../state/sync'
import { openFile, saveAll } from '../editor/document-actions'
import { ensureTrusted } from '../trust/trust-actions'

/** The pipeline whose start was asked for and not yet answered. */
export const usePendingStart = create<{ pipeline: string | null }>(() => ({ pipeline: null }))

type StartOptions = { whenRunning?: 'refuse' | 'queue' | 'parallel'; ignoreProblems?: boolean; runner?: 'host' | null; runConfigId?: string | null; env?: Record<string, string> }

export function activeRunOf(pipeline: string): Run | undefined {
  return sortedRuns(useEngineMirror.getState(), pipeline).find(isActive)
}

export function showRun(runId: string): void {
  useLayout.setState({ selectedRunId: runId, panelOpen: true })
}

async function savedAll(pipeline: string): Promise<boolean> {
  const isSaved = await saveAll(pipeline)
  if (!isSaved) addNotice({ severity: 'warning', titleKey: 'run.notSaved.title', hintKey: 'run.notSaved.hint' })
  return isSaved
}

export async function startRun(pipeline: string, options: StartOptions = {}): Promise<void> {
  if (usePendingStart.getState().pipeline !== null || !(await ensureTrusted('run'))) return
  try {
    await launch(pipeline, options)
  } catch (error) {
    await resolveRefusal(error, pipeline, options)
  }
}

/** Answers why it was refused, in the engine's words, for a dialog that stays open; null: it runs, or the user was asked or told. */
export async function startRunFromDialog(pipeline: string, options: StartOptions, onAsked: () => void): Promise<string | null> {
  if (!(await ensureTrusted('run'))) return null
  try {
    await launch(pipeline, options)
  } catch (error) {
    const { code, message } = toWireError(error)
    if (code !== 'run/already-running' && code !== 'pipeline/invalid-config') return message
    onAsked()
    await resolveRefusal(error, pipeline, options)
  }
  return null
}

async function launch(pipeline: string, options: StartOptions): Promise<void> {
  usePendingStart.setState({ pipeline })
  useLayout.setState({ panelOpen: true, selectedPipeline: pipeline, selectedRunId: null })
  try {
    if (!(await savedAll(pipeline))) return
    const { whenRunning = 'refuse', ignoreProblems = false, runner = null, runConfigId = null, env = {} } = options
    const run = await api.call('runs.start', { pipeline, whenRunning, ignoreProblems, runner, runConfigId, env })
    applyRuns([run])
    showRun(run.id)
  } finally {
    usePendingStart.setState({ pipeline: null })
  }
}

/** Answers why it was refused, in the engine's words; null: it runs, or a notice says why not. */
export async function startWebhook(pipeline: string, runConfigId: string | null, body: string): Promise<string | null> {
  try {
    if (!(await ensureTrusted('run')) || !(await savedAll(pipeline))) return null
    const run = await api.call('runs.startWebhook', { pipeline, runConfigId, body })
    applyRuns([run])
    useLayout.setState({ selectedPipeline: pipeline })
    showRun(run.id)
    return null
  } catch (error) {
    return toWireError(error).message
  }
}

async function resolveRefusal(error: unknown, pipeline: string, options: StartOptions): Promise<void> {
  switch (toWireError(error).code) {
    case 'run/already-running':
      return askAboutRunning(pipeline, options)
    case 'pipeline/invalid-config':
      return askAboutProblems(pipeline, options)
    default:
      reportError(error)
  }
}

async function askAboutRunning(pipeline: string, options: StartOptions): Promise<void> {
  const answer = await ask({
    titleKey: 'run.alreadyRunning.title',
    bodyKey: 'run.alreadyRunning.body',
    values: { pipeline },
    details: [],
    choices: [
      { answer: 'queue', labelKey: 'run.alreadyRunning.queue', kind: 'plain' },
      { answer: 'parallel', labelKey: 'run.alreadyRunning.parallel', kind: 'plain' },
      { answer: 'restart', labelKey: 'run.alreadyRunning.restart', kind: 'primary' },
    ],
  })
  if (answer === 'queue') return startRun(pipeline, { ...options, whenRunning: 'queue' })
  if (answer === 'parallel') return startRun(pipeline, { ...options, whenRunning: 'parallel' })
  if (answer === 'restart') return runAgain(pipeline, options)
}

async function askAboutProblems(pipeline: string, options: StartOptions): Promise<void> {
  const problems = useEngineMirror.getState().catalog?.pipelines.find(({ name }) => name === pipeline)?.problems ?? []
  const errors = problems.filter(({ severity }) => severity === 'error')
  const first = errors.find(({ file }) => file !== null)
  const answer = await ask({
    titleKey: 'run.invalidConfig.title',
    bodyKey: 'run.invalidConfig.body',
    values: { pipeline },
    details: errors.map(({ file, line, message }) => `${file ?? pipeline}${line === null ? '' : `:${line}`}  ${message}`),
    choices: [
      { answer: 'anyway', labelKey: 'run.invalidConfig.runAnyway', kind: 'plain' },
      ...(first === undefined ? [] : [{ answer: 'open' as const, labelKey: 'run.invalidConfig.openAtLine', kind: 'primary' as const }]),
    ],
  })
  if (answer === 'anyway') return startRun(pipeline, { ...options, ignoreProblems: true })
  if (answer === 'open' && first?.file) openFile(pipeline, first.file, { line: first.line ?? 1, column: first.column })
}

/** A waiting run goes on now, and is the one to look at. */
export async function skipWait(runId: string): Promise<void> {
  try {
    applyRuns([await api.call('runs.skipWait', { runId })])
    showRun(runId)
  } catch (error) {
    reportError(error)
  }
}

export async function stopRun(runId: string): Promise<void> {
  try {
    applyRuns([await api.call('runs.stop', { runId })])
  } catch (error) {
    reportError(error)
  }
}

function finished(runId: string): Promise<void> {
  return new Promise((resolve) => {
    const isOver = (): boolean => useEngineMirror.getState().runs[runId]?.phase === 'finished'
    if (isOver()) return resolve()
    const unsubscribe = useEngineMirror.subscribe(() => {
      if (!isOver()) return
      unsubscribe()
      resolve()
    })
  })
}

/** Stops what runs of the pipeline and starts it once more. */
export async function runAgain(pipeline: string, options: StartOptions = {}): Promise<void> {
  const active = sortedRuns(useEngineMirror.getState(), pipeline).filter(isActive)
  await Promise.all(active.map((run) => stopRun(run.id)))
  await Promise.all(active.map((run) => finished(run.id)))
  await startRun(pipeline, options)
}

export async function revealLog(runId: string): Promise<void> {
  try {
    await api.call('runs.revealLog', { runId })
  } catch (error) {
    reportError(error)
  }
}

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    addNotice({ severity: 'success', titleKey: 'copied' })
  } catch (error) {
    reportError(error)
  }
}
