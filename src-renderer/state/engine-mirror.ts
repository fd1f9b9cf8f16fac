/**
 * Read-only copy of what the engine knows. Only state/sync.ts writes it; everything else reads. Entities carry a rising
 * `rev`, and the higher one wins, so the order in which snapshots and events arrive does not matter.
 */
import { create } from 'zustand'
import type { CacheCheckState } from '@shared/contract/cache-check'
import type { CacheUpkeep, PreheatState } from '@shared/contract/cache'
import type { DependencyState } from '@shared/contract/dependencies'
import type { FileListing } from '@shared/contract/files'
import type { GitOperation, GitState } from '@shared/contract/git'
import type { PipelineCatalog } from '@shared/contract/pipelines'
import type { PythonsState } from '@shared/contract/pythons'
import type { Run } from '@shared/contract/runs'
import type { ScheduleState } from '@shared/contract/schedule'
import type { SecretsState } from '@shared/contract/secrets'
import type { SettingsState } from '@shared/contract/settings'
import type { EngineStatus, WorkerImageStatus } from '@shared/contract/tools'
import type { WorkspaceState } from '@shared/contract/workspace'
import type { ApiOutput } from '@shared/contract/index'

export type AppInfo = ApiOutput<'tools.appInfo'>

/** The last version of a file that was announced; null when it is gone. */
export type FileVersion = { pipeline: string; path: string; version: string | null; rev: number }

export type AnnouncedListing = { pipeline: string; listing: FileListing; rev: number }

export type EngineMirror = {
  /** True once the first snapshots are there, so that empty states do not flash. */
  loaded: boolean
  workspace: WorkspaceState | null
  catalog: PipelineCatalog | null
  /** Of the open workspace; names only. */
  secrets: SecretsState | null
  schedule: ScheduleState | null
  /** The newest preheating. */
  preheat: PreheatState | null
  /** The newest check of the cache. */
  cacheCheck: CacheCheckState | null
  pythons: PythonsState | null
  /** By pipeline, of those that were looked at. */
  dependencies: Readonly<Record<string, DependencyState>>
  /** The cache's size against its cap, and its newest export or import. */
  upkeep: CacheUpkeep | null
  git: GitState | null
  /** Rises when something in the repository or its files may be another. */
  gitLooks: number
  /** Of git, of this session. */
  gitOperations: Readonly<Record<string, GitOperation>>
  /** True once the runs of the open workspace were listed. */
  runsLoaded: boolean
  runs: Readonly<Record<string, Run>>
  /** Grows ahead of `run.logBytes`. */
  logSizes: Readonly<Record<string, number>>
  /** By `pipeline/path`. */
  fileVersions: Readonly<Record<string, FileVersion>>
  /** Listings that were announced as changed, by pipeline. */
  listings: Readonly<Record<string, AnnouncedListing>>
  engine: EngineStatus | null
  image: WorkerImageStatus | null
  settings: SettingsState | null
  appInfo: AppInfo | null
}

export const emptyMirror: EngineMirror = {
  loaded: false,
  workspace: null,
  catalog: null,
  secrets: null,
  schedule: null,
  preheat: null,
  cacheCheck: null,
  pythons: null,
  dependencies: {},
  upkeep: null,
  git: null,
  gitLooks: 0,
  gitOperations: {},
  runsLoaded: false,
  runs: {},
  logSizes: {},
  fileVersions: {},
  listings: {},
  engine: null,
  image: null,
  settings: null,
  appInfo: null,
}

export const useEngineMirror = create<EngineMirror>(() => emptyMirror)

/** The one with the higher rev; the known one when they are equal, so that nothing renders again for nothing. */
export function newer<T extends { rev: number }>(known: T | null | undefined, next: T): T {
  return known !== null && known !== undefined && known.rev >= next.rev ? known : next
}

/** Adds runs to the known ones. Returns the same object when none is news. */
export function withRuns(known: Readonly<Record<string, Run>>, runs: readonly Run[]): Readonly<Record<string, Run>> {
  const news = runs.filter((run) => newer(known[run.id], run) === run)
  if (news.length === 0) return known
  return { ...known, ...Object.fromEntries(news.map((run) => [run.id, run])) }
}

/** Without runs that are no more. */
export function withoutRuns(known: Readonly<Record<string, Run>>, runIds: readonly string[]): Readonly<Record<string, Run>> {
  const gone = new Set(runIds)
  return Object.fromEntries(Object.entries(known).filter(([id]) => !gone.has(id)))
}

/** Newest first. Runs of other workspaces are left out; `pipeline` null means all. */
export function sortedRuns(mirror: Pick<EngineMirror, 'runs' | 'workspace'>, pipeline: string | null): Run[] {
  const root = mirror.workspace?.workspace?.root
  return Object.values(mirror.runs)
    .filter((run) => run.workspaceRoot === root && (pipeline === null || run.pipeline === pipeline))
    .sort((a, b) => b.createdAtMs - a.createdAtMs || b.rev - a.rev)
}

export const isActive = (run: Run): boolean => run.phase !== 'finished'
