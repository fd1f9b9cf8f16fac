/**
 * Where the log of a run is. As long as it is below its cap it is one file. Of a larger one that file is the head, and the
 * tail is in parts, named after the byte of the whole output at which they begin; the oldest part goes when a new one begins.
 */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

export function logFile(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.log`)
}

export function indexFile(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.index`)
}

export function partsFolder(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.parts`)
}

export type LogPart = { file: string; fromByte: number; bytes: number }

/** Head first, ascending; between head and the first part bytes can be left out. Empty when there is no log. */
export function logParts(logsDir: string, runId: string): LogPart[] {
  const head = statSync(logFile(logsDir, runId), { throwIfNoEntry: false })
  if (head === undefined) return []
  const parts = [{ file: logFile(logsDir, runId), fromByte: 0, bytes: head.size }]
  const folder = partsFolder(logsDir, runId)
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return parts
  const tail = readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b)
  for (const fromByte of tail) {
    const found = statSync(join(folder, String(fromByte)), { throwIfNoEntry: false })
    if (found) parts.push({ file: join(folder, String(fromByte)), fromByte, bytes: found.size })
  }
  return parts
}

/** Of the whole output. */
export function logSizeBytes(parts: readonly LogPart[]): number {
  const last = parts.at(-1)
  return last ? last.fromByte + last.bytes : 0
}

/** Between head and tail. */
export function omittedBytesOf(parts: readonly LogPart[]): number {
  const [head, first] = parts
  return head && first ? first.fromByte - head.bytes : 0
}

/** Stands in the log where the middle was. */
export function omissionLine(omittedBytes: number): Buffer {
  return Buffer.from(`\n[… ${(omittedBytes / 1024 ** 2).toFixed(1)} MB of output left out: the log was larger than its cap …]\n`)
}
