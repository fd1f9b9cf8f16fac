/** Keeps the end of the running cell in view until the reader scrolls away from it; going back to it follows again. */
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { isEndInView, scrollTopForEnd } from './cell-scroll'

/** A scroll this soon after wheel, key or pointer is the reader's; others come from content that grows. */
const intentMs = 600

export type FollowCell = {
  isFollowing: boolean
  followAgain: () => void
  /** To be put on the list. */
  onIntent: () => void
  onScroll: () => void
}

/** `current`: the cell to follow; null: none. `list` holds elements with `data-cell`. */
export function useFollowCell(list: RefObject<HTMLElement | null>, current: number | null): FollowCell {
  const [isFollowing, setIsFollowing] = useState(true)
  const intentAtMs = useRef(0)

  const currentCell = useCallback(() => (current === null ? null : (list.current?.querySelector<HTMLElement>(`[data-cell="${current}"]`) ?? null)), [list, current])

  useEffect(() => {
    const cell = currentCell()
    if (!isFollowing || cell === null) return
    const showEnd = (): void => {
      if (list.current !== null) list.current.scrollTop = scrollTopForEnd(list.current, cell)
    }
    // Outputs, plots and tables get their height one after the other.
    const observer = new ResizeObserver(showEnd)
    observer.observe(cell)
    showEnd()
    return () => observer.disconnect()
  }, [list, currentCell, isFollowing])

  return {
    isFollowing,
    followAgain: () => setIsFollowing(true),
    onIntent: () => {
      intentAtMs.current = performance.now()
    },
    onScroll: () => {
      const cell = currentCell()
      if (cell !== null && list.current !== null && performance.now() - intentAtMs.current < intentMs) setIsFollowing(isEndInView(list.current, cell))
    },
  }
}
