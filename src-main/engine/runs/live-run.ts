/**
 * One run while it lives: its record, its log and its clock. Every change of the record goes through `change`, which stores
 * and announces it; text goes to the log and is only announced as growth.
 */
import type { Run } from '@shared/contract/runs'
import type { Publish } from '../events'
import type { RunHistory } from '../store/run-history'
import type { RunLogWriter } from './run-log'

/** Who ended a run that did not end by itself. `restart`: restart_interval makes room for the next one. */
export type StopCause = 'user' | 'timeout' | 'restart'

type Patch = Partial<Omit<Run, 'id' | 'rev'>>

export type LiveRun = {
  current(): Run
  change(patch: Patch): Run
  /** Announces without storing: for what is worth nothing after a crash, like a place in the queue. */
  show(patch: Patch): Run
  notice(message: string, severity?: 'warning' | 'information'): void
  log: RunLogWriter
  /** Milliseconds since `begin`, monotonic: the clock of the computer may jump. */
  elapsedMs(): number
  /** It has left waiting and queue. */
  begin(): void
  /** Aborted with a StopCause. */
  stop: AbortController
  /** Calls back when the record on disk is the current one: at once, or when a full disk takes it. */
  whenStored(callback: () => void): void
  /** Announces what the log has grown to, now. */
  flushLog(): void
}

/** Viewers ask for text when told of growth; more often than this nobody can read. */
const announceEveryMs = 40
/** A record that the disk did not take (it is full) is offered again this often, until it does. */
const storeAgainMs = 5000

export type LiveRunDeps = {
  history: Pick<RunHistory, 'update'>
  publish: Publish
  /** Opens the log; `onAppended` is to be called when it has grown. */
  openLog: (runId: string, onAppended: () => void) => RunLogWriter
}

/** For a run that is in the history. Throws when the disk does not take the log file. */
export function createLiveRun(run: Run, deps: LiveRunDeps): LiveRun {
  let beganAt = performance.now()
  let current = run
  let storeAgain: NodeJS.Timeout | null = null
  let onStored: (() => void) | null = null
  /** A full disk must not end the run: what counts is in memory, and is stored as soon as there is space. */
  const store = (): void => {
    if (storeAgain) clearTimeout(storeAgain)
    storeAgain = null
    try {
      deps.history.update(current)
      onStored?.()
    } catch {
      storeAgain = setTimeout(store, storeAgainMs)
      storeAgain.unref()
    }
  }
  let timer: NodeJS.Timeout | null = null
  let announcements = 0
  const announce = (): void => {
    timer = null
    announcements += 1
    deps.publish('runs.logAppended', { runId: run.id, sizeBytes: log.sizeBytes(), rev: announcements })
  }
  const log = deps.openLog(run.id, () => (timer ??= setTimeout(announce, announceEveryMs)))
  const apply = (patch: Patch): void => {
    current = { ...current, ...patch, logBytes: log.sizeBytes(), rev: current.rev + 1 }
  }
  const change = (patch: Patch): Run => {
    apply(patch)
    store()
    deps.publish('runs.changed', current)
    return current
  }
  return {
    current: () => current,
    change,
    show(patch) {
      apply(patch)
      deps.publish('runs.changed', current)
      return current
    },
    notice: (message, severity = 'warning') => void change({ notices: [...current.notices, { severity, message }] }),
    log,
    elapsedMs: () => performance.now() - beganAt,
    begin() {
      beganAt = performance.now()
    },
    stop: new AbortController(),
    whenStored(callback) {
      if (storeAgain === null) callback()
      else onStored = callback
    },
    flushLog() {
      if (timer) clearTimeout(timer)
      announce()
    },
  }
}

/** null while nobody asked to stop. */
export function stopCauseOf(signal: AbortSignal): StopCause | null {
  return signal.aborted ? (signal.reason as StopCause) : null
}
