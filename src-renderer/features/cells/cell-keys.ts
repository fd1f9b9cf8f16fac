/** The arrow keys go from cell to cell, Home and End to the first and last. */
import type { KeyboardEvent } from 'react'

/** `list` holds `count` elements with `data-cell`, of which the focus can be in one. */
export function moveBetweenCells(event: KeyboardEvent, list: HTMLElement, count: number): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || count === 0) return
  const at = Number(document.activeElement?.closest('[data-cell]')?.getAttribute('data-cell') ?? -1)
  const to = cellAfterKey(event.key, at, count)
  const next = to === null ? null : list.querySelector<HTMLElement>(`[data-cell="${to}"]`)
  if (next === null) return
  event.preventDefault()
  next.focus({ preventScroll: true })
  // Of a cell that is taller than the list one wants to see its beginning.
  next.scrollIntoView({ block: next.offsetHeight > list.clientHeight ? 'start' : 'nearest' })
}

/** `at` -1: in none. null: the key means something else. */
export function cellAfterKey(key: string, at: number, count: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return Math.min(count - 1, at + 1)
    case 'ArrowUp':
      return Math.max(0, at - 1)
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
