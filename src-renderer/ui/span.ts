/** Whole spans of time as people say them: 1 h 30 min. Pure. */

const units = [
  { seconds: 86_400, unit: 'day' },
  { seconds: 3_600, unit: 'h' },
  { seconds: 60, unit: 'min' },
  { seconds: 1, unit: 's' },
] as const

/** Parts that are zero are left out; `maximumParts` 2 makes 1 day 2 h of 1 day 2 h 3 min. */
export function spanText(seconds: number, language: string, maximumParts: number = units.length): string {
  const days = new Intl.NumberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' })
  let rest = Math.max(0, Math.floor(seconds))
  const parts: string[] = []
  const first = units.findIndex((unit) => rest >= unit.seconds)
  if (first < 0) return '0 s'
  for (const { seconds: size, unit } of units.slice(first, first + maximumParts)) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(unit === 'day' ? days.format(count) : `${count} ${unit}`)
  }
  return parts.join(' ')
}
