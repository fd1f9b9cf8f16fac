/**
 * Reads what an engine answers into our own facts. Engines differ (Docker, Podman, old and new): a field that is missing or
 * of another kind becomes a harmless value, never an exception.
 */
import type { ContainerFacts, ImageFacts, VolumeFacts } from './client'

export function readContainer(json: unknown): ContainerFacts {
  const state = readRecord(json, 'State')
  const status = readText(state, 'Status') ?? 'unknown'
  return {
    running: readField(state, 'Running') === true,
    status,
    exitCode: readNumber(state, 'ExitCode') ?? 0,
    oomKilled: readField(state, 'OOMKilled') === true,
    error: readText(state, 'Error') ?? '',
    startedAt: readText(state, 'StartedAt') ?? '',
    finishedAt: readText(state, 'FinishedAt') ?? '',
    env: readStrings(readRecord(json, 'Config'), 'Env'),
  }
}

/** `digest`: of the registry the image came from; null for one that was built here. */
export function readImage(json: unknown, reference: string): ImageFacts {
  const name = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  const digests = readStrings(json, 'RepoDigests')
  const digest = digests.find((entry) => entry.startsWith(`${name}@`)) ?? digests[0]
  return {
    id: readText(json, 'Id') ?? '',
    digest: digest === undefined ? null : digest.slice(digest.indexOf('@') + 1),
    architecture: readText(json, 'Architecture') ?? 'unknown',
  }
}

export function readVolume(json: unknown, name: string): VolumeFacts {
  const options = readRecord(json, 'Options')
  return {
    name: readText(json, 'Name') ?? name,
    labels: Object.fromEntries(
      Object.entries(readRecord(json, 'Labels') ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    ),
    hasOptions: options !== null && Object.keys(options).length > 0,
  }
}

export function readList(json: unknown, runIdLabel: string): { id: string; runId: string | null; running: boolean; createdAtMs: number }[] {
  const entries: unknown[] = Array.isArray(json) ? json : []
  return entries.flatMap((entry) => {
    const id = readText(entry, 'Id')
    if (id === null) return []
    // Paused and restarting containers hold their process as well.
    return [
      {
        id,
        runId: readText(readRecord(entry, 'Labels'), runIdLabel),
        createdAtMs: (readNumber(entry, 'Created') ?? 0) * 1000,
        running: ['running', 'paused', 'restarting'].includes(readText(entry, 'State') ?? ''),
      },
    ]
  })
}

export function readText(holder: unknown, key: string): string | null {
  const value = readField(holder, key)
  return typeof value === 'string' ? value : null
}

export function readNumber(holder: unknown, key: string): number | null {
  const value = readField(holder, key)
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

function readStrings(holder: unknown, key: string): string[] {
  const value = readField(holder, key)
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

export function readRecord(holder: unknown, key: string): Record<string, unknown> | null {
  const value = readField(holder, key)
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
}

function readField(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined
}
