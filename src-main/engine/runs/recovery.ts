/**
 * At the start: runs that a process drove which is gone are recorded as interrupted, and their containers removed. Runs of a
 * process that lives (the window beside the CLI) are left alone.
 */
import { statSync } from 'node:fs'
import type { DockerClient } from '../docker/client'
import { processIsAlive } from '../platform/process'
import type { RunHistory } from '../store/run-history'

export function recordInterruptedRuns(history: RunHistory, ownProcessId: number, isAlive: (processId: number) => boolean = processIsAlive): void {
  for (const { run, processId } of history.unfinished()) {
    if (processId !== ownProcessId && isAlive(processId)) continue
    history.update({
      ...run,
      phase: 'finished',
      outcome: 'interrupted',
      reason: 'The app ended while the pipeline ran. The log is kept up to that point; run the pipeline again.',
      finishedAtMs: run.startedAtMs ?? run.createdAtMs,
      logBytes: statSync(run.logFile, { throwIfNoEntry: false })?.size ?? 0,
      rev: run.rev + 1,
    })
  }
}

/** Removes our containers whose run is final: what a crash left behind. */
export async function removeLeftContainers(client: Pick<DockerClient, 'listOwn' | 'remove'>, history: RunHistory): Promise<void> {
  for (const { id, runId } of await client.listOwn()) {
    if (runId !== null && history.find(runId)?.phase === 'finished') await client.remove(id)
  }
}
