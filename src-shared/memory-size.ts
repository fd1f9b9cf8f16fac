/** Amounts of memory in words of a pipeline.json: `512m`, and what people write for it. Pure. */

const factors: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }

/** Bytes, exactly as the server reads them: a whole number with k, m, g or nothing; null where it fails. May be 0 or negative. */
export function parseServerMemory(text: string): number | null {
  const match = /^([+-]?\d+(?:_\d+)*)\s*([gmk]?)$/.exec(text.trim().toLowerCase())
  if (!match) return null
  const value = Number((match[1] ?? '').replaceAll('_', '')) * (factors[match[2] ?? ''] ?? 1)
  return Number.isSafeInteger(value) ? value : null
}

/** Bytes, also of what only people understand: `1.5g`, `512 MB`, `1GiB`; null when it is no amount or not above 0. */
export function parseMemoryBytes(text: string): number | null {
  const match = /^(\d{1,16}(?:[.,]\d{1,16})?)\s*([kmgt]?)(?:i?b)?$/.exec(text.trim().toLowerCase())
  if (!match) return null
  const value = Math.round(Number((match[1] ?? '').replace(',', '.')) * (factors[match[2] ?? ''] ?? 1))
  return Number.isSafeInteger(value) && value > 0 ? value : null
}

/** The shortest form that the server reads. */
export function serverMemoryText(bytes: number): string {
  for (const unit of ['g', 'm', 'k']) {
    const factor = factors[unit] ?? 1
    if (bytes % factor === 0) return `${bytes / factor}${unit}`
  }
  return String(bytes)
}
