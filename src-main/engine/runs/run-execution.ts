/**
 * One run from the moment it has its slot until it is final: what a runner tells becomes the record, the log, the metrics and
 * the cells; the end becomes an outcome. The same for a run that is taken over from an earlier process.
 */
import { toWireError } from '@shared/app-error'
import type { Run } from '@shared/contract/runs'
import type { PipelineLimits } from '@shared/pipeline-config-model'
import type { Publish } from '../events'
import type { GitFacts } from '../git/git-facts'
import { createCellStore } from '../notebooks/cell-store'
import { notStarted, type RunnerExit, type RunnerHooks } from '../runners/runner'
import { createMasker, maskText } from '../secrets/masker'
import { stopCauseOf, type LiveRun } from './live-run'
import { createMetricsLog } from './metrics-log'
import { verdictOf } from './outcome'
import { createOutputChain } from './output-chain'
import { createRunTimeout } from './run-timeout'
import { createSetupText } from './setup-fault'
import { createSoftLimitWatch } from './soft-limits'

export type ExecutionDeps = {
  publish: Publish
  logsDir: string
  isWarm: (warmKey: string) => boolean
  rememberWarm: (warmKey: string) => void
}

/** What an execution must know of a plan; of a run that is taken over it comes from the record and the container. */
export type ExecutionPlan = {
  limits: PipelineLimits
  timeoutSeconds: number | null
  hasRequirements: boolean
  maskValues: readonly string[]
  /** The notebook file; null for a script. */
  notebookSource: string | null
}

/** Lets `runner` do its work and makes the run final, whatever happens. Never rejects. */
export async function execute(run: LiveRun, plan: ExecutionPlan, runner: (hooks: RunnerHooks) => Promise<RunnerExit>, git: Promise<GitFacts> | null, deps: ExecutionDeps): Promise<void> {
  const { id } = run.current()
  const { signal } = run.stop
  let startedMs = 0
  let codeStartedMs: number | null = null
  let warmKey: string | null = null
  let samples = 0
  const setupText = createSetupText()
  const metrics = createMetricsLog(deps.logsDir, id)
  const softLimits = createSoftLimitWatch(plan.limits, (message) => run.notice(message))
  const timeout = createRunTimeout(plan.timeoutSeconds, () => run.stop.abort('timeout'))

  /** A phase never leads back out of "stopping". */
  const enter = (phase: Run['phase'], patch: Partial<Run> = {}): void => void run.change(signal.aborted ? patch : { phase, ...patch })
}
