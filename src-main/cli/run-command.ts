/** `ffdesk run`: starts a run, shows its log live, stops it on Ctrl+C, and answers the exit code. */
import type { Run } from '@shared/contract/runs'
import type { Api } from '../api'
import type { Events } from '../engine/events'
import { followLog } from './follow-log'
import type { Invocation } from './invocation'
import { createLogTextReader } from './log-text'
import { formatDuration, type Output } from './output'

export const exitCodes = { ok: 0, failed: 1, usage: 2, timedOut: 124, stopped: 130 }

export type RunCommandInput = {
  api: Api
  events: Events
  output: Output
  invocation: Extract<Invocation, { command: 'run' }>
  /** Calls back on Ctrl+C, SIGTERM, and when nobody reads our output any more. */
  onInterrupt: (listener: () => void) => void
}

export async function runCommand({ api, events, output, invocation, onInterrupt }: RunCommandInput): Promise<number> {
  const { json } = invocation
  let shown: Run | null = null
  const show = (run: Run): void => {
    const previous = shown
    shown = run
    for (const notice of run.notices.slice(previous?.notices.length ?? 0)) {
      if (json) void output.json({ type: 'notice', ...notice })
      else output.say(`${notice.severity}: ${notice.message}`)
    }
    if (run.phase === previous?.phase || run.phase === 'finished') return
    if (json) void output.json({ type: 'phase', phase: run.phase, atMs: Date.now() })
    else sayPhase(output, run)
  }
  /** The attempt that is shown; a retry takes the place of the run before it. */
  let runId: string | null = null
  let interrupted = false
  // Listened to before there is a run: a Ctrl+C at any moment stops it, none leaves it behind.
  onInterrupt(() => {
    interrupted = true
    if (runId === null) return
    output.say('Stopping…')
    void api('runs.stop', { runId })
  })
  const started = await api('runs.start', { pipeline: invocation.pipeline, runner: invocation.runner, runConfigId: invocation.runConfigId, env: invocation.env, ignoreProblems: invocation.force, whenRunning: 'parallel' })
  runId = started.id
  if (interrupted) await api('runs.stop', { runId })
  if (json) await output.json({ type: 'started', run: started })
  show(started)
  let saidOfPull: string | null = null
  const unsubscribe = [
    events.on('runs.changed', (run) => {
      if (run.id === runId) show(run)
    }),
    events.on('tools.workerImageChanged', (image) => {
      const text = image.state === 'pulling' ? pullText(image.receivedBytes, image.totalBytes) : null
      // Progress comes many times a second; a line is worth it when it says something new.
      if (text !== null && text !== saidOfPull && !json) output.say(text)
      saidOfPull = text ?? saidOfPull
    }),
  ]
  try {
    for (;;) {
      const finished = await followRun({ api, events, output, json, runId })
      show(finished)
      if (json) await output.json({ type: 'finished', run: finished })
      else saySummary(output, finished)
      const { run: retry }: { run: Run | null } = await api('runs.again', { runId: finished.id })
      if (retry === null) return exitCodeOf(finished)
      runId = retry.id
      shown = null
      if (interrupted) await api('runs.stop', { runId })
      if (json) await output.json({ type: 'started', run: retry })
      else output.say(retry.trigger === 'repair' ? await repairWords(api, finished.id) : `Retry ${retry.attempt} of ${retry.retryAttempts}`)
      show(retry)
    }
  } finally {
    for (const end of unsubscribe) end()
  }
}

/** To its end; its log goes out as it comes. */
async function followRun({ api, events, output, json, runId }: { api: Api; events: Events; output: Output; json: boolean; runId: string }): Promise<Run> {
  const reader = createLogTextReader()
  const writeTexts = async (texts: ReturnType<typeof reader.end>): Promise<void> => {
    for (const text of texts) await output.json({ type: 'log', ...text })
  }
  await followLog({ api, events, runId, onChunk: (chunk) => (json ? writeTexts(reader.push(chunk)) : output.bytes(chunk.bytes)) })
  if (json) await writeTexts(reader.end())
  return api('runs.get', { runId })
}

/** The notice that came after the run was final. */
async function repairWords(api: Api, runId: string): Promise<string> {
  const { notices } = await api('runs.get', { runId })
  return notices.at(-1)?.message ?? 'The cache was repaired; once more:'
}

export function exitCodeOf(run: Pick<Run, 'outcome' | 'exitCode'>): number {
  if (run.outcome === 'succeeded') return exitCodes.ok
  if (run.outcome === 'stopped') return exitCodes.stopped
  if (run.outcome === 'timed-out') return exitCodes.timedOut
  return run.exitCode === null || run.exitCode === 0 ? exitCodes.failed : run.exitCode
}

function sayPhase(output: Output, run: Run): void {
  switch (run.phase) {
    case 'preparing':
      return output.say(`Running ${run.pipeline} ${run.runner === 'docker' ? 'in a container' : 'on this computer, not isolated'}`)
    case 'setting-up':
      return output.say(`Python ${run.pythonVersion} and packages${run.cacheWasWarm === true ? ' (cache is warm)' : ''}…`)
    case 'running':
      return output.say(`Set up in ${formatDuration(run.setupMs)}. Your code:`)
    case 'waiting':
      return output.say(`Waits until ${new Date(run.waitUntilAtMs ?? 0).toISOString()}`)
    case 'queued':
      return output.say(`In the queue, number ${run.queue?.position ?? 1}`)
    case 'reconnecting':
      return output.say('The container engine went away; waiting for it…')
    case 'starting':
    case 'stopping':
    case 'finished':
  }
}

function pullText(receivedBytes: number, totalBytes: number): string | null {
  if (totalBytes === 0) return null
  return receivedBytes >= totalBytes ? 'Unpacking the worker image…' : `Pulling the worker image: ${Math.floor((receivedBytes / totalBytes) * 100)} %`
}

function saySummary(output: Output, run: Run): void {
  const times = `preparation ${formatDuration(run.prepareMs)}, set-up ${formatDuration(run.setupMs)}, code ${formatDuration(run.codeMs)}`
  const where = run.runner === 'docker' ? 'container' : 'on this computer, not isolated'
  output.say(`${run.pipeline}: ${run.outcome ?? ''}${run.exitCode === null ? '' : ` (exit code ${run.exitCode})`} · ${times} · ${where}`)
  if (run.reason !== null) output.say(run.reason)
  output.say(`Log: ${run.logFile}`)
}
