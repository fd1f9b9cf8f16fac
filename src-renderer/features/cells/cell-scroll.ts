/** Where a list of cells has to stand to show the end of one. Pure; in pixels. */
type List = { scrollTop: number; clientHeight: number }
type Cell = { offsetTop: number; offsetHeight: number }

const marginPixels = 14

/** Stays where it is if the whole cell is in view; a cell that is taller than the list shows its end. */
export function scrollTopForEnd(list: List, cell: Cell): number {
  const top = cell.offsetTop - marginPixels
  const bottom = cell.offsetTop + cell.offsetHeight + marginPixels
  if (bottom > list.scrollTop + list.clientHeight) return bottom - list.clientHeight
  // Where it does not fit, its end is what counts.
  const highest = Math.max(top, bottom - list.clientHeight)
  return Math.max(0, Math.min(list.scrollTop, highest))
}

export function isEndInView(list: List, cell: Cell): boolean {
  const bottom = cell.offsetTop + cell.offsetHeight
  return bottom >= list.scrollTop && bottom <= list.scrollTop + list.clientHeight + marginPixels
}
