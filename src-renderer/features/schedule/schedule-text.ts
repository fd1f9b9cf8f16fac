/** What is said about an entry of the schedule: whether it fires, why not, and its interval. Pure. */
import type { Pipeline, Timing } from '@shared/contract/pipelines'
import type { ScheduleEntry } from '@shared/contract/schedule'

/**
 * `fires`: it has a next time. The others say why not: the pipeline or the entry is disabled, its window has ended, its one
 * moment is over, or no date ever matches.
 */
export const silentStates = ['pipeline-disabled', 'entry-disabled', 'ended', 'over', 'never'] as const
export type EntryState = 'fires' | (typeof silentStates)[number]

export function entryState(entry: ScheduleEntry, pipeline: Pick<Pipeline, 'enabled'> | undefined, nowMs: number): EntryState {
  if (!entry.enabled) return pipeline?.enabled === false ? 'pipeline-disabled' : 'entry-disabled'
  if (entry.nextAtMs !== null) return 'fires'
  if (entry.endAtMs !== null && entry.endAtMs < nowMs) return 'ended'
  return entry.timing.kind === 'once' ? 'over' : 'never'
}

/** Of `every 3600 s`; null for a cron expression and a moment. */
export function intervalSeconds(timing: Timing): number | null {
  const match = /^every (-?\d+(?:\.\d+)?) s$/.exec(timing.text)
  return match === null ? null : Number(match[1])
}

/** Entries have no id of their own: two can even say the same. */
export function entryKeys(entries: readonly Pick<ScheduleEntry, 'pipeline' | 'runConfigId' | 'timing'>[]): string[] {
  const seen = new Map<string, number>()
  return entries.map(({ pipeline, runConfigId, timing }) => {
    const key = JSON.stringify([pipeline, runConfigId, timing.kind, timing.text])
    const count = seen.get(key) ?? 0
    seen.set(key, count + 1)
    return `${key}${count}`
  })
}

type Firing = Pick<ScheduleEntry, 'runConfigId' | 'timing'>

/** The answer for one entry among those of its pipeline. */
export function findFiring<T extends Firing>(candidates: readonly T[], { runConfigId, timing }: Firing): T | undefined {
  return candidates.find((other) => other.runConfigId === runConfigId && other.timing.kind === timing.kind && other.timing.text === timing.text)
}

/** Names of pipelines that start by themselves on this computer. */
export function firingPipelines(schedule: { active: boolean; entries: readonly ScheduleEntry[] } | null): ReadonlySet<string> {
  if (schedule === null || !schedule.active) return new Set()
  return new Set(schedule.entries.filter(({ enabled, nextAtMs }) => enabled && nextAtMs !== null).map(({ pipeline }) => pipeline))
}

/** 2026-01-05 09:00:00 UTC */
export function utcText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** With the weekday, which is what people get wrong. */
export function localText(atMs: number, language: string): string {
  return new Intl.DateTimeFormat(language, { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(atMs)
}
