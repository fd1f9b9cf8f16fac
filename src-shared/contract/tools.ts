import { z } from 'zod'
import { bytes, event, request, rev } from './define'

export const engineProbe = z.object({ endpoint: z.string(), source: z.string(), error: z.string().nullable() })
export type EngineProbe = z.infer<typeof engineProbe>

/**
 * connecting ──> ready <──> unavailable. Re-checked while unavailable, so starting Docker is enough.
 */
export const engineStatus = z.object({
  state: z.enum(['connecting', 'ready', 'unavailable']),
  endpoint: z.string().nullable(),
  version: z.string().nullable(),
  architecture: z.string().nullable(),
  /** Why no engine answers, with the next step; null unless unavailable. */
  reason: z.string().nullable(),
  /** Every endpoint that was tried. */
  probes: z.array(engineProbe),
  rev,
})
export type EngineStatus = z.infer<typeof engineStatus>

/** waiting ──> pulling ──> done | failed | cancelled; `absent` and `present` are at rest. */
export const workerImageStatus = z.object({
  reference: z.string(),
  state: z.enum(['unknown', 'absent', 'present', 'pulling', 'failed']),
  digest: z.string().nullable(),
  /** While pulling: of the layers known so far. */
  receivedBytes: bytes,
  totalBytes: bytes,
  error: z.string().nullable(),
  rev,
})
export type WorkerImageStatus = z.infer<typeof workerImageStatus>

/** One line of the doctor card; `engine-proxy` is there only where a proxy stands before the engine. `hint` says what to do and is null when nothing is to be done. */
export const toolHealth = z.object({
  id: z.enum(['engine', 'engine-proxy', 'worker-image', 'uv', 'git', 'disk', 'certificates', 'proxy', 'user-data']),
  state: z.enum(['ok', 'warning', 'missing']),
  detail: z.string(),
  hint: z.string().nullable(),
  action: z.enum(['pull-image', 'fetch-uv', 'recheck', 'open-settings']).nullable(),
})
export type ToolHealth = z.infer<typeof toolHealth>

export const appInfo = z.object({
  version: z.string(),
  runtime: z.string(),
  platform: z.string(),
  userDataDir: z.string(),
  /** Something about this installation the user must know, for example that it runs as root without a sandbox. */
  notices: z.array(z.string()),
})

export const toolsContract = {
  check: request({}, z.object({ tools: z.array(toolHealth) })),
  engine: request({}, engineStatus),
  recheckEngine: request({}, engineStatus),
  workerImage: request({}, workerImageStatus),
  /** Answers at once; progress comes as events. Starting it twice is one pull. */
  pullImage: request({}, workerImageStatus),
  cancelPull: request({}, workerImageStatus),
  fetchUv: request({}, z.object({ path: z.string(), version: z.string() })),
  appInfo: request({}, appInfo),
  engineChanged: event(engineStatus),
  workerImageChanged: event(workerImageStatus),
}
