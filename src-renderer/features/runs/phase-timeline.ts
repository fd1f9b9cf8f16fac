/** A run as the four steps a user understands, with their times. Pure: facts of the run and the time now go in. */
import type { Run, RunPhase } from '@shared/contract/runs'

export type StepName = 'preparing' | 'starting' | 'setting-up' | 'running'
export type StepState = 'pending' | 'active' | 'done' | 'failed' | 'skipped'
export type Step = { name: StepName; state: StepState; ms: number | null }

const order: readonly StepName[] = ['preparing', 'starting', 'setting-up', 'running']

/** The step that a run is in, or where it ended. */
function reachedStep(run: Run): StepName {
  const { phase } = run
  switch (phase) {
    case 'waiting':
    case 'queued':
      return 'preparing'
    case 'preparing':
    case 'starting':
    case 'setting-up':
    case 'running':
      return phase
    case 'reconnecting':
    case 'stopping':
    case 'finished':
      if (run.codeStartedAtMs !== null) return 'running'
      if (run.startedAtMs !== null) return 'setting-up'
      return run.prepareMs === null ? 'preparing' : 'starting'
  }
}

function isFailure(run: Run): boolean {
  return run.outcome !== null && run.outcome !== 'succeeded' && run.outcome !== 'stopped'
}

function stepState(run: Run, index: number, reached: number): StepState {
  const isOver = run.phase === 'finished'
  if (index < reached) return 'done'
  if (index > reached) return isOver ? 'skipped' : 'pending'
  if (!isOver) return 'active'
  if (isFailure(run)) return 'failed'
  return run.outcome === 'succeeded' ? 'done' : 'skipped'
}

/** Waiting and queue are no part of any step. */
const beganAtMs = (run: Run): number => run.begunAtMs ?? run.createdAtMs

/** Milliseconds of a step; measured where the engine measured, else counted up to now or to the end. */
function stepMs(run: Run, name: StepName, isReached: boolean, nowMs: number): number | null {
  if (!isReached) return null
  const endMs = run.finishedAtMs ?? nowMs
  switch (name) {
    case 'preparing':
      return run.prepareMs ?? Math.max(0, (run.startedAtMs ?? endMs) - beganAtMs(run))
    case 'starting':
      if (run.prepareMs === null) return null
      return startMs(run.prepareMs, (run.startedAtMs ?? endMs) - beganAtMs(run))
    case 'setting-up':
      return run.setupMs ?? (run.startedAtMs === null ? null : Math.max(0, (run.codeStartedAtMs ?? endMs) - run.startedAtMs))
    case 'running':
      return run.codeMs ?? (run.codeStartedAtMs === null ? null : Math.max(0, endMs - run.codeStartedAtMs))
  }
}

/** Null where preparing and starting were measured as one. */
function startMs(prepareMs: number, untilStartedMs: number): number | null {
  const ms = Math.round(untilStartedMs - prepareMs)
  return ms > 0 ? ms : null
}

export function phaseTimeline(run: Run, nowMs: number): Step[] {
  const reached = order.indexOf(reachedStep(run))
  return order.map((name, index) => ({ name, state: stepState(run, index, reached), ms: stepMs(run, name, index <= reached, nowMs) }))
}

/** Without waiting and queue; null before a run has begun. */
export function totalMs(run: Run, nowMs: number): number | null {
  if (run.phase === 'waiting' || run.phase === 'queued') return null
  // As measured: the clock may have been set while it ran.
  if (run.startedAtMs !== null && run.setupMs !== null && run.codeMs !== null) return Math.max(0, run.startedAtMs - beganAtMs(run)) + run.setupMs + run.codeMs
  return Math.max(0, (run.finishedAtMs ?? nowMs) - beganAtMs(run))
}

/** The steps in order of a run that was asked for and not yet answered. */
export const startingSteps: readonly Step[] = order.map((name, index) => ({ name, state: index === 0 ? 'active' : 'pending', ms: null }))

export const isStoppable = (phase: RunPhase): boolean => phase !== 'finished' && phase !== 'stopping'
