/** Sizes of memory for sentences: in powers of 1024, as pipeline.json and container engines count. */
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** 64 MiB, 1.5 GiB; at most one decimal, none from 100 on. */
export function memoryText(bytes: number): string {
  let value = bytes
  let unit = 0
  // What would be rounded to 1024 is one of the next unit.
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = value >= 100 || unit === 0 ? 0 : 1
  return `${Number(value.toFixed(digits))} ${units[unit] ?? ''}`
}
