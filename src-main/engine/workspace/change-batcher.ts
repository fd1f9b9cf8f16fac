/** Gathers changed paths: the first change is passed on at once, all that follow within the pause as one batch after it. */

/** `rescan`: anything may have changed. */
export type ChangedPaths = string[] | 'rescan'

export type ChangeBatcher = {
  add(paths: ChangedPaths): void
  /** What is still gathered is dropped. */
  close(): void
}

/** More paths than this are a rescan: looking at each costs more than looking at all. */
const maxPaths = 1000

export function createChangeBatcher(pauseMs: number, pass: (paths: ChangedPaths) => void): ChangeBatcher {
  let gathered: Set<string> | 'rescan' = new Set()
  let timer: NodeJS.Timeout | null = null

  function passGathered(): void {
    timer = null
    if (gathered !== 'rescan' && gathered.size === 0) return
    const paths = gathered === 'rescan' || gathered.size > maxPaths ? 'rescan' : [...gathered]
    gathered = new Set()
    timer = setTimeout(passGathered, pauseMs)
    pass(paths)
  }

  return {
    add(paths) {
      if (paths === 'rescan') gathered = 'rescan'
      else if (gathered !== 'rescan') for (const path of paths) gathered.add(path)
      if (timer === null) passGathered()
    },
    close() {
      if (timer !== null) clearTimeout(timer)
      gathered = new Set()
    },
  }
}
