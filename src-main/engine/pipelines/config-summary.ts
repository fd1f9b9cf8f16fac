/** What the window shows of a pipeline's config: names and words, no values of variables and no keys. Pure. */
import type { Pipeline, Timing } from '@shared/contract/pipelines'
import type { PipelineConfig, ScheduleTiming } from '@shared/pipeline-config-model'

export type ConfigSummary = Pick<
  Pipeline,
  | 'type'
  | 'enabled'
  | 'description'
  | 'tags'
  | 'pythonVersion'
  | 'runConfigs'
  | 'timings'
  | 'hasWebhook'
  | 'timeoutSeconds'
  | 'retryAttempts'
  | 'memoryLimitBytes'
  | 'cpuLimit'
  | 'maxInstances'
  | 'restartOnCrash'
  | 'downstream'
  | 'defaultEnvNames'
  | 'encryptedEnvNames'
  | 'secretNames'
>

export function summaryOfConfig(config: PipelineConfig): ConfigSummary {
  return {
    type: config.type,
    enabled: config.enabled,
    description: config.description,
    tags: config.tags,
    pythonVersion: config.pythonVersion,
    runConfigs: config.runConfigurations.map((entry) => ({
      id: entry.id,
      enabled: entry.enabled,
      timing: timingText(entry.timing),
      envNames: [...new Set([...Object.keys(entry.defaultEnv), ...Object.keys(entry.encryptedEnv)])].sort(),
      hasWebhook: entry.webhookKey !== null,
      timeoutSeconds: entry.timeoutSeconds,
      retryAttempts: entry.retryAttempts,
      memoryLimitBytes: entry.limits.memoryHardBytes,
      cpuLimit: entry.limits.cpuHard,
    })),
    timings: ownTimings(config),
    hasWebhook: config.webhookKey !== null || config.runConfigurations.some(({ webhookKey }) => webhookKey !== null),
    timeoutSeconds: config.timeoutSeconds,
    retryAttempts: config.retryAttempts,
    memoryLimitBytes: config.limits.memoryHardBytes,
    cpuLimit: config.limits.cpuHard,
    maxInstances: config.maxInstances,
    restartOnCrash: config.restartOnCrash,
    downstream: config.downstreamTriggers,
    defaultEnvNames: Object.keys(config.defaultEnv).sort(),
    encryptedEnvNames: Object.keys(config.encryptedEnv).sort(),
    secretNames: config.secrets,
  }
}

export function timingText(timing: ScheduleTiming): Timing {
  return timing.kind === 'cron' ? { kind: 'cron', text: timing.expression } : { kind: 'interval', text: `every ${timing.seconds} s` }
}

/** Schedules of run configurations replace the pipeline's own, but not `run_once_at` and `restart_interval` (FASTFLOW.md §2.1). */
function ownTimings(config: PipelineConfig): Timing[] {
  return [
    ...(config.timing !== null && config.runConfigurations.length === 0 ? [timingText(config.timing)] : []),
    ...(config.runOnceAtMs === null ? [] : [{ kind: 'once' as const, text: new Date(config.runOnceAtMs).toISOString() }]),
    ...(config.restartInterval === null ? [] : [{ kind: 'restart' as const, text: timingText(config.restartInterval).text }]),
  ]
}
