/** When a schedule fires, pure: cron or interval, within its window, both ends included (FASTFLOW.md §2.3). */
import { nextCronTime, parseCron } from './cron'
import type { ScheduleTiming, ScheduleWindow } from './pipeline-config-model'

export type FireTimesInput = { timing: ScheduleTiming; window: ScheduleWindow; fromMs: number; count: number }

/** Ascending, at or after `fromMs`; an interval without a start counts from there. Empty for what can never fire. */
export function nextFireTimes({ timing, window, fromMs, count }: FireTimesInput): number[] {
  const next = timing.kind === 'cron' ? cronTimes(timing.expression) : intervalTimes(timing.seconds, window.startAtMs, fromMs)
  const times: number[] = []
  let at = window.startAtMs === null ? fromMs : Math.max(fromMs, window.startAtMs)
  while (times.length < count) {
    const time = next(at)
    if (time === null || (window.endAtMs !== null && time > window.endAtMs)) break
    times.push(time)
    at = time + 1
  }
  return times
}

/** Answers the first time at or after the given one. */
type NextTime = (fromMs: number) => number | null

function cronTimes(expression: string): NextTime {
  const parsed = parseCron(expression)
  return (fromMs) => (parsed.ok ? nextCronTime(parsed.cron, fromMs) : null)
}

function intervalTimes(seconds: number, startAtMs: number | null, registeredAtMs: number): NextTime {
  if (!(seconds > 0)) return () => null
  const intervalMs = seconds * 1000
  const firstMs = startAtMs ?? registeredAtMs + intervalMs
  return (fromMs) => firstMs + Math.max(0, Math.ceil((fromMs - firstMs) / intervalMs)) * intervalMs
}
