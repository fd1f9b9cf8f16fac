/**
 * Is a pipeline warm? Only what was seen to work counts: a set-up that reached the user's code, or a start with the network
 * off, with these requirements, this Python, this image (or uv) and this very cache. Anything that changes gives another key,
 * so warm never lies after an edit; what has changed since it was warm is the reason for its being stale.
 */
import { createHash, randomUUID } from 'node:crypto'
import type { PipelineCache, StaleReason } from '@shared/contract/pipelines'
import type { Facts } from '../store/facts'
import { isLockOutdated, requirementNames, requirementsFingerprint } from '../uv/requirements'
import { createKnownPythons, type KnownPythons } from './known-pythons'

export type SetupParts = {
  /** What resolves and installs: image id, or uv's version and this computer. */
  installer: string
  /** The cache it installs into. */
  cache: string
  pythonVersion: string
  pipelineDir: string
  /** The run's variables: those named UV_… choose indexes and more. */
  env: Record<string, string>
}

/** What a key is made of; kept for each pipeline, to say what has changed. */
type Setup = { installer: string; cache: string; python: string; requirements: string; uv: string; /** Only where there were some: how often this Python was removed from the cache. */ pythonRemovals?: number }

export type CachePlace = Pick<SetupParts, 'installer' | 'cache'>

/** `env`: as setup-environment.ts gives it. */
export type LookedAt = { name: string; realPath: string; hasRequirements: boolean; pythonVersion: string; env: Record<string, string> }

export type WarmState = {
  /** Names a set-up. Without requirements it stands for Python alone. */
  keyOf(parts: SetupParts): string
  isWarm(key: string): boolean
  /** A set-up with this key worked; `packages` as resolved by the index, null where it was asked and they are not known. */
  remember(key: string, packages?: ResolvedPackages | null): void
  /** What it takes, found out without the index. */
  notePackages(key: string, packages: ResolvedPackages): void
  knowsPackages(key: string): boolean
  forget(key: string): void
  /** Forgets all that is warm in the cache but these keys: also set-ups that a pipeline had before. Answers how to take it back. */
  forgetOthers(cache: string, kept: ReadonlySet<string>): () => void
  rememberFailure(key: string, message: string): void
  /** `place` is null while neither an image nor a cache is known. */
  stateOf(pipeline: LookedAt, place: CachePlace | null): PipelineCache
  /** What the pipeline's set-up takes, of one that is not warm the newest that worked. null: not known. */
  packagesOf(pipelineDir: string): ResolvedPackages | null
  /** Names of packages that the cache holds. */
  noteContent(cache: string, names: readonly string[]): void
  /** Another one whenever the cache was seen to hold something else. */
  contentOf(cache: string): string
  setWarming(pipelines: ReadonlySet<string>): void
}

/** Name and version each. */
export type ResolvedPackages = [name: string, version: string][]

const none: Omit<PipelineCache, 'state'> = { fetch: null, pythonMissing: false, imageMissing: false, reason: null, startsOffline: false, missing: [], resolvedAtMs: null, message: null }

