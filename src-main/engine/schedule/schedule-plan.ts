/** What fires of a workspace, pure: each pipeline's own timings and those of its run configurations (FASTFLOW.md §2.1, §2.2). */
import type { Problem, Timing } from '@shared/contract/pipelines'
import type { PipelineConfig, ScheduleTiming, ScheduleWindow } from '@shared/pipeline-config-model'
import { lintCron } from '@shared/cron'
import { nextFireTimes } from '@shared/schedule'
import { timingText } from '../pipelines/config-summary'

export type PlannedEntry = {
  /** Names the entry as long as its words stay the same. */
  key: string
  pipeline: string
  runConfigId: string | null
  timing: Timing
  enabled: boolean
  window: ScheduleWindow
  problems: Problem[]
  /** Ascending, at or after `fromMs`; an interval without a start counts from `registeredAtMs`. */
  nextTimes(fromMs: number, registeredAtMs: number, count: number): number[]
}

export type ScheduledPipeline = { name: string; metadataFile: string | null; config: PipelineConfig }

export function planSchedule(pipelines: readonly ScheduledPipeline[]): PlannedEntry[] {
  return pipelines.flatMap((pipeline) => {
    const { config } = pipeline
    const none: ScheduleWindow = { startAtMs: null, endAtMs: null }
    const entries: PlannedEntry[] = []
    const add = (timing: ScheduleTiming, kind: Timing['kind'] | null, window: ScheduleWindow, runConfigId: string | null, enabled: boolean): void => {
      const words = timingText(timing)
      entries.push(entryOf(pipeline, kind === null ? words : { kind, text: words.text }, timing, window, runConfigId, enabled))
    }
    // Run configurations replace the pipeline's own schedule, but not its single start and its restarts.
    if (config.runConfigurations.length === 0 && config.timing) add(config.timing, null, config, null, config.enabled)
    for (const entry of config.runConfigurations) add(entry.timing, null, entry, entry.id, config.enabled && entry.enabled)
    if (config.restartInterval) add(config.restartInterval, 'restart', none, null, config.enabled)
    if (config.runOnceAtMs !== null) entries.push(onceEntry(pipeline, config.runOnceAtMs))
    return entries
  })
}

function entryOf(pipeline: ScheduledPipeline, words: Timing, timing: ScheduleTiming, window: ScheduleWindow, runConfigId: string | null, enabled: boolean): PlannedEntry {
  const { startAtMs, endAtMs } = window
  return {
    key: JSON.stringify([pipeline.name, runConfigId, words, startAtMs, endAtMs]),
    pipeline: pipeline.name,
    runConfigId,
    timing: words,
    enabled,
    window: { startAtMs, endAtMs },
    problems: problemsOf(pipeline, timing, startAtMs),
    nextTimes(fromMs, registeredAtMs, count) {
      const fixed = timing.kind === 'interval' && startAtMs === null ? { startAtMs: registeredAtMs + timing.seconds * 1000, endAtMs } : { startAtMs, endAtMs }
      return nextFireTimes({ timing, window: fixed, fromMs, count })
    },
  }
}

function onceEntry(pipeline: ScheduledPipeline, atMs: number): PlannedEntry {
  const timing: Timing = { kind: 'once', text: new Date(atMs).toISOString() }
  return {
    key: JSON.stringify([pipeline.name, null, timing]),
    pipeline: pipeline.name,
    runConfigId: null,
    timing,
    enabled: pipeline.config.enabled,
    window: { startAtMs: null, endAtMs: null },
    problems: [],
    nextTimes: (fromMs) => (atMs >= fromMs ? [atMs] : []),
  }
}

function problemsOf(pipeline: ScheduledPipeline, timing: ScheduleTiming, startAtMs: number | null): Problem[] {
  const place = { file: pipeline.metadataFile, line: null, column: null }
  if (timing.kind === 'cron') return lintCron(timing.expression).map((remark) => ({ ...remark, ...place }))
  if (startAtMs !== null) return []
  const message = 'Every sync of the server starts this interval anew; with syncs more often than the interval it never fires there. Add schedule_start, or use cron.'
  return [{ severity: 'information', message, ...place }]
}
