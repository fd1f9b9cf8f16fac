/**
 * Cron expressions as the server reads them, with APScheduler (FASTFLOW.md §2.3): five parts, always UTC, weekday 0 is Monday,
 * day and weekday both have to match. Checked against the real one in cron.test.ts.
 */

/** Which values match, by value; `lastDay`: the last of the month does. */
export type Cron = { minutes: Set<number>; hours: Set<number>; days: Set<number>; lastDay: boolean; months: Set<number>; weekdays: Set<number> }

export type ParsedCron = { ok: true; cron: Cron } | { ok: false; message: string }

type Field = { name: string; least: number; most: number; words: readonly string[] }

const monthWords = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayWords = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const fields = {
  minute: { name: 'minute', least: 0, most: 59, words: [] },
  hour: { name: 'hour', least: 0, most: 23, words: [] },
  day: { name: 'day', least: 1, most: 31, words: [] },
  month: { name: 'month', least: 1, most: 12, words: monthWords },
  weekday: { name: 'weekday', least: 0, most: 6, words: weekdayWords },
} as const satisfies Record<string, Field>

export function parseCron(expression: string): ParsedCron {
  const parts = expression.trim().split(/\s+/)
  const [minute, hour, day, month, weekday] = parts
  if (parts.length !== 5 || !minute || !hour || !day || !month || !weekday) {
    return { ok: false, message: `A schedule has five parts (minute hour day month weekday), this one has ${expression.trim() === '' ? 0 : parts.length}` }
  }
  try {
    const days = day.split(',').filter((part) => !isLast(part))
    return {
      ok: true,
      cron: {
        minutes: valuesOf(minute.split(','), fields.minute),
        hours: valuesOf(hour.split(','), fields.hour),
        days: valuesOf(days, fields.day),
        lastDay: days.length < day.split(',').length,
        months: valuesOf(month.split(','), fields.month),
        weekdays: valuesOf(weekday.split(','), fields.weekday),
      },
    }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

/** APScheduler looks at the beginning only. */
function isLast(part: string): boolean {
  return /^last/i.test(part)
}

function valuesOf(parts: readonly string[], field: Field): Set<number> {
  return new Set(parts.flatMap((part) => valuesOfPart(part, field)))
}

function valuesOfPart(part: string, field: Field): number[] {
  const all = /^\*(?:\/(\d+))?$/.exec(part)
  if (all) {
    const step = stepOf(all[1], field.most - field.least, part, field)
    return range(field.least, field.most, step)
  }
  const numbers = /^(\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part)
  if (numbers) {
    const first = Number(numbers[1])
    const last = numbers[2] === undefined ? (numbers[3] === undefined ? first : null) : Number(numbers[2])
    checkRange(first, last, part, field)
    return range(first, last ?? field.most, stepOf(numbers[3], (last || field.most) - first, part, field))
  }
  // What follows the words is not looked at: mon-fri/2 is mon-fri.
  const words = field.words.length === 0 ? null : /^([a-z]+)(?:-([a-z]+))?/i.exec(part)
  if (words) {
    const first = wordValue(words[1] ?? '', part, field)
    const last = words[2] === undefined ? first : wordValue(words[2], part, field)
    checkRange(first, last, part, field)
    return range(first, last, 1)
  }
  throw new Error(`"${shortened(part)}" cannot be a ${field.name}`)
}

function wordValue(word: string, part: string, field: Field): number {
  const index = field.words.indexOf(word.toLowerCase())
  if (index < 0) throw new Error(`"${shortened(part)}" cannot be a ${field.name}; the names are ${field.words.join(', ')}`)
  return index + field.least
}

function checkRange(first: number, last: number | null, part: string, field: Field): void {
  if (last !== null && first > last) throw new Error(`"${shortened(part)}": the first ${field.name} of a range must not come after the last`)
  if (first < field.least || (last !== null && last > field.most)) throw new Error(`"${shortened(part)}": a ${field.name} is ${field.least} to ${field.most}`)
}

function stepOf(text: string | undefined, span: number, part: string, field: Field): number {
  if (text === undefined) return 1
  const step = Number(text)
  if (step === 0) throw new Error(`"${shortened(part)}": a step must be at least 1`)
  if (step > span) throw new Error(`"${shortened(part)}": the step is larger than the range of the ${field.name}`)
  return step
}

function range(first: number, last: number, step: number): number[] {
  const values: number[] = []
  for (let value = first; value <= last; value += step) values.push(value)
  return values
}

function shortened(text: string): string {
  return text.length > 30 ? `${text.slice(0, 30)}…` : text
}

const minuteMs = 60_000
const dayMs = 86_400_000
/** The calendar repeats after this many days: what does not come within them never comes. */
const calendarDays = 146_097
/** Python's dates end here. */
const endOfTimeMs = Date.UTC(9999, 11, 31, 23, 59)

/** The first fire time at or after `fromMs`; null: never again. */
export function nextCronTime(cron: Cron, fromMs: number): number | null {
  const firstMs = Math.ceil(fromMs / minuteMs) * minuteMs
  const firstDayMs = Math.floor(firstMs / dayMs) * dayMs
  for (let day = 0; day <= calendarDays; day += 1) {
    const startMs = firstDayMs + day * dayMs
    if (startMs > endOfTimeMs) return null
    if (!matchesDay(cron, new Date(startMs))) continue
    const atMs = firstTimeOfDay(cron, startMs, Math.max(startMs, firstMs))
    if (atMs !== null) return atMs
  }
  return null
}

function matchesDay(cron: Cron, date: Date): boolean {
  if (!cron.months.has(date.getUTCMonth() + 1) || !cron.weekdays.has((date.getUTCDay() + 6) % 7)) return false
  return cron.days.has(date.getUTCDate()) || (cron.lastDay && new Date(date.getTime() + dayMs).getUTCDate() === 1)
}

function firstTimeOfDay(cron: Cron, startMs: number, fromMs: number): number | null {
  const fromMinute = Math.round((fromMs - startMs) / minuteMs)
  for (let minute = fromMinute; minute < 1440; minute += 1) {
    if (!cron.hours.has(Math.floor(minute / 60))) minute += 59 - (minute % 60)
    else if (cron.minutes.has(minute % 60)) return startMs + minute * minuteMs
  }
  return null
}

export type CronRemark = { severity: 'error' | 'warning' | 'information'; message: string }

export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** What its author should know. */
export function lintCron(expression: string): CronRemark[] {
  const parsed = parseCron(expression)
  if (!parsed.ok) return [{ severity: 'error', message: `${parsed.message}. The server would not create this schedule.` }]
  const remarks: CronRemark[] = []
  const { cron } = parsed
  const [, , day = '', , weekday = ''] = expression.trim().split(/\s+/)
  const days = [...cron.weekdays].sort((a, b) => a - b)
  const restrictsWeekday = days.length < 7
  if (/\d/.test(weekday) && restrictsWeekday) {
    const names = days.map((value) => weekdayNames[value]).join(', ')
    const words = days.map((value) => weekdayWords[value]).join(',')
    remarks.push({ severity: 'warning', message: `The weekday ${weekday} means ${names} on the server: it counts from 0 = Monday. Write names, here "${words}".` })
  }
  if (restrictsWeekday && day !== '*') remarks.push({ severity: 'information', message: 'Day and weekday both have to match on the server; in ordinary cron one of them is enough.' })
  if (nextCronTime(cron, Date.UTC(2000, 0, 1)) === null) remarks.push({ severity: 'warning', message: 'This schedule never fires: there is no such day.' })
  return remarks
}
