/** Durations, sizes and times as people read them, in the language of the window. */

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** 0.4 s · 12.3 s · 3 min 07 s · 1 h 02 min */
export function durationText(ms: number, language: string): string {
  const decimals = (value: number): string => new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value)
  const twoDigits = (value: number): string => String(value).padStart(2, '0')
  if (ms < 950) return `${Math.max(0, Math.round(ms))} ms`
  if (ms < minute) return `${decimals(Math.floor(ms / 100) / 10)} s`
  if (ms < hour) return `${Math.floor(ms / minute)} min ${twoDigits(Math.floor((ms % minute) / second))} s`
  return `${Math.floor(ms / hour)} h ${twoDigits(Math.floor((ms % hour) / minute))} min`
}

const units = ['B', 'KB', 'MB', 'GB', 'TB']

export function byteText(bytes: number, language: string): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: unit > 0 && value < 10 ? 1 : 0 }).format(value)} ${units[unit]}`
}

const memoryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Memory in the units in which limits are written: 64m in pipeline.json is 64 MiB. */
export function memoryText(bytes: number, language: string): string {
  let value = bytes
  let unit = 0
  while (value >= 1023.5 && unit < memoryUnits.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: unit > 0 && value < 10 ? 1 : 0 }).format(value)} ${memoryUnits[unit]}`
}

/** The time of day today, else the date with the time. */
export function momentText(atMs: number, nowMs: number, language: string): string {
  const sameDay = new Date(atMs).toDateString() === new Date(nowMs).toDateString()
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', second: '2-digit' }
  const format = sameDay ? time : { day: 'numeric' as const, month: 'short' as const, hour: '2-digit' as const, minute: '2-digit' as const }
  return new Intl.DateTimeFormat(language, format).format(atMs)
}

/** Local time with UTC beside it, for tooltips: the server thinks in UTC. */
export function fullMomentText(atMs: number, language: string): string {
  const local = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(atMs)
  return `${local} (${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC)`
}

export function shortDigest(digest: string): string {
  return digest.replace(/^.*sha256:/, '').slice(0, 12)
}