export function createWarmState(facts: Facts, onChanged: () => void, pythons: Pick<KnownPythons, 'removals' | 'noteWorked'> = createKnownPythons(facts, Date.now)): WarmState {
  /** By folder; several pipelines may have one set-up. */
  const latest = new Map<string, { key: string; setup: Setup }>()
  const contents = new Map<string, ReadonlySet<string>>()
  let warming: ReadonlySet<string> = new Set()

  const warmedAt = (key: string): number | null => {
    const value = facts.get(`warm:${key}`)
    return value === null || value === '' ? null : Number(value)
  }
  const keyOf = (parts: SetupParts): string => {
    const removals = pythons.removals(parts.cache, parts.pythonVersion)
    const setup: Setup = { ...setupOf(parts), ...(removals > 0 && { pythonRemovals: removals }) }
    const key = keyOfSetup(setup)
    latest.set(parts.pipelineDir, { key, setup })
    return key
  }
  const noteOther = (cache: string): void => facts.set(`content-of:${cache}`, randomUUID())
  const lastSetup = (pipelineDir: string): Setup | null => JSON.parse(facts.get(`warmed-as:${pipelineDir}`) || 'null') as Setup | null
  const packagesIn = (key: string): ResolvedPackages | null => JSON.parse(facts.get(`packages-in:${key}`) || 'null') as ResolvedPackages | null
  const contentOf = (cache: string): ReadonlySet<string> | null => {
    const known = contents.get(cache)
    if (known) return known
    const stored = facts.get(`cache-names:${cache}`)
    if (stored === null) return null
    contents.set(cache, new Set(stored.split(' ')))
    return contents.get(cache) ?? null
  }

  const missingOf = (pipelineDir: string, place: CachePlace): { missing: string[]; isPartial: boolean } => {
    const held = contentOf(place.cache)
    const wanted = requirementNames(pipelineDir)
    const missing = held === null ? [] : wanted.filter((name) => !held.has(name))
    return { missing, isPartial: held !== null && missing.length < wanted.length }
  }

  return {
    keyOf,
    isWarm: (key) => warmedAt(key) !== null,
    remember(key, packages) {
      const isNew = warmedAt(key) === null
      if (isNew || packages !== undefined) facts.set(`warm:${key}`, String(Date.now()))
      facts.set(`preheat-failed:${key}`, '')
      if (packages) facts.set(`packages-in:${key}`, JSON.stringify(packages))
      else if (isNew || packages === null) facts.remove(`packages-in:${key}`)
      for (const [pipelineDir, known] of latest) {
        if (known.key !== key) continue
        facts.set(`${warmInPrefix(known.setup.cache)}${key}`, '')
        facts.set(`warmed-as:${pipelineDir}`, JSON.stringify(known.setup))
        pythons.noteWorked(known.setup.cache, known.setup.python)
        if (isNew) noteOther(known.setup.cache)
      }
      if (isNew || packages !== undefined) onChanged()
    },
    notePackages: (key, packages) => facts.set(`packages-in:${key}`, JSON.stringify(packages)),
    knowsPackages: (key) => packagesIn(key) !== null,
    forget(key) {
      facts.set(`warm:${key}`, '')
      onChanged()
    },
    forgetOthers(cache, kept) {
      const prefix = warmInPrefix(cache)
      const forgotten = new Map<string, string>()
      for (const key of facts.keys(prefix).map((fact) => fact.slice(prefix.length))) {
        if (kept.has(key)) continue
        forgotten.set(key, facts.get(`warm:${key}`) ?? '')
        facts.set(`warm:${key}`, '')
        facts.remove(`${prefix}${key}`)
      }
      onChanged()
      return () => {
        for (const [key, value] of forgotten) {
          facts.set(`warm:${key}`, value)
          facts.set(`${prefix}${key}`, '')
        }
        onChanged()
      }
    },
    rememberFailure(key, message) {
      facts.set(`preheat-failed:${key}`, message.slice(-2000))
      onChanged()
    },
    stateOf(pipeline, place) {
      const { realPath, hasRequirements, pythonVersion, env } = pipeline
      if (!hasRequirements) return { ...none, state: 'not-needed' }
      if (warming.has(pipeline.name)) return { ...none, state: 'warming' }
      // A folder that is gone, or requirements that cannot be read, promise nothing.
      if (place === null || requirementsFingerprint(realPath) === null) return { ...none, state: 'cold' }
      const key = keyOf({ ...place, pythonVersion, pipelineDir: realPath, env })
      const resolvedAtMs = warmedAt(key)
      if (resolvedAtMs !== null) {
        const warm = { ...none, startsOffline: true, resolvedAtMs }
        return isLockOutdated(realPath) ? { ...warm, state: 'stale', reason: 'lock-outdated' } : { ...warm, state: 'warm' }
      }
      const { missing, isPartial } = missingOf(realPath, place)
      const message = facts.get(`preheat-failed:${key}`)
      if (message) return { ...none, state: 'failed', message, missing }
      const before = lastSetup(realPath)
      const now = latest.get(realPath)?.setup
      if (before && now) return { ...none, state: 'stale', reason: whatChanged(before, now), missing }
      return { ...none, state: isPartial ? 'partial' : 'cold', missing }
    },
    packagesOf(pipelineDir) {
      const key = latest.get(pipelineDir)?.key
      if (key !== undefined && warmedAt(key) !== null) return packagesIn(key)
      const before = lastSetup(pipelineDir)
      return before && packagesIn(keyOfSetup(before))
    },
    contentOf: (cache) => facts.get(`content-of:${cache}`) ?? '',
    noteContent(cache, names) {
      if (names.join(' ') !== facts.get(`cache-names:${cache}`)) noteOther(cache)
      contents.set(cache, new Set(names))
      facts.set(`cache-names:${cache}`, names.join(' '))
      onChanged()
    },
    setWarming(pipelines) {
      warming = pipelines
      onChanged()
    },
  }
}

function warmInPrefix(cache: string): string {
  return `warm-in:${createHash('sha256').update(cache).digest('hex').slice(0, 16)}:`
}

function keyOfSetup(setup: Setup): string {
  return createHash('sha256').update(JSON.stringify(setup)).digest('hex')
}

function setupOf({ installer, cache, pythonVersion, pipelineDir, env }: SetupParts): Setup {
  const uv = Object.entries(env)
    .filter(([name]) => name.startsWith('UV_') && name !== 'UV_OFFLINE')
    .sort(([a], [b]) => (a < b ? -1 : 1))
  // Values can hold a token for an index.
  return { installer, cache, python: pythonVersion, requirements: requirementsFingerprint(pipelineDir) ?? '', uv: createHash('sha256').update(JSON.stringify(uv)).digest('hex').slice(0, 16) }
}

function whatChanged(before: Setup, now: Setup): StaleReason {
  if (before.requirements !== now.requirements) return 'requirements-changed'
  if (before.python !== now.python) return 'python-changed'
  if ((before.pythonRemovals ?? 0) !== (now.pythonRemovals ?? 0)) return 'python-removed'
  if (before.uv !== now.uv) return 'index-changed'
  if (before.cache !== now.cache) return 'cache-replaced'
  if (before.installer !== now.installer) return 'image-changed'
  return 'cache-changed'
}
