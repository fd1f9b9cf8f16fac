/**
 * The measurements of one run, kept beside its log: a file of JSON lines, one a sample. Losing them, on a full disk for example,
 * never touches the run; a line that a crash tore is left out when they are read.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { metricsSample, type MetricsSample } from '@shared/contract/runs'

export type MetricsPeaks = { peakMemoryBytes: number | null; peakCpuPercent: number | null }

export type MetricsLog = {
  append(sample: MetricsSample): void
  /** Of all samples, also of those that the disk did not take and those of an earlier process. */
  peaks(): MetricsPeaks
  close(): void
}

export function metricsFile(logsDir: string, runId: string): string {
  return join(logsDir, `${runId}.metrics.jsonl`)
}

export type MetricsFiles = { write(file: number, bytes: Buffer, offset: number): number }

const realFiles: MetricsFiles = { write: (file, bytes, offset) => writeSync(file, bytes, offset) }

/** Goes on where an earlier process ended. Without samples there is no file. `files` is replaced in tests that need a full disk. */
export function createMetricsLog(logsDir: string, runId: string, files: MetricsFiles = realFiles): MetricsLog {
  const path = metricsFile(logsDir, runId)
  let peaks = peaksOf(parseSamples(readIfThere(path)))
  let file: number | null = null
  /** The last line in the file may lack its end: from a crash, or from a disk that was full. */
  let torn = true

  const write = (line: string): void => {
    try {
      file ??= openSync(path, 'a+', 0o600)
      const bytes = Buffer.from(torn && !endsWithLineEnd(file) ? `\n${line}` : line)
      torn = true
      let written = 0
      while (written < bytes.length) written += files.write(file, bytes, written)
      torn = false
    } catch {
      // The sample is lost; the next one is tried again.
    }
  }

  return {
    append(sample) {
      peaks = higher(peaks, sample)
      write(`${JSON.stringify(sample)}\n`)
    },
    peaks: () => peaks,
    close() {
      if (file !== null) closeSync(file)
      file = null
    },
  }
}

/** Oldest first. Above `maxSamples` (at least 2) thinned out evenly; the first, the last and the highest ones stay. */
export async function readMetrics(logsDir: string, runId: string, maxSamples: number): Promise<MetricsSample[]> {
  let text: string
  try {
    text = await readFile(metricsFile(logsDir, runId), 'utf8')
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
  return thinned(parseSamples(text), maxSamples)
}

function thinned(samples: MetricsSample[], maxSamples: number): MetricsSample[] {
  const last = samples.length - 1
  if (samples.length <= maxSamples) return samples
  const kept = new Set<number>()
  for (const index of [0, last, highest(samples, 'memoryBytes'), highest(samples, 'cpuPercent')]) if (kept.size < maxSamples) kept.add(index)
  const between = maxSamples - kept.size
  for (let step = 1; step <= between; step += 1) kept.add(Math.round((step * last) / (between + 1)))
  return samples.filter((_sample, index) => kept.has(index))
}

function highest(samples: MetricsSample[], measure: 'memoryBytes' | 'cpuPercent'): number {
  let found = 0
  samples.forEach((sample, index) => {
    if (sample[measure] > (samples[found]?.[measure] ?? 0)) found = index
  })
  return found
}

function peaksOf(samples: MetricsSample[]): MetricsPeaks {
  return samples.reduce<MetricsPeaks>(higher, { peakMemoryBytes: null, peakCpuPercent: null })
}

function higher({ peakMemoryBytes, peakCpuPercent }: MetricsPeaks, { memoryBytes, cpuPercent }: MetricsSample): MetricsPeaks {
  return { peakMemoryBytes: Math.max(peakMemoryBytes ?? 0, memoryBytes), peakCpuPercent: Math.max(peakCpuPercent ?? 0, cpuPercent) }
}

function parseSamples(text: string): MetricsSample[] {
  return text.split('\n').flatMap((line) => {
    try {
      const sample = metricsSample.safeParse(JSON.parse(line))
      return sample.success ? [sample.data] : []
    } catch {
      return []
    }
  })
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function endsWithLineEnd(file: number): boolean {
  const { size } = fstatSync(file)
  const last = Buffer.alloc(1)
  return size === 0 || (readSync(file, last, 0, 1, size - 1) === 1 && last[0] === 0x0a)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
