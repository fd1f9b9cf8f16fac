/** Cron expressions in the window's own words, in both languages. */
import { createInstance, type i18n } from 'i18next'
import { beforeAll, expect, test } from 'vitest'
import german from '../../i18n/de.json'
import english from '../../i18n/en.json'
import { cronText } from './cron-text'

const instance: i18n = createInstance()

beforeAll(async () => {
  await instance.init({ resources: { en: { translation: english }, de: { translation: german } }, lng: 'en', nsSeparator: false, interpolation: { escapeValue: false } })
})

test.each([
  ['* * * * *', 'every minute', 'jede Minute'],
  ['*/15 * * * *', 'every 15 minutes', 'alle 15 Minuten'],
  ['5 * * * *', 'every hour at minute 5', 'jede Stunde zur Minute 5'],
  ['0 */6 * * *', 'every 6 hours at minute 0', 'alle 6 Stunden zur Minute 0'],
  ['30 6 * * *', 'every day at 06:30 UTC', 'täglich um 06:30 UTC'],
  ['30 6 * * mon-fri', 'Monday to Friday at 06:30 UTC', 'Montag bis Freitag um 06:30 UTC'],
  ['30 6 * * 1-5', 'Tuesday to Saturday at 06:30 UTC', 'Dienstag bis Samstag um 06:30 UTC'],
  ['0 9,17 * * mon,thu', 'Monday and Thursday at 09:00 and 17:00 UTC', 'Montag und Donnerstag um 09:00 und 17:00 UTC'],
  ['0 0 1,15 * *', 'on day 1 and day 15 of every month at 00:00 UTC', 'am 1. und am 15. jedes Monats um 00:00 UTC'],
  ['0 0 last * *', 'on the last day of every month at 00:00 UTC', 'am letzten Tag jedes Monats um 00:00 UTC'],
  ['0 0 1 jan,jul *', 'on day 1 of January and July at 00:00 UTC', 'am 1. im Januar und Juli um 00:00 UTC'],
  ['0 8 * jun-aug *', 'every day in June to August at 08:00 UTC', 'täglich im Juni bis August um 08:00 UTC'],
])('%s: %s, %s', (expression, en, de) => {
  expect(cronText(expression, instance.getFixedT('en'), 'en')).toBe(en)
  expect(cronText(expression, instance.getFixedT('de'), 'de')).toBe(de)
})

test('what no short sentence says clearly has no words', () => {
  for (const expression of ['0 9 1 * mon', '*/7 * * * *', '99 * * * *', '']) expect(cronText(expression, instance.getFixedT('en'), 'en'), expression).toBeNull()
})
