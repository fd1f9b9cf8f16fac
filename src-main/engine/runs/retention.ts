/** Which finished runs are kept, what they take on disk, and their deletion with everything that belongs to them. */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ApiOutput } from '@shared/contract'
import type { Settings } from '@shared/contract/settings'
import type { RunHistory } from '../store/run-history'

export type RetentionDeps = {
  history: Pick<RunHistory, 'finished' | 'remove'>
  logsDir: string
  settings: () => Pick<Settings, 'keepRunsPerPipeline' | 'keepRunDays'>
  onRemoved: (runIds: string[]) => void
  nowMs: () => number
}

export type Retention = {
  /** What the settings (null) or a choice would delete. Runs that live never. */
  preview(runIds: readonly string[] | null): ApiOutput<'runs.previewRemoval'>
  /** Those that live or are gone are left out of the answer. */
  remove(runIds: readonly string[]): ApiOutput<'runs.remove'>
}

const dayMs = 86_400_000
const idLength = 36

export function createRetention(deps: RetentionDeps): Retention {
  const finishedAmong = (runIds: readonly string[] | null): ReturnType<RunHistory['finished']> => {
    const finished = deps.history.finished()
    if (runIds !== null) {
      const chosen = new Set(runIds)
      return finished.filter(({ id }) => chosen.has(id))
    }
    const { keepRunsPerPipeline, keepRunDays } = deps.settings()
    const tooMany = keepRunsPerPipeline === 0 ? Infinity : keepRunsPerPipeline
    const oldestAtMs = keepRunDays === 0 ? -Infinity : deps.nowMs() - keepRunDays * dayMs
    return finished.filter(({ newerOfPipeline, createdAtMs }) => newerOfPipeline >= tooMany || createdAtMs < oldestAtMs)
  }

  return {
    preview(runIds) {
      const sizes = sizesByRun(deps.logsDir)
      const runs = finishedAmong(runIds).map(({ id, pipeline, createdAtMs }) => ({ id, pipeline, createdAtMs, sizeBytes: sizes.get(id)?.sizeBytes ?? 0 }))
      return { runs, sizeBytes: runs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
    },
    remove(runIds) {
      const sizes = sizesByRun(deps.logsDir)
      const removed = finishedAmong(runIds).map(({ id }) => id)
      if (removed.length === 0) return { removed, sizeBytes: 0 }
      // The record first: files without a record only take space, a record without files would lie.
      deps.history.remove(removed)
      let sizeBytes = 0
      for (const id of removed) {
        const own = sizes.get(id)
        sizeBytes += own?.sizeBytes ?? 0
        for (const file of own?.files ?? []) rmSync(file, { recursive: true, force: true })
      }
      deps.onRemoved(removed)
      return { removed, sizeBytes }
    },
  }
}

function sizeOf(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found?.isDirectory()) return found?.size ?? 0
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

/** Everything of a run is in one folder, and its name begins with the run's id. */
function sizesByRun(logsDir: string): Map<string, { files: string[]; sizeBytes: number }> {
  const sizes = new Map<string, { files: string[]; sizeBytes: number }>()
  // Without the folder there is nothing of any run.
  for (const name of existsSync(logsDir) ? readdirSync(logsDir) : []) {
    const file = join(logsDir, name)
    const own = sizes.get(name.slice(0, idLength)) ?? { files: [], sizeBytes: 0 }
    own.files.push(file)
    own.sizeBytes += sizeOf(file)
    sizes.set(name.slice(0, idLength), own)
  }
  return sizes
}
