/**
 * Measures one container while it lives: processor and memory, about once a second, as the engine reports it and at most a
 * second old. A measurement that cannot be had is left out: it never disturbs the run.
 */
import { AppError } from '@shared/app-error'
import type { DockerClient } from '../docker/client'
import type { ContainerStats } from '../docker/client-stats'

export type Measurement = {
  /** 100 is one core; not clamped. */
  cpuPercent: number
  /** Without page cache. */
  memoryBytes: number
}

export type MetricsSampler = { dispose(): void }

/** How long after a cut the stream is asked for again. */
const retryMs = 1000
/**
 * The first measurement counts from the container's start, if that was only just; else one must wait for a second one. Not
 * when it was just now: what the engine used to make the container would count as if the pipeline had.
 */
const youngestMs = 500
const oldestMs = 3000

/** Begin when the container runs. `dispose` ends it at once; nothing comes after. */
export function createMetricsSampler(client: Pick<DockerClient, 'stats' | 'inspect'>, id: string, onSample: (sample: Measurement) => void): MetricsSampler {
  const controller = new AbortController()
  const { signal } = controller
  let previous: ContainerStats | null = null

  const measure = (stats: ContainerStats, before: ContainerStats | null): void => {
    const cpuPercent = before === null ? null : cpuPercentBetween(before, stats)
    if (cpuPercent !== null && !signal.aborted) onSample({ cpuPercent, memoryBytes: memoryBytesOf(stats) })
  }

  const onStats = (stats: ContainerStats): void => {
    const before = previous
    previous = stats
    if (before !== null) return measure(stats, before)
    void atStartOf(client, id, stats).then((start) => {
      if (previous === stats) measure(stats, start)
    })
  }

  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        if (!(await client.stats(id, onStats, signal))) return
      } catch (error) {
        // A proxy before the engine may forbid it: it will not change its mind during the run.
        if (error instanceof AppError && error.code === 'docker/rejected') return
      }
      previous = null
      await pause(retryMs, signal)
    }
  }

  void follow()
  return { dispose: () => controller.abort() }
}

/** `Measurement.cpuPercent`; null when the two do not tell. */
export function cpuPercentBetween(before: ContainerStats, after: ContainerStats): number | null {
  const usedNs = after.cpuTotalNs - before.cpuTotalNs
  if (usedNs < 0) return null
  const systemNs = after.systemTotalNs === null || before.systemTotalNs === null ? 0 : after.systemTotalNs - before.systemTotalNs
  if (systemNs > 0 && after.onlineCpus !== null) return (usedNs / systemNs) * after.onlineCpus * 100
  const elapsedMs = after.readAtMs === null || before.readAtMs === null ? 0 : after.readAtMs - before.readAtMs
  return elapsedMs > 0 ? (usedNs / (elapsedMs * 1e6)) * 100 : null
}

function memoryBytesOf({ memoryUsageBytes, pageCacheBytes }: ContainerStats): number {
  return Math.max(0, memoryUsageBytes - pageCacheBytes)
}

/** The counters as they were at the container's start, for a container that is young at its first measurement; else null. */
async function atStartOf(client: Pick<DockerClient, 'inspect'>, id: string, first: ContainerStats): Promise<ContainerStats | null> {
  // Both times are the engine's: the clock of this computer may be another one.
  const facts = await client.inspect(id).catch(() => null)
  const startedAtMs = Date.parse(facts?.startedAt ?? '')
  const ageMs = (first.readAtMs ?? NaN) - startedAtMs
  if (!(ageMs >= youngestMs && ageMs <= oldestMs)) return null
  return { ...first, cpuTotalNs: 0, systemTotalNs: null, readAtMs: startedAtMs }
}

/** Resolves after the time, or early when the signal is aborted. */
function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, durationMs)
    if (signal.aborted) done()
    else signal.addEventListener('abort', done, { once: true })
  })
}
