/** "Did you mean": the names that are nearest to a misspelt one. */

const maxNameLength = 64

/** Nearest first, at most `limit`; empty when nothing is near enough to be what was meant. */
export function closestNames(wanted: string, names: Iterable<string>, limit = 1): string[] {
  if (wanted.length > maxNameLength) return []
  const maxDistance = Math.max(1, Math.min(3, Math.floor(wanted.length / 3)))
  const near: { name: string; distance: number }[] = []
  for (const name of names) {
    if (name.length > maxNameLength || Math.abs(name.length - wanted.length) > maxDistance) continue
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase())
    if (distance <= maxDistance) near.push({ name, distance })
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return near.slice(0, limit).map(({ name }) => name)
}

/** Levenshtein with three rows: two neighbours that changed places are one mistake. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = isSwap ? (beforePrevious[column - 2] ?? 0) + 1 : replaced
      current.push(Math.min(replaced, swapped, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? 0
}
