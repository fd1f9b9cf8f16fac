import { z } from 'zod'
import { atMs, bytes, event, request, rev } from './define'

/** What can be installed: a minor version, or an exact one. */
export const pythonVersion = z.string().regex(/^\d+\.\d+(\.\d+)?$/, 'for example 3.12 or 3.12.4')

const usedBy = z.array(z.string())

/** In the place that uv installs Pythons into. */
const installedPython = z.object({ version: z.string(), /** uv's name of it. */ folder: z.string(), bytes, usedBy })
export type InstalledPython = z.infer<typeof installedPython>

/** waiting (until nothing else works in the cache) ──> working ──> done | failed; cancelled from both. */
export const pythonWork = z.object({
  version: z.string(),
  phase: z.enum(['waiting', 'working', 'done', 'failed', 'cancelled']),
  /** Of the download, in the folder that it is unpacked into. */
  unpackedBytes: bytes,
  /** What failed, and what to do. */
  message: z.string().nullable(),
})
export type PythonWork = z.infer<typeof pythonWork>

/** `system`: those of the worker image, or of this computer. `usedBy`: pipelines that uv takes it for. */
export const pythonsState = z.object({
  /** Of the last look into the cache; null: nobody looked yet, and the lists say nothing. */
  lookedAtMs: atMs.nullable(),
  installed: z.array(installedPython),
  system: z.array(z.object({ version: z.string(), path: z.string(), usedBy })),
  /** Asked for by pipelines, and not there. */
  missing: z.array(z.object({ version: z.string(), usedBy })),
  /** The newest installation. */
  work: pythonWork.nullable(),
  rev,
})
export type PythonsState = z.infer<typeof pythonsState>

export const pythonsContract = {
  state: request({}, pythonsState),
  /** By one short-lived container without a network; where there is no cache yet it only answers. */
  look: request({}, pythonsState),
  /** Answers when it has begun. Errors: cache/busy. */
  install: request({ version: pythonVersion }, pythonsState),
  cancelInstall: request({}, pythonsState),
  /** What uv printed in the newest installation. */
  log: request({}, z.object({ text: z.string() })),
  /** Answers when it is gone. Errors: cache/busy while a run of this workspace is under way, cache/unreadable. */
  remove: request({ folder: z.string().min(1).max(200) }, pythonsState),
  changed: event(pythonsState),
}
