/**
 * What a cron expression says, where people would say it in one short sentence: as a shape for the window, which has words in
 * several languages, and as an English sentence for the command line. When it fires is cron.ts's part. Pure.
 */
import { parseCron, weekdayNames, type Cron } from './cron'

/** Values ascending; null: all of them. Weekdays count from 0 = Monday, months from 1; `times` are HH:MM in UTC. */
export type CronShape =
  | { kind: 'minutes'; every: number }
  | { kind: 'hours'; every: number; minute: number }
  | { kind: 'times'; times: string[]; weekdays: number[] | null; days: number[] | null; lastDay: boolean; months: number[] | null }

/** More than this is no sentence any more. */
const mostTimes = 4
const mostDays = 6

/** null for what is not valid, and for what is clearer as it is. */
export function cronShape(expression: string): CronShape | null {
  const parsed = parseCron(expression)
  if (!parsed.ok) return null
  const { cron } = parsed
  const weekdays = unlessAll(cron.weekdays, 7)
  const months = unlessAll(cron.months, 12)
  const days = unlessAll(cron.days, 31)
  const isEveryDay = weekdays === null && months === null && days === null
  const everyMinutes = stepOf(cron.minutes, 60)
  const everyHours = stepOf(cron.hours, 24)
  if (isEveryDay && everyHours === 1 && everyMinutes !== null && everyMinutes < 60) return { kind: 'minutes', every: everyMinutes }
  const [minute, ...moreMinutes] = cron.minutes
  if (isEveryDay && everyHours !== null && everyHours < 24 && minute !== undefined && moreMinutes.length === 0) return { kind: 'hours', every: everyHours, minute }
  const times = timesOf(cron)
  // Day and weekday both have to match on the server, which no short sentence says clearly.
  if (times.length > mostTimes || (weekdays !== null && (days !== null || cron.lastDay)) || (days?.length ?? 0) > mostDays) return null
  return { kind: 'times', times, weekdays, days, lastDay: cron.lastDay && days !== null, months }
}

function ascending(values: ReadonlySet<number>): number[] {
  return [...values].sort((a, b) => a - b)
}

function unlessAll(values: ReadonlySet<number>, count: number): number[] | null {
  return values.size === count ? null : ascending(values)
}

/** n where the values are 0, n, 2n … and go on so after the end, which 7 minutes do not; `end` for 0 alone. */
function stepOf(values: ReadonlySet<number>, end: number): number | null {
  const step = end / values.size
  return Number.isInteger(step) && ascending(values).every((value, index) => value === index * step) ? step : null
}

function timesOf({ hours, minutes }: Cron): string[] {
  if (hours.size * minutes.size > mostTimes) return Array.from({ length: hours.size * minutes.size }, () => '')
  return ascending(hours).flatMap((hour) => ascending(minutes).map((minute) => `${twoDigits(hour)}:${twoDigits(minute)}`))
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/** First and last where the values follow each other and are at least three: Monday to Friday. */
export function spanOf(values: readonly number[]): { first: number; last: number } | null {
  const [first, last] = [values[0], values.at(-1)]
  return first === undefined || last === undefined || values.length < 3 || last - first !== values.length - 1 ? null : { first, last }
}

const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

/** In words where that is simple, else the expression. */
export function describeCron(expression: string): string {
  const shape = cronShape(expression)
  if (shape === null) return expression
  switch (shape.kind) {
    case 'minutes':
      return shape.every === 1 ? 'every minute' : `every ${shape.every} minutes`
    case 'hours':
      return `${shape.every === 1 ? 'every hour' : `every ${shape.every} hours`} at minute ${shape.minute}`
    case 'times': {
      const months = shape.months === null ? null : namesOf(shape.months.map((month) => month - 1), monthNames)
      const days = [...(shape.days ?? []).map(String), ...(shape.lastDay ? ['the last day'] : [])]
      const weekdays = shape.weekdays === null ? null : namesOf(shape.weekdays, weekdayNames)
      const day = shape.days === null ? (weekdays ?? 'every day') : days[0] === 'the last day' ? 'the last day' : `day ${joined(days)}`
      const month = months === null ? (shape.days === null ? '' : ' of every month') : ` ${shape.days === null ? 'in' : 'of'} ${months}`
      return `${day}${month} at ${joined(shape.times)} UTC`
    }
  }
}

function namesOf(values: readonly number[], names: readonly string[]): string {
  const span = spanOf(values)
  return span === null ? joined(values.map((value) => names[value] ?? '')) : `${names[span.first] ?? ''} to ${names[span.last] ?? ''}`
}

function joined(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}` : (words[0] ?? '')
}
