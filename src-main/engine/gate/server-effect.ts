/** What the server does with its schedules once it has taken a commit, pure: what begins to fire, what stops, and when next. */
import type { GateSchedule } from '@shared/contract/gate'
import { planSchedule, type PlannedEntry } from '../schedule/schedule-plan'
import type { TreePipeline } from './tree-pipelines'

const shownTimes = 3

export function scheduleChanges(head: readonly TreePipeline[], base: readonly TreePipeline[], nowMs: number): GateSchedule[] {
  const now = firing(head)
  const before = firing(base)
  const shown = (entry: PlannedEntry, change: GateSchedule['change']): GateSchedule => ({
    pipeline: entry.pipeline,
    runConfigId: entry.runConfigId,
    timing: entry.timing,
    change,
    // The server registers every schedule anew when it takes a commit.
    nextAtMs: change === 'starts' ? entry.nextTimes(nowMs, nowMs, shownTimes) : [],
  })
  return [
    ...[...now.values()].filter(({ key }) => !before.has(key)).map((entry) => shown(entry, 'starts')),
    ...[...before.values()].filter(({ key }) => !now.has(key)).map((entry) => shown(entry, 'stops')),
  ].sort((a, b) => (a.nextAtMs[0] ?? Infinity) - (b.nextAtMs[0] ?? Infinity) || (a.pipeline < b.pipeline ? -1 : 1))
}

function firing(pipelines: readonly TreePipeline[]): Map<string, PlannedEntry> {
  return new Map(planSchedule(pipelines).filter(({ enabled }) => enabled).map((entry) => [entry.key, entry]))
}
