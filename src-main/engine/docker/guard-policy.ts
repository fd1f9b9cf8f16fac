/**
 * What the guard may let through at this moment, as the engine of the app knows it: settings and the open workspace decide,
 * the guard only compares. Asked anew for every request.
 */
import { labels } from './labels'

export type GuardPolicy = {
  /** Folders whose direct children may be mounted as /app. Real paths: a root that is itself reached by a link is no root. */
  pipelinesRoots: string[]
  /** Route files (`*.route`), the bundle of certificate authorities and caches that are imported (`*.cache`) live here. */
  runDir: string
  /** Images that may run, exactly as a container names them. */
  images: string[]
  /** Images that may be pulled: `name:tag` or `name@sha256:…`. */
  pullable: string[]
  /** The volume that is mounted as /runner, read-only, and what a helper may put into it. */
  runner: { volume: string; files: string }
  /** Of the engine; null while unknown: then the engine's own check has to do. */
  cpuCount: number | null
  memoryBytes: number | null
}

export const runNamePattern = /^ffd-run-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
export const helperNamePattern = /^ffd-help-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
export const containerIdPattern = /^[0-9a-f]{64}$/
export const cacheVolumePattern = /^ffd-uvcache-[a-z0-9]{8,32}$/
export const runnerVolumePattern = /^ffd-runner-[a-f0-9]{16}$/
export const pythonVolumePattern = /^ffd-uvpython-[a-z0-9]{8,32}$/

export function isOurVolumeName(name: string): boolean {
  return [cacheVolumePattern, pythonVolumePattern, runnerVolumePattern].some((pattern) => pattern.test(name))
}

/** Replaces whatever filter a client asked for: lists, events and prune see what is ours and nothing else. */
export function ownFilter(owner: string, more: Record<string, string[]> = {}): string {
  return JSON.stringify({ ...more, label: [`${labels.owner}=${owner}`] })
}
