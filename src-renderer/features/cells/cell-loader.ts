/**
 * Reads the outputs of those cells that are in view, a few at a time, and again when they have grown. A notebook of a thousand
 * cells costs what the visible ones cost.
 */
import type { CellOutput } from '@shared/contract/runs'

export type CellContent = { index: number; source: string; outputs: CellOutput[] }

export type CellLoader = {
  /** What is known of the cell; the same object until it changes. */
  content(index: number): CellContent | undefined
  /** It is in view: read it, and again whenever it grows, until the answer is called. */
  watch(index: number): () => void
  /** Outputs of these cells have grown. */
  grew(indexes: readonly number[]): void
  /** Reads again what could not be read. */
  retry(): void
  subscribe(listener: () => void): () => void
  stop(): void
}

export type CellLoaderDeps = {
  read: (indexes: number[]) => Promise<CellContent[]>
  onFailure: (error: unknown) => void
  onSuccess: () => void
}

/** A cell that prints without pause is read this often. */
const againAfterMs = 150
const cellsAtOnce = 50
/** Of cells that are not in view so much stays in memory; going back to others reads them again. */
const keptChars = 20_000_000

function charsOf({ source, outputs }: CellContent): number {
  return outputs.reduce((sum, { data }) => sum + Object.values(data).reduce((chars, text) => chars + text.length, 0), source.length)
}

export function createCellLoader({ read, onFailure, onSuccess }: CellLoaderDeps): CellLoader {
  const known = new Map<number, CellContent>()
  const watched = new Map<number, number>()
  const stale = new Set<number>()
  const listeners = new Set<() => void>()
  let isReading = false
  let isStopped = false
  let timer: ReturnType<typeof setTimeout> | null = null

  const schedule = (delayMs: number): void => {
    if (isReading || isStopped) return
    timer ??= setTimeout(() => void readDue(), delayMs)
  }

  /** Those that were read first go first. */
  const forget = (): void => {
    const unwatched = [...known.values()].filter(({ index }) => !watched.has(index))
    let chars = unwatched.reduce((sum, cell) => sum + charsOf(cell), 0)
    for (const cell of unwatched) {
      if (chars <= keptChars) return
      chars -= charsOf(cell)
      known.delete(cell.index)
    }
  }

  const readDue = async (): Promise<void> => {
    timer = null
    const due = [...stale].filter((index) => watched.has(index)).slice(0, cellsAtOnce)
    if (due.length === 0) return
    for (const index of due) stale.delete(index)
    isReading = true
    try {
      const cells = await read(due)
      if (isStopped) return
      for (const cell of cells) {
        known.delete(cell.index)
        known.set(cell.index, cell)
      }
      forget()
      onSuccess()
      for (const listener of listeners) listener()
    } catch (error) {
      for (const index of due) stale.add(index)
      onFailure(error)
      return
    } finally {
      isReading = false
    }
    if ([...stale].some((index) => watched.has(index))) schedule(againAfterMs)
  }

  return {
    content: (index) => known.get(index),
    watch(index) {
      watched.set(index, (watched.get(index) ?? 0) + 1)
      if (!known.has(index)) stale.add(index)
      if (stale.has(index)) schedule(0)
      return () => {
        const left = (watched.get(index) ?? 1) - 1
        if (left > 0) watched.set(index, left)
        else watched.delete(index)
      }
    },
    grew(indexes) {
      for (const index of indexes) stale.add(index)
      if (indexes.some((index) => watched.has(index))) schedule(againAfterMs)
    },
    retry: () => schedule(0),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop() {
      isStopped = true
      if (timer !== null) clearTimeout(timer)
    },
  }
}
