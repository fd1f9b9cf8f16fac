/** Why a run has not begun, as a key of the words and what goes into them. Pure. */
import type { Run } from '@shared/contract/runs'

export type WaitingText = { key: string; values: Record<string, string | number> }

/** null for a run that has begun. */
export function waitingText(run: Run, nowMs: number): WaitingText | null {
  if (run.phase === 'queued' && run.queue) return { key: `run.queue.${run.queue.reason}`, values: { position: run.queue.position } }
  if (run.phase !== 'waiting') return null
  const time = countdown((run.waitUntilAtMs ?? nowMs) - nowMs)
  return run.trigger === 'retry' ? { key: 'run.waiting.retry', values: { attempt: run.attempt, attempts: run.retryAttempts, time } } : { key: 'run.waiting.restart', values: { time } }
}

/** 0:42, 12:05, 1:00:00; never below 0:00. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, String(seconds % 60).padStart(2, '0')]
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}
