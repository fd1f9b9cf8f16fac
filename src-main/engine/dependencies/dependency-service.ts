/**
 * The packages of a pipeline, in two steps: a look at what its folder says, which fetches nothing, and a check that resolves,
 * fills the cache as a run does and asks index and advisories. Proposes the text of a lock file; writing it is the user's.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError, toWireError } from '@shared/app-error'
import type { DependencyState, LockProposal } from '@shared/contract/dependencies'
import { createMessageReader } from '../cache/cache-work'
import type { CacheWorker, WorkerCall } from '../cache/cache-worker'
import type { SetupEnvironment } from '../cache/setup-environment'
import type { ResolvedPackages } from '../cache/warm-state'
import type { Publish } from '../events'
import { versionOf } from '../files/text-file'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import { readRequirementsText } from '../runs/requirement-lines'
import { classifySetupFault } from '../runs/setup-fault'
import { maskText } from '../secrets/masker'
import { chooseRequirements, isLockOutdated, needsFolder, requirementTexts } from '../uv/requirements'
import { dependencyMessage, importsMessage, vulnerabilitiesIn, type DependencyMessage, type ImportsMessage } from './dependency-messages'
import { dependencyReport, questionsOf, type CheckedFacts, type FactsOfVersion, type WrittenFacts } from './dependency-report'
import { readLock } from './lock-text'
import { readWritten, requirementsKey, sourcesKey } from './written-facts'

export type DependencyDeps = {
  /** A check can build what the folder and its requirements name. Throws workspace/untrusted. */
  requireTrust: () => void
  /** Throws pipeline/not-found. */
  findPipeline: (name: string) => DiscoveredPipeline
  /** The variables for uv that its run would get; those that are secrets are masked in what is told. */
  environmentOf: (pipeline: DiscoveredPipeline) => SetupEnvironment
  /** Throws workspace/none-open, docker/…, tool/missing. */
  worker: () => Promise<CacheWorker>
  /** The app's: pip-audit's own variables choose who is asked for advisories. */
  env: () => NodeJS.ProcessEnv
  /** A check was seen to start from the cache alone, with these packages. */
  rememberWarm: (pipeline: DiscoveredPipeline, packages: ResolvedPackages) => Promise<void>
  publish: Publish
}

export type DependencyService = {
  /** Answers at once with what is known; what is new comes as events. */
  look(pipeline: string, again: boolean): DependencyState
  /** Answers when it has begun. Throws cache/busy. */
  check(pipeline: string): Promise<DependencyState>
  cancel(pipeline: string): DependencyState
  /** null: it was cancelled. Throws uv/resolve-failed and cache/busy. */
  proposeLock(pipeline: string, upgrade: boolean): Promise<LockProposal | null>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  /** Another workspace: ends what is under way and forgets all. */
  reset(): void
}

type Checked = CheckedFacts & { requirements: string; atMs: number | null; startsOffline: boolean }

type Entry = {
  pipeline: DiscoveredPipeline
  phase: DependencyState['phase']
  written: WrittenFacts
  unreadable: ImportsMessage['unreadable']
  /** Of what is known; null before the first look. */
  requirements: string | null
  sources: string | null
  lookedAtMs: number | null
  checked: Checked | null
  versions: Map<string, FactsOfVersion>
  problems: DependencyState['problems']
  stop: AbortController | null
  working: Promise<unknown>
}

const noProblems: DependencyState['problems'] = { look: null, resolve: null, install: null, newest: null, audit: null }
const lockFile = 'requirements.txt.lock'

