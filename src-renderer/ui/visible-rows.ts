/** Which rows of a long list are in view: only those are in the page, so that ten thousand stay quick. */
import { type RefObject, useEffect, useRef, useState } from 'react'

const overscanRows = 12

export type VisibleRows = {
  host: RefObject<HTMLDivElement | null>
  first: number
  /** Exclusive. */
  last: number
  /** Whole rows that fit. */
  pageRows: number
  scrollTo(index: number): void
}

export function useVisibleRows(count: number, rowHeight: number): VisibleRows {
  const [view, setView] = useState({ top: 0, height: 600 })
  const host = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const element = host.current
    if (element === null) return
    const measure = (): void => setView({ top: element.scrollTop, height: element.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])

  return {
    host,
    first: Math.max(0, Math.floor(view.top / rowHeight) - overscanRows),
    last: Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + overscanRows),
    pageRows: Math.max(1, Math.floor(view.height / rowHeight) - 1),
    scrollTo(index) {
      const element = host.current
      const top = index * rowHeight
      if (element === null) return
      if (top < element.scrollTop) element.scrollTop = top
      else if (top + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight - element.clientHeight
    },
  }
}

/** What the keys that move the focus of a list do, by the key's name. @param pageRows how many rows a page is */
export function rowMoves(focusRow: (index: number) => void, focused: number, count: number, pageRows: number): Record<string, () => void> {
  return {
    ArrowDown: () => focusRow(focused + 1),
    ArrowUp: () => focusRow(focused - 1),
    PageDown: () => focusRow(focused + pageRows),
    PageUp: () => focusRow(focused - pageRows),
    Home: () => focusRow(0),
    End: () => focusRow(count - 1),
  }
}
