/**
 * Reads an engine's stream of measurements of one container: one JSON object a line, about one a second. Which fields an
 * engine fills depends on its cgroup version; what a sample is made of them is runners/metrics-sampler.ts.
 */
import { readNumber, readRecord, readText } from './client-answers'
import type { Transport } from './client-transport'

/** Counters since the container's start; null where the engine does not tell. */
export type ContainerStats = {
  cpuTotalNs: number
  /** Of all cores of the engine's machine together. */
  systemTotalNs: number | null
  onlineCpus: number | null
  /** When the engine measured, by its own clock. */
  readAtMs: number | null
  memoryUsageBytes: number
  /** Content of files that the kernel keeps as long as nobody needs the memory; part of memoryUsageBytes. */
  pageCacheBytes: number
}

/** How long the engine may take to begin its answer. */
const beginMs = 10_000
/** One line is 3 to 20 kB, the more the more cores; anything much longer is none. */
const lineLimitBytes = 1_048_576

/** Resolves when the stream has ended: true while the container may live on, false when it is gone. Throws docker/... */
export async function streamStats(transport: Transport, id: string, onStats: (stats: ContainerStats) => void, signal: AbortSignal): Promise<boolean> {
  const { status, body } = await transport.stream({
    method: 'GET',
    path: `/containers/${id}/stats`,
    query: { stream: '1' },
    doing: 'measure',
    about: `the container ${id.slice(0, 12)}`,
    timeoutMs: beginMs,
    accepted: [404],
    signal,
  })
  let pending: Buffer = Buffer.alloc(0)
  body.on('data', (chunk: Buffer) => {
    // After a pause several lines come at once; only the newest is true now.
    const text = Buffer.concat([pending, chunk])
    const end = text.lastIndexOf(10)
    pending = text.subarray(end + 1)
    if (pending.length > lineLimitBytes) pending = Buffer.alloc(0)
    const lines = text.subarray(0, Math.max(0, end))
    const stats = readStats(lines.subarray(lines.lastIndexOf(10) + 1).toString('utf8'))
    if (stats !== null && !signal.aborted) onStats(stats)
  })
  await new Promise<void>((resolve) => body.on('close', resolve))
  return status !== 404
}

/** null for what measures nothing: a container that has ended answers with empty fields. */
export function readStats(line: string): ContainerStats | null {
  const json = parse(line)
  const cpu = readRecord(json, 'cpu_stats')
  const cpuUsage = readRecord(cpu, 'cpu_usage')
  const memory = readRecord(json, 'memory_stats')
  const details = readRecord(memory, 'stats')
  const cpuTotalNs = readNumber(cpuUsage, 'total_usage')
  const memoryUsageBytes = readNumber(memory, 'usage')
  if (cpuTotalNs === null || memoryUsageBytes === null || memoryUsageBytes <= 0) return null
  const perCpu = cpuUsage?.['percpu_usage']
  const readAtMs = Date.parse(readText(json, 'read') ?? '')
  return {
    cpuTotalNs,
    systemTotalNs: readNumber(cpu, 'system_cpu_usage'),
    onlineCpus: readNumber(cpu, 'online_cpus') || (Array.isArray(perCpu) ? perCpu.length : 0) || null,
    readAtMs: Number.isNaN(readAtMs) ? null : readAtMs,
    memoryUsageBytes,
    // Active too, which `docker stats` leaves in: a file that was read twice is active, and the memory still free for the asking.
    pageCacheBytes: fileBytes(details, 'inactive_file') + fileBytes(details, 'active_file'),
  }
}

/** cgroup v1 counts child groups in total_…; v2 has no such name and counts them always. */
function fileBytes(details: unknown, name: string): number {
  return readNumber(details, `total_${name}`) ?? readNumber(details, name) ?? 0
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
