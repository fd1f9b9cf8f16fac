/**
 * One run while it lives: its record, its log and its clock. Every change of the record goes through `change`, which stores
 * and announces it; text goes to the log and is only announced as growth.
 */
import type { Run } from '@shared/contract/runs'
import type { Publish } from '../events'
import type { RunHistory } from '../store/run-history'
import { createRunLogWriter, type RunLogWriter } from './run-log'

export type LiveRun = {
  current(): Run
  change(patch: Partial<Omit<Run, 'id' | 'rev'>>): Run
  log: RunLogWriter
  /** Milliseconds since the run was asked for, monotonic: the clock of the computer may jump. */
  elapsedMs(): number
  stop: AbortController
  /** Announces what the log has grown to, now. */
  flushLog(): void
}

/** Viewers ask for text when told of growth; more often than this nobody can read. */
const announceEveryMs = 40
/** A record that the disk did not take (it is full) is offered again this often, until it does. */
const storeAgainMs = 5000

/** Creates the log file and inserts the record; throws when the disk takes neither. */
export function createLiveRun(run: Run, logsDir: string, history: RunHistory, publish: Publish): LiveRun {
  const startedAt = performance.now()
  let current = run
  let storeAgain: NodeJS.Timeout | null = null
  /** A full disk must not end the run: what counts is in memory, and is stored as soon as there is space. */
  const store = (): void => {
    if (storeAgain) clearTimeout(storeAgain)
    storeAgain = null
    try {
      history.update(current)
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
    publish('runs.logAppended', { runId: run.id, sizeBytes: log.sizeBytes(), rev: announcements })
  }
  const log = createRunLogWriter(logsDir, run.id, () => (timer ??= setTimeout(announce, announceEveryMs)))
  history.insert(current)
  publish('runs.changed', current)
  return {
    current: () => current,
    change(patch) {
      current = { ...current, ...patch, logBytes: log.sizeBytes(), rev: current.rev + 1 }
      store()
      publish('runs.changed', current)
      return current
    },
    log,
    elapsedMs: () => performance.now() - startedAt,
    stop: new AbortController(),
    flushLog() {
      if (timer) clearTimeout(timer)
      announce()
    },
  }
}
