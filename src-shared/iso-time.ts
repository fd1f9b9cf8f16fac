/**
 * Times in a pipeline.json as the server reads them (FASTFLOW.md §2.4): Python 3.11's datetime.fromisoformat, its leniency
 * included, with `Z` for UTC; no offset means UTC, and a date alone is the start or the end of its day. Pure.
 */

type Fields = { hour: number; minute: number; second: number; microsecond: number }
type DateParts = { year: number; month: number; day: number }

const dayMs = 86_400_000

/**
 * Milliseconds since 1970, cut off, not rounded; null: the server cannot read it. `end`: a date alone is the last moment of
 * that day; `start` and `exact`: the first.
 */
export function parseServerTime(text: string, meaning: 'start' | 'end' | 'exact'): number | null {
  const trimmed = text.trim()
  if (!/[T ]/.test(trimmed)) return parseIsoTime(`${trimmed}T${meaning === 'end' ? '23:59:59.999999' : '00:00:00'}+00:00`)
  return parseIsoTime(trimmed.replaceAll('Z', '+00:00'))
}

function parseIsoTime(text: string): number | null {
  const dateLength = lengthOfDate(text)
  const days = daysOfDate(text.slice(0, dateLength))
  // The separator may be any one character.
  const separator = String.fromCodePoint(text.codePointAt(dateLength) ?? 0)
  const time = text.slice(dateLength + separator.length)
  if (days === null || time === '') return null
  const signAt = time.search(/[+\-Z]/)
  // A Z that was not replaced stands before the offset that was added to a date alone.
  if (time[signAt] === 'Z') return null
  const clock = signAt < 0 ? readClock(time, false) : readClock(time.slice(0, signAt), true)
  if (clock === null || clock.hour > 23 || clock.minute > 59 || clock.second > 59) return null
  const offset = readClock(signAt < 0 ? '00' : time.slice(signAt + 1), false)
  if (offset === null) return null
  const offsetMicroseconds = microsecondsOf(offset) * (time[signAt] === '-' ? -1 : 1)
  if (Math.abs(offsetMicroseconds) >= dayMs * 1000) return null
  const atMs = days * dayMs + Math.floor((microsecondsOf(clock) - offsetMicroseconds) / 1000)
  return atMs >= utcOf({ year: 1, month: 1, day: 1 }) && atMs < utcOf({ year: 10_000, month: 1, day: 1 }) ? atMs : null
}

/** Where the separator stands: compact dates and weeks make it a question. */
function lengthOfDate(text: string): number {
  if (text[4] === '-') {
    if (text[5] !== 'W') return 10
    // 2026-W03-4 is a day, 2026-W03-10 is ten o'clock.
    return text[8] === '-' && !/\d/.test(text[10] ?? ' ') ? 10 : 8
  }
  if (text[4] !== 'W') return 8
  let end = 7
  while (/\d/.test(text[end] ?? ' ')) end++
  if (end < 9) return end
  return end % 2 === 0 ? 7 : 8
}

/** Days since 1970. */
function daysOfDate(text: string): number | null {
  const calendar = /^(\d{4})(-?)(\d{2})\2(\d{2})$/.exec(text)
  if (calendar) return daysOfCalendar({ year: Number(calendar[1]), month: Number(calendar[3]), day: Number(calendar[4]) })
  const week = /^(\d{4})(-?)W(\d{2})(?:\2([0-9]))?$/.exec(text)
  if (week) return daysOfWeekDate(Number(week[1]), Number(week[3]), Number(week[4] ?? 1))
  return null
}

function daysOfCalendar(parts: DateParts): number | null {
  const date = new Date(utcOf(parts))
  const isReal = parts.year >= 1 && date.getUTCFullYear() === parts.year && date.getUTCMonth() === parts.month - 1 && date.getUTCDate() === parts.day
  return isReal ? date.getTime() / dayMs : null
}

function daysOfWeekDate(year: number, week: number, weekday: number): number | null {
  if (year < 1 || week < 1 || weekday < 1 || weekday > 7) return null
  const monday = mondayOfFirstWeek(year) + (week - 1) * 7
  return monday < mondayOfFirstWeek(year + 1) ? monday + weekday - 1 : null
}

/** The week that holds 4 January. */
function mondayOfFirstWeek(year: number): number {
  const days = utcOf({ year, month: 1, day: 4 }) / dayMs
  // 1970 began on a Thursday.
  return days - ((((days + 3) % 7) + 7) % 7)
}

/** Date.UTC would take the years 0 to 99 as 1900 to 1999. */
function utcOf({ year, month, day }: DateParts): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime()
}

/**
 * HH, HHMM, HH:MM, HHMMSS or HH:MM:SS, then a fraction of a second, which Python allows after each of them. Of a clock before an
 * offset Python does not look at one more character (so `10:30 +01:00` works), nor at what follows six digits of fraction.
 */
function readClock(text: string, beforeOffset: boolean): Fields | null {
  const match = /^(\d{2})(?:(:?)(\d{2})(?:\2(\d{2}))?)?/.exec(text)
  if (!match) return null
  const fraction = readFraction(text.slice(match[0].length), match, beforeOffset)
  return fraction === null ? null : { hour: Number(match[1]), minute: Number(match[3] ?? 0), second: Number(match[4] ?? 0), microsecond: fraction }
}

/** Microseconds. */
function readFraction(rest: string, clock: RegExpExecArray, beforeOffset: boolean): number | null {
  if (rest === '') return 0
  if (rest.length === 1) return beforeOffset && rest < '\x7F' ? 0 : null
  const isAfterSeconds = clock[4] !== undefined
  const isCompact = clock[2] === ''
  const lead = /^[.,]/.test(rest) || (isAfterSeconds && !isCompact && rest.startsWith(':')) ? 1 : 0
  if (lead === 0 && !(isAfterSeconds && isCompact)) return null
  const match = /^(\d{1,6})\d*/.exec(rest.slice(lead))
  if (!match) return null
  const digits = match[1] ?? ''
  const isComplete = lead + match[0].length === rest.length || (beforeOffset && digits.length === 6)
  return isComplete ? Number(digits.padEnd(6, '0')) : null
}

function microsecondsOf({ hour, minute, second, microsecond }: Fields): number {
  return ((hour * 60 + minute) * 60 + second) * 1_000_000 + microsecond
}
