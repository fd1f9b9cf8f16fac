/**
 * What is typed in the result of a conflict, kept in the working file: nothing typed is lost with the tab or the app, and nothing that
 * somebody else wrote into the file meanwhile is written over unseen.
 */
import { toWireError } from '@shared/app-error'

/** What stands in the file and is not what was typed on; null: there is no text any more. */
export type Outside = { text: string | null }

export type ResultKeeperDeps = {
  /** As the file was read. */
  text: string
  read: () => Promise<string | null>
  /** `expected` is what the file must hold (null: whatever), else it rejects with file/changed-on-disk. */
  write: (text: string, expected: string | null) => Promise<unknown>
  /** Nothing was typed that is not in the file: the new text of the file is the text. */
  onTaken: (text: string) => void
  /** It is for the user to say which one counts; null: no more. */
  onOutside: (outside: Outside | null) => void
  onError: (error: unknown) => void
}

export type ResultKeeper = {
  /** The text is this one now. */
  edit(text: string): void
  /** Writes what is not in the file yet. */
  keep(): Promise<void>
  /** Whether the file is what it was. */
  look(): Promise<void>
  /** The file holds this text now, as was wanted. */
  take(text: string): void
  load(): void
  keepMine(): Promise<void>
  /** The last write; afterwards nothing is kept any more, unless it fails. */
  finish(write: (text: string, expected: string | null) => Promise<void>): Promise<void>
}

export function createResultKeeper({ text, read, write, onTaken, onOutside, onError }: ResultKeeperDeps): ResultKeeper {
  let onDisk: string | null = text
  let latest = text
  let outside: Outside | null = null
  let isOver = false
  /** Counts begin and end of each write: what was read in between may be either text. */
  let writes = 0
  let queue: Promise<void> = Promise.resolve()

  const show = (next: Outside | null): void => {
    if (outside === null && next === null) return
    outside = next
    onOutside(next)
  }

  const take = (found: string): void => {
    const isNews = found !== latest
    onDisk = latest = found
    show(null)
    // A look can be quicker than the answer of who wrote it: taken twice it would have to be undone twice.
    if (isNews) onTaken(found)
  }

  const look = async (): Promise<void> => {
    const before = writes
    try {
      const found = await read()
      if (isOver || writes !== before) return
      if (found === onDisk) show(null)
      else if (found === latest) {
        onDisk = found
        show(null)
      } else if (found !== null && latest === onDisk) take(found)
      else show({ text: found })
    } catch (error) {
      // No conflict any more: the page finds that out by itself.
      if (!isOver && toWireError(error).code !== 'git/not-found') onError(error)
    }
  }

  /** One write after the other, so that each knows what the file holds. */
  const put = (task: (text: string, expected: string | null) => Promise<unknown>, isLast: boolean): Promise<void> =>
    (queue = queue.then(async () => {
      if (isOver || outside !== null || (!isLast && latest === onDisk)) return
      const mine = latest
      writes += 1
      isOver = isLast
      try {
        await task(mine, onDisk)
        onDisk = mine
      } catch (error) {
        isOver = false
        if (toWireError(error).code !== 'file/changed-on-disk') onError(error)
      }
      writes += 1
      if (onDisk !== mine) await look()
    }))

  return {
    edit(next) {
      latest = next
    },
    keep: () => put(write, false),
    look,
    take,
    load() {
      if (outside?.text != null) take(outside.text)
    },
    keepMine() {
      onDisk = outside === null ? onDisk : outside.text
      show(null)
      return put(write, false)
    },
    finish: (last) => put(last, true),
  }
}
