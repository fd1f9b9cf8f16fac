/** A cron expression as a sentence in the language of the window. Pure: the words come in as `t`. */
import type { TFunction } from 'i18next'
import { cronShape, spanOf } from '@shared/cron-words'

/** null where the expression itself is clearer, and where it is not valid. */
export function cronText(expression: string, t: TFunction, language: string): string | null {
  const shape = cronShape(expression)
  if (shape === null) return null
  switch (shape.kind) {
    case 'minutes':
      return t('schedule.cron.minutes', { count: shape.every })
    case 'hours':
      return t('schedule.cron.hours', { count: shape.every, minute: shape.minute })
    case 'times': {
      const list = new Intl.ListFormat(language, { type: 'conjunction' })
      const names = (values: readonly number[], name: (value: number) => string): string => {
        const span = spanOf(values)
        return span === null ? list.format(values.map(name)) : t('schedule.cron.span', { first: name(span.first), last: name(span.last) })
      }
      const days = [...(shape.days ?? []).map((day) => t('schedule.cron.day', { day })), ...(shape.lastDay ? [t('schedule.cron.lastDay')] : [])]
      const which = shape.days !== null ? 'days' : shape.weekdays !== null ? 'weekdays' : 'daily'
      return t(`schedule.cron.${which}${shape.months === null ? '' : 'InMonths'}`, {
        times: list.format(shape.times),
        days: list.format(days),
        weekdays: names(shape.weekdays ?? [], (weekday) => weekdayName(weekday, language)),
        months: names(shape.months ?? [], (month) => new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, month - 1, 1))),
      })
    }
  }
}

/** 0 is Monday, as the server counts. The first of January 2024 was one. */
function weekdayName(weekday: number, language: string): string {
  return new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + weekday))
}
