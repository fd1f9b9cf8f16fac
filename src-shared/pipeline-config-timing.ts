/**
 * When something fires: cron or interval, its window, the single start, the regular restart (FASTFLOW.md §2.1 to §2.4). What a
 * cron expression means is in cron.ts.
 */
import type { PipelineConfig, ScheduleTiming, ScheduleWindow } from './pipeline-config-model'
import { parseServerTime } from './iso-time'
import { lintCron } from './cron'
import type { Entry, Field, Reading } from './pipeline-config-reading'
import { pythonInt, pythonIntOfText, pythonText, withArticle, written } from './pipeline-config-values'

export const timingKeys: readonly string[] = ['schedule_cron', 'schedule_interval_seconds', 'schedule_start', 'schedule_end']

type Entries = ReadonlyMap<string, Entry>

/** Cron wins. In entries the server keeps an interval of 0 or less, and fails on it later; at the top it is none. */
export function readTiming(entries: Entries, reading: Reading, inEntry: boolean): ScheduleTiming | null {
  const cron = readCron(entries.get('schedule_cron'), reading)
  const interval = readInterval(entries.get('schedule_interval_seconds'), reading, inEntry)
  if (cron === null) return interval
  if (interval !== null) {
    const { key } = entries.get('schedule_interval_seconds') ?? {}
    if (key) reading.report('warning', '"schedule_interval_seconds" is ignored by the server, because "schedule_cron" is there too.', key)
  }
  return cron
}

function readCron(entry: Entry | undefined, reading: Reading): ScheduleTiming | null {
  if (!entry || entry.value.type === 'null') return null
  const { value } = entry
  if (value.type !== 'string') {
    reading.report('error', `"schedule_cron" must be a text like "0 9 * * mon-fri", not ${withArticle(value.type)}.`, value)
  }
  const expression = pythonText(value, reading)?.trim() ?? ''
  if (expression === '') return null
  if (value.type === 'string') for (const { severity, message } of lintCron(expression)) reading.report(severity, message, value)
  return { kind: 'cron', expression }
}

function readInterval(entry: Entry | undefined, reading: Reading, inEntry: boolean): ScheduleTiming | null {
  if (!entry || entry.value.type === 'null') return null
  const { value } = entry
  const seconds = pythonInt(value, reading)
  const message = `"schedule_interval_seconds" must be a whole number above 0, not ${written(value, reading)}`
  switch (seconds.kind) {
    case 'infinite':
      reading.drop('has a schedule_interval_seconds that is not finite', value)
      return null
    case 'unreadable':
      reading.report('error', `${message}; the server ignores it.`, value)
      return null
    case 'number':
      if (seconds.value <= 0) {
        reading.report('error', `${message}; it never fires on the server.`, value)
        return inEntry ? { kind: 'interval', seconds: seconds.value } : null
      }
      if (value.type === 'string') reading.report('warning', `${message}; the server takes it as ${seconds.value}.`, value)
      else if (value.type === 'boolean' || seconds.value !== value.value) reading.report('error', `${message}; the server takes it as ${seconds.value}.`, value)
      return { kind: 'interval', seconds: seconds.value }
  }
}

export function readWindow(entries: Entries, reading: Reading): ScheduleWindow {
  const start = entries.get('schedule_start')
  const end = entries.get('schedule_end')
  const window = { startAtMs: readTime('schedule_start', start, { meaning: 'start', reading }), endAtMs: readTime('schedule_end', end, { meaning: 'end', reading }) }
  if (end && window.startAtMs !== null && window.endAtMs !== null && window.endAtMs < window.startAtMs) {
    reading.report('warning', '"schedule_end" is before "schedule_start": it never fires.', end.value)
  }
  return window
}

/** Without a timing a window says nothing. */
export function reportIdleWindow(entries: Entries, { report }: Reading): void {
  for (const name of ['schedule_start', 'schedule_end']) {
    const entry = entries.get(name)
    if (entry && entry.value.type !== 'null') report('warning', `"${name}" has no effect without "schedule_cron" or "schedule_interval_seconds".`, entry.key)
  }
}

export function readRunOnceAt({ key, value, target, reading }: Field<PipelineConfig>): void {
  target.runOnceAtMs = readTime('run_once_at', { key, value }, { meaning: 'exact', reading })
}

function readTime(name: string, entry: Entry | undefined, { meaning, reading }: { meaning: 'start' | 'end' | 'exact'; reading: Reading }): number | null {
  if (!entry || entry.value.type === 'null') return null
  const { value } = entry
  const text = pythonText(value, reading)
  if (text?.trim() === '') return null
  const atMs = text === null ? null : parseServerTime(text, meaning)
  const form = 'a date or time like "2026-01-31" or "2026-01-31T09:00:00Z"'
  if (atMs === null) reading.report('error', `"${name}" must be ${form}, not ${written(value, reading)}; the server ignores it.`, value)
  else if (value.type !== 'string') reading.report('warning', `"${name}" should be ${form} in quotes.`, value)
  return atMs
}

export function readRestartInterval({ value, target, reading }: Field<PipelineConfig>): void {
  if (value.type === 'null') return
  const text = pythonText(value, reading)?.trim()
  if (text === '') return
  if (text !== undefined && text.split(/\s+/).length === 5) {
    for (const { severity, message } of lintCron(text)) reading.report(severity, message, value)
    target.restartInterval = { kind: 'cron', expression: text }
    return
  }
  const seconds = text === undefined ? null : pythonIntOfText(text)
  if (seconds !== null && seconds > 0) target.restartInterval = { kind: 'interval', seconds }
  else {
    const form = 'a cron expression of 5 parts or a number of seconds above 0'
    reading.report('error', `"restart_interval" must be ${form}, not ${written(value, reading)}; the server ignores it.`, value)
  }
}