export function createDependencyService(deps: DependencyDeps): DependencyService {
  let entries = new Map<string, Entry>()
  let rev = 0

  const entryOf = (name: string): Entry => {
    const pipeline = deps.findPipeline(name)
    if (pipeline.outsideWorkspace) throw new AppError('file/outside-workspace', `${name} is a link that leads out of the workspace; open the folder it leads to as a workspace.`, { path: pipeline.realPath })
    const known = entries.get(pipeline.realPath)
    if (known) return Object.assign(known, { pipeline })
    const entry: Entry = {
      pipeline, phase: 'idle', written: { asked: [], hasUnnamed: false, locked: null, imports: [] }, unreadable: [], requirements: null, sources: null, lookedAtMs: null, checked: null, versions: new Map(), problems: noProblems,
      stop: null, working: Promise.resolve(),
    }
    entries.set(pipeline.realPath, entry)
    return entry
  }
  const stateOf = (entry: Entry): DependencyState => {
    const { pipeline, phase, written, unreadable, lookedAtMs, problems, requirements } = entry
    const isCheckCurrent = entry.checked !== null && entry.checked.requirements === requirements
    return {
      pipeline: pipeline.name, phase, hasRequirements: chooseRequirements(pipeline.realPath) !== null, hasLock: written.locked !== null, isLockOutdated: isLockOutdated(pipeline.realPath),
      ...dependencyReport(written, isCheckCurrent ? entry.checked : null, entry.versions), unreadable, lookedAtMs, checkedAtMs: entry.checked?.atMs ?? null, isCheckCurrent, problems, rev,
    }
  }
  const change = (entry: Entry, patch: Partial<Entry>): void => {
    Object.assign(entry, patch)
    // Of a workspace that is no longer open.
    if (entries.get(entry.pipeline.realPath) !== entry) return
    rev += 1
    deps.publish('dependencies.changed', stateOf(entry))
  }

  /** One thing at a time for a pipeline. What `work` throws is the caller's; who only waits for its end does not see it. */
  const perform = <T>(entry: Entry, phase: DependencyState['phase'], work: (stop: AbortSignal) => Promise<T>): Promise<T> => {
    const stop = new AbortController()
    change(entry, { phase, stop })
    const done = work(stop.signal).finally(() => change(entry, { phase: 'idle', stop: null }))
    entry.working = done.catch(() => undefined)
    return done
  }
  const expectIdle = (entry: Entry): void => {
    if (entry.stop !== null) throw new AppError('cache/busy', `The packages of ${entry.pipeline.name} are being looked at already. Wait until that is done, or cancel it.`)
  }

  const masked = (entry: Entry, text: string): string => maskText(deps.environmentOf(entry.pipeline).maskValues, text)

  const work = (entry: Entry, worker: CacheWorker): { python: string; folder: string; env: Record<string, string> } => {
    const { pythonVersion, realPath, config } = entry.pipeline
    const chosen = [...Object.entries(deps.env()).filter(([name]) => /^PIP_AUDIT_(?:VULNERABILITY_SERVICE|OSV_URL)$/.test(name)), ...Object.entries(config.defaultEnv).filter(([name]) => /^PIP_AUDIT_/.test(name)), ...Object.entries(deps.environmentOf(entry.pipeline).env)]
    return { python: pythonVersion, folder: dirname(worker.fileIn(realPath, 'requirements.txt')), env: Object.fromEntries(chosen.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))) }
  }

  const lookAtCode = async (entry: Entry, stop: AbortSignal): Promise<void> => {
    const { realPath, entryPoint } = entry.pipeline
    let found = null as ImportsMessage | null
    const worker = await deps.worker()
    const call: Omit<WorkerCall, 'isOffline'> = {
      program: 'imports.py', work: { folder: work(entry, worker).folder, entry: entryPoint }, pipelineDir: realPath, isReadOnly: true, stop,
      onStdout: createMessageReader(importsMessage, (told) => (found = told)),
    }
    // Only where there is no Python yet is there something to fetch.
    const problem = (await worker.perform({ ...call, isOffline: true })) === null ? null : await worker.perform({ ...call, isOffline: false })
    if (stop.aborted) return
    if (found === null) throw new AppError('cache/unreadable', problem ?? 'The program that reads the code told nothing.')
    change(entry, { written: { ...entry.written, imports: found.imports }, unreadable: found.unreadable, lookedAtMs: Date.now(), problems: { ...entry.problems, look: null } })
  }

  const look: DependencyService['look'] = (name, again) => {
    const entry = entryOf(name)
    if (entry.stop !== null) return stateOf(entry)
    const { realPath, entryPoint } = entry.pipeline
    try {
      const requirements = requirementsKey(realPath)
      if (requirements !== entry.requirements || again) change(entry, { written: { ...readWritten(realPath), imports: entry.written.imports }, requirements, problems: { ...entry.problems, look: null } })
      const sources = sourcesKey(realPath, entryPoint)
      if (again || entry.sources !== sources) {
        // Also where it fails: the same code is not looked at again by itself.
        entry.sources = sources
        perform(entry, 'looking', (stop) => lookAtCode(entry, stop)).catch((error: unknown) => change(entry, { problems: { ...entry.problems, look: toWireError(error).message } }))
      }
    } catch (error) {
      change(entry, { problems: { ...entry.problems, look: toWireError(error).message } })
    }
    return stateOf(entry)
  }

  const take = (entry: Entry, checked: Checked, told: DependencyMessage): void => {
    if ('phase' in told) return change(entry, { phase: told.phase })
    if ('part' in told) return change(entry, { problems: { ...entry.problems, [told.part]: masked(entry, wordsOf(entry.pipeline, told)) } })
    if ('compiled' in told) checked.resolved = readLock(told.compiled)
    if ('newest' in told) checked.newest = told.newest
    if ('exists' in told) checked.exists = told.exists
    if ('installed' in told) {
      Object.assign(checked, { installed: new Map(told.installed.map((found) => [found.name, found.version])), provides: told.provides, startsOffline: told.startsOffline })
      for (const { name, version, licence, bytes } of told.installed) remember(entry, `${name} ${version}`, { licence, bytes })
    }
    if ('audit' in told) for (const [key, vulnerabilities] of vulnerabilitiesIn(told.audit)) remember(entry, key, { vulnerabilities })
    change(entry, { checked })
  }
  const remember = (entry: Entry, key: string, facts: FactsOfVersion): void => {
    entry.versions.set(key, { ...entry.versions.get(key), ...facts })
  }

  const checkAll = async (entry: Entry, stop: AbortSignal): Promise<void> => {
    const { realPath } = entry.pipeline
    const file = chooseRequirements(realPath)
    if (file === null || entry.requirements === null) return
    const checked: Checked = { requirements: entry.requirements, atMs: null, resolved: null, installed: null, provides: {}, newest: {}, exists: {}, startsOffline: false }
    const worker = await deps.worker()
    const problem = await worker.perform({
      program: 'dependencies.py', isOffline: false, pipelineDir: realPath, stop,
      isReadOnly: !needsFolder(requirementTexts(realPath, file)),
      work: { task: 'check', ...work(entry, worker), file: worker.fileIn(realPath, file), ...questionsOf(entry.written) },
      onStdout: createMessageReader(dependencyMessage, (told) => take(entry, checked, told)),
    })
    if (problem !== null) throw new AppError('internal', masked(entry, problem))
    if (stop.aborted) return
    change(entry, { checked: Object.assign(checked, { atMs: Date.now() }) })
    // Edited meanwhile, it is another set-up.
    if (checked.startsOffline && requirementsKey(realPath) === checked.requirements) await deps.rememberWarm(entry.pipeline, [...(checked.installed ?? [])])
  }

  const compile = async (entry: Entry, upgrade: boolean, stop: AbortSignal): Promise<LockProposal | null> => {
    const { realPath } = entry.pipeline
    if (chooseRequirements(realPath) === null) throw new AppError('file/not-found', 'There is no requirements.txt to make a lock of. Add one first.', { path: 'requirements.txt' })
    const before = bytesOf(join(realPath, lockFile))
    const worker = await deps.worker()
    let after = null as string | null
    let said = null as string | null
    const problem = await worker.perform({
      program: 'dependencies.py', isOffline: false, pipelineDir: realPath, stop, work: { task: 'lock', upgrade, ...work(entry, worker) },
      // What builds from the folder writes into it, as it does in a run.
      isReadOnly: !needsFolder(requirementTexts(realPath, 'requirements.txt')),
      onStdout: createMessageReader(dependencyMessage, (told) => {
        if ('compiled' in told) after = told.compiled
        if ('part' in told) said = wordsOf(entry.pipeline, told)
      }),
    })
    if (stop.aborted) return null
    if (after === null) throw new AppError('uv/resolve-failed', masked(entry, said ?? problem ?? 'uv gave no answer.'), { pipeline: entry.pipeline.name })
    // A path of this computer has no meaning where the lock is used.
    return { before: before?.toString('utf8') ?? '', after: after.replaceAll(realPath, '/app'), version: before === null ? '' : versionOf(before) }
  }

  return {
    look,
    async check(name) {
      deps.requireTrust()
      look(name, false)
      const entry = entryOf(name)
      if (entry.phase === 'looking') await entry.working
      expectIdle(entry)
      entry.problems = { ...noProblems, look: entry.problems.look }
      perform(entry, 'resolving', (stop) => checkAll(entry, stop)).catch((error: unknown) => change(entry, { problems: { ...entry.problems, install: toWireError(error).message } }))
      return stateOf(entry)
    },
    cancel(name) {
      const entry = entryOf(name)
      entry.stop?.abort()
      return stateOf(entry)
    },
    async proposeLock(name, upgrade) {
      deps.requireTrust()
      const entry = entryOf(name)
      if (entry.phase === 'looking') await entry.working
      expectIdle(entry)
      return perform(entry, 'locking', (stop) => compile(entry, upgrade, stop))
    },
    idle: async () => void (await Promise.all([...entries.values()].map(({ working }) => working))),
    reset() {
      for (const { stop } of entries.values()) stop?.abort()
      entries = new Map()
    },
  }
}

/** What uv says, before it in one sentence what that means; of others the last line that is no advice, which holds the error. */
function wordsOf({ realPath }: DiscoveredPipeline, { part, problem }: { part: string; problem: string }): string {
  if (part === 'audit' || part === 'newest') return problem.trim().split('\n').filter((line) => !line.includes('Tip: ')).at(-1) ?? problem
  return `${classifySetupFault(problem, readRequirementsText(realPath, part === 'install' ? chooseRequirements(realPath) : 'requirements.txt')).reason}\n\n${problem}`
}

function bytesOf(file: string): Buffer | null {
  try {
    return readFileSync(file)
  } catch {
    return null
  }
}
