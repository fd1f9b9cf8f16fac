/**
 * Tells that something below a folder changed. Events are hints: they may come twice, late or not at all, so a full rescan
 * is asked for after bursts, after errors and every 30 seconds. The only importer of @parcel/watcher.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import parcelWatcher from '@parcel/watcher'
import { isTemporaryFileName } from '../platform/atomic-file'
import { createChangeBatcher, type ChangedPaths } from './change-batcher'

export type FolderWatch = {
  close(): Promise<void>
}

type WatchEvent = { path: string; type: 'create' | 'update' | 'delete' }
/** Starts to watch; rejects where that is impossible, for example when the system's limit of watches is reached. */
export type Subscribe = (folder: string, onEvents: (error: Error | null, events: WatchEvent[]) => void) => Promise<{ unsubscribe(): Promise<void> }>

export type WatchTimings = {
  debounceMs: number
  /** How often the folder itself is looked at: it can vanish or be replaced, which no event tells. */
  identityCheckMs: number
  rescanMs: number
  /** How often a rescan is asked for where watching is impossible. */
  pollMs: number
  /** A folder that was made and filled at once can hide its content: it is announced again after these pauses. */
  announceAgainMs: number[]
}

const defaultTimings: WatchTimings = { debounceMs: 40, identityCheckMs: 1000, rescanMs: 30_000, pollMs: 2000, announceAgainMs: [120, 1000] }

const ignoredFolders = ['.git', '__pycache__', 'node_modules', '.venv']
/** inotify drops what does not fit its queue of 16,384 events and does not say so; stay far below that. */
const burstEvents = 2000

/** `names`: of folders, at any depth, that nothing is told of. */
export function subscribeIgnoring(names: readonly string[]): Subscribe {
  return (folder, onEvents) => parcelWatcher.subscribe(folder, onEvents, { ignore: names.flatMap((name) => [`**/${name}`, `**/${name}/**`]) })
}

/** Never rejects: a folder that cannot be watched, or is not there, is polled until it can. */
export async function watchFolder(
  root: string,
  onChange: (paths: ChangedPaths) => void,
  subscribe: Subscribe = subscribeIgnoring(ignoredFolders),
  timings: WatchTimings = defaultTimings,
): Promise<FolderWatch> {
  let closed = false
  let subscription: { unsubscribe(): Promise<void> } | null = null
  let identity = await identityOf(root)
  let lastRescanAtMs = performance.now()
  const pending = new Set<NodeJS.Timeout>()

  const batcher = createChangeBatcher(timings.debounceMs, (paths) => {
    if (closed) return
    if (paths === 'rescan') lastRescanAtMs = performance.now()
    onChange(paths)
  })

  function later(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      pending.delete(timer)
      action()
    }, delayMs)
    pending.add(timer)
  }

  async function start(): Promise<void> {
    const own = await subscribe(root, (error, events) => {
      if (closed) return
      if (error) {
        batcher.add('rescan')
        void stop()
      } else {
        take(events)
      }
    }).catch(() => null)
    if (closed) await own?.unsubscribe().catch(() => undefined)
    else subscription = own
  }

  async function stop(): Promise<void> {
    const ended = subscription
    subscription = null
    await ended?.unsubscribe().catch(() => undefined)
  }

  function take(events: WatchEvent[]): void {
    // Gone, and perhaps back before the next look: what the watcher still tells cannot be trusted.
    if (events.some(({ path, type }) => path === root && type === 'delete')) identity = 'gone'
    if (events.length > burstEvents) {
      batcher.add('rescan')
      for (const delayMs of timings.announceAgainMs) later(delayMs, () => batcher.add('rescan'))
      return
    }
    const relevant = events.filter(({ path }) => isRelevant(root, path))
    if (relevant.length === 0) return
    batcher.add(relevant.map(({ path }) => path))
    const created = relevant.filter(({ type }) => type === 'create').map(({ path }) => path)
    if (created.length > 0) for (const delayMs of timings.announceAgainMs) later(delayMs, () => batcher.add(created))
  }

  /** One look at the folder itself, and whatever follows from it. */
  async function check(): Promise<void> {
    const found = await identityOf(root)
    if (closed) return
    const replaced = found !== identity
    identity = found
    if (replaced) {
      await stop()
      if (found !== null) await start()
      batcher.add('rescan')
      return
    }
    const waitedMs = performance.now() - lastRescanAtMs
    if (subscription === null && found !== null && waitedMs >= timings.pollMs) {
      await start()
      batcher.add('rescan')
    } else if (waitedMs >= timings.rescanMs) {
      batcher.add('rescan')
    }
  }

  let checking: Promise<void> = Promise.resolve()
  const checkTimer = setInterval(() => {
    checking = checking.then(check)
  }, timings.identityCheckMs)
  await start()

  return {
    async close() {
      closed = true
      clearInterval(checkTimer)
      for (const timer of pending) clearTimeout(timer)
      batcher.close()
      await checking
      await stop()
    },
  }
}

function isRelevant(root: string, path: string): boolean {
  if (isTemporaryFileName(basename(path))) return false
  const steps = path.slice(root.length).split(/[\\/]/)
  return !steps.some((step) => ignoredFolders.includes(step))
}

/** Changes when another folder takes the place; null while none is there. */
async function identityOf(folder: string): Promise<string | null> {
  try {
    const found = await stat(folder, { bigint: true })
    return found.isDirectory() ? `${found.dev}:${found.ino}` : null
  } catch {
    return null
  }
}
