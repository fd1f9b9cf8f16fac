/** A run of the history that succeeded, with nothing special about it. */
import type { Run } from '@shared/contract/runs'
import { newRun } from '../runs/new-run'
import { logFile } from '../runs/log-files'

export function finishedRun(logsDir: string, id: string): Run {
  return newRun({
    id,
    pipeline: 'demo',
    workspaceRoot: '/work',
    runner: 'docker',
    pythonVersion: '3.11',
    logFile: logFile(logsDir, id),
    phase: 'finished',
    outcome: 'succeeded',
    exitCode: 0,
    createdAtMs: 1_000,
    begunAtMs: 1_000,
    startedAtMs: 2_000,
    codeStartedAtMs: 3_000,
    finishedAtMs: 4_000,
  })
}
