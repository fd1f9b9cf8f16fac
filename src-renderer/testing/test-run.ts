/** A run for tests, as the engine would send it. */
import type { Run } from '@shared/contract/runs'

export function testRun(change: Partial<Run> = {}): Run {
  return {
    id: '00000000-0000-4000-8000-000000000001', pipeline: 'hello', workspaceRoot: '/work', runner: 'docker', phase: 'running', outcome: null, setupFault: null, trigger: 'manual', runConfigId: null,
    parentRunId: null, attempt: 0, retryAttempts: 0, queue: null, waitUntilAtMs: null, exitCode: null, reason: null,
    createdAtMs: 1_000, begunAtMs: 1_000, startedAtMs: 1_500, codeStartedAtMs: 3_000, finishedAtMs: null, prepareMs: 400, setupMs: 1_500, codeMs: null,
    pythonVersion: '3.11', pythonVersionUsed: null, uvVersion: null, image: null, imageDigest: null, cacheWasWarm: null, ranOffline: null, envNames: [],
    secretNames: [], memoryLimitBytes: null, cpuLimit: null, memorySoftLimitBytes: null, cpuSoftLimit: null, timeoutSeconds: null, peakMemoryBytes: null, peakCpuPercent: null,
    route: null, cells: null, notebookFile: null,
    ofCommit: null,
    gitCommit: null, gitBranch: null, gitDirty: null, gitTree: null, commandLine: null, logFile: '/logs/1.log', logBytes: 0, logOmittedBytes: 0, notices: [], rev: 1,
    ...change,
  }
}
