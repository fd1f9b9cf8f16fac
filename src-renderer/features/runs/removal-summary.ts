/** What a deletion of runs would take: by pipeline, and in words. Pure. */
import type { ApiOutput } from '@shared/contract/index'
import { byteText, momentText } from '../../ui/format'

export type RemovalPreview = ApiOutput<'runs.previewRemoval'>

export type RemovalOfPipeline = { pipeline: string; count: number; sizeBytes: number; oldestAtMs: number; newestAtMs: number }

/** The largest first. */
export function removalByPipeline({ runs }: RemovalPreview): RemovalOfPipeline[] {
  const byPipeline = new Map<string, RemovalOfPipeline>()
  for (const { pipeline, sizeBytes, createdAtMs } of runs) {
    const known = byPipeline.get(pipeline)
    if (known === undefined) byPipeline.set(pipeline, { pipeline, count: 1, sizeBytes, oldestAtMs: createdAtMs, newestAtMs: createdAtMs })
    else {
      known.count += 1
      known.sizeBytes += sizeBytes
      known.oldestAtMs = Math.min(known.oldestAtMs, createdAtMs)
      known.newestAtMs = Math.max(known.newestAtMs, createdAtMs)
    }
  }
  return [...byPipeline.values()].sort((a, b) => b.sizeBytes - a.sizeBytes || (a.pipeline < b.pipeline ? -1 : 1))
}

/** More runs than this nobody checks one by one. */
const namedRuns = 50

/** Each run with its time and size; of many runs a line for each pipeline. */
export function removalLines(preview: RemovalPreview, nowMs: number, language: string): string[] {
  if (preview.runs.length > namedRuns) return removalByPipeline(preview).map(({ pipeline, count, sizeBytes }) => `${pipeline}: ${count} · ${byteText(sizeBytes, language)}`)
  return [...preview.runs].sort((a, b) => b.createdAtMs - a.createdAtMs).map(({ pipeline, createdAtMs, sizeBytes }) => `${pipeline} · ${momentText(createdAtMs, nowMs, language)} · ${byteText(sizeBytes, language)}`)
}

/** The contract takes so many at a time. */
export const runsPerRemoval = 10_000

export function inPortions<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size))
}
