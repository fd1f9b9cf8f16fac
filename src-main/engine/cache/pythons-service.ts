/** The Pythons of the open workspace's cache: which there are and which are missing, installing one, removing one. */
import { z } from 'zod'
import { AppError, toWireError } from '@shared/app-error'
import type { PythonsState, PythonWork } from '@shared/contract/pythons'
import type { Publish } from '../events'
import { createMessageReader, pythonsMessage } from './cache-work'
import type { CacheWorker } from './cache-worker'
import { pythonFor, type KnownPythons, type PythonList } from './known-pythons'
import { pythonFault } from './python-fault'
import type { Turns } from './turns'
import type { CachePlace } from './warm-state'

export type PythonsDeps = {
  pipelines: () => readonly { name: string; pythonVersion: string }[]
  known: KnownPythons
  /** Throws workspace/none-open, docker/…, tool/missing. */
  worker: () => Promise<CacheWorker>
  /** Where runs install into, as of the last look, and anew; null while there is nothing. */
  currentPlace: () => CachePlace | null
  place: () => Promise<CachePlace | null>
  /** A run of this workspace is under way, in whichever process. */
  hasLiveRun: () => boolean
  turns: Turns
  publish: Publish
  /** The lists are others: what pipelines lack may have changed. */
  onChanged: () => void
}

export type PythonsService = {
  state(): PythonsState
  /** Throws cache/unreadable. */
  look(): Promise<PythonsState>
  /** Answers when it has begun. Throws cache/busy. */
  install(version: string): PythonsState
  cancelInstall(): PythonsState
  /** Resolves when nothing is being installed. */
  idle(): Promise<void>
  log(): string
  /** Throws cache/busy and cache/unreadable. */
  remove(folder: string): Promise<PythonsState>
  /** What programs run with: the wanted version, or any where it is known to be missing. */
  forPrograms(wanted: string): string
  /** Whether there is any; looks, where that is not known, which makes the cache. Not for two at once, see turns.ts. */
  hasAny(): Promise<boolean>
  /** From a program that saw them. */
  note(cache: string, list: PythonList): void
  /** Announces the state where something that it is made of has changed. */
  refresh(): void
  /** Another workspace: ends what is under way and forgets it. */
  reset(): void
  dispose(): Promise<void>
}

type Work = { action: 'look' } | { action: 'install'; version: string } | { action: 'remove'; folder: string }

const message = z.union([z.object({ text: z.string() }), z.object({ unpacked: z.number().int().nonnegative() }), z.object({ failed: z.string() }), pythonsMessage])

/** Any that runs the programs: which one a pipeline takes is another matter. */
const anyPython = '>=3.8'
const mostLogLines = 2000

export function createPythonsService(deps: PythonsDeps): PythonsService {
  let work: PythonWork | null = null
  let lines: string[] = []
  let stop = new AbortController()
  let installing: Promise<void> | null = null
  let rev = 0
  let told = ''

  const look = (): Omit<PythonsState, 'rev'> => {
    const place = deps.currentPlace()
    const known = place && deps.known.of(place.cache)
    const users = new Map<object, string[]>()
    const missing = new Map<string, string[]>()
    if (place && known) for (const { name, pythonVersion } of deps.pipelines()) {
      const found = pythonFor(known, pythonVersion)
      if (found) users.set(found, [...(users.get(found) ?? []), name])
      else if (deps.known.isMissing(place.cache, pythonVersion)) missing.set(pythonVersion, [...(missing.get(pythonVersion) ?? []), name])
    }
    const usedBy = (found: object): string[] => users.get(found) ?? []
    return {
      lookedAtMs: known?.lookedAtMs ?? null,
      installed: (known?.installed ?? []).map((found) => ({ version: found.version, folder: found.folder, bytes: found.bytes, usedBy: usedBy(found) })),
      system: (known?.system ?? []).map((found) => ({ ...found, usedBy: usedBy(found) })),
      missing: [...missing].map(([version, names]) => ({ version, usedBy: names })),
      work: work && { ...work },
    }
  }
  const state = (): PythonsState => {
    const now = look()
    const text = JSON.stringify(now)
    if (text !== told) rev += 1
    told = text
    return { ...now, rev }
  }
  const refresh = (): void => {
    const before = rev
    const now = state()
    if (now.rev !== before) deps.publish('pythons.changed', now)
  }
  const change = (patch: Partial<PythonWork>): void => {
    if (work) work = { ...work, ...patch }
    refresh()
  }
  const note = (cache: string, list: PythonList): void => {
    deps.known.note(cache, list)
    deps.onChanged()
    refresh()
  }

  /** null, or what uv said. */
  const perform = async (asked: Work, python: string, signal?: AbortSignal): Promise<string | null> => {
    const worker = await deps.worker()
    let failed: string | null = null
    let list: PythonList | null = null
    const onStdout = createMessageReader(message, (heard) => {
      if ('text' in heard) lines = [...lines, heard.text].slice(-mostLogLines)
      else if ('unpacked' in heard) change({ unpackedBytes: heard.unpacked })
      else if ('failed' in heard) failed = heard.failed
      else list = heard.pythons
    })
    const problem = await worker.perform({ program: 'python_versions.py', work: asked, isOffline: asked.action !== 'install', python, onStdout, ...(signal && { stop: signal }) })
    const place = await deps.place()
    if (place !== null && list !== null) note(place.cache, list)
    // Without any Python no program can tell, and that says all.
    if (place !== null && list === null && asked.action === 'look' && /No interpreter found/.test(problem ?? '')) {
      note(place.cache, { installed: [], system: [] })
      return null
    }
    if (failed === null && problem !== null) lines = [...lines, problem]
    return failed ?? problem
  }

  const hasAny = (place: CachePlace | null): boolean => {
    const known = place && deps.known.of(place.cache)
    return known !== null && known.installed.length + known.system.length > 0
  }

  const performInstall = async (version: string, { signal }: AbortController): Promise<void> => {
    if (signal.aborted) return
    change({ phase: 'working' })
    try {
      // Where there is none at all, uv brings the wanted one to run the program with.
      const failed = await perform({ action: 'install', version }, hasAny(await deps.place()) ? anyPython : version, signal)
      if (signal.aborted) return
      if (failed === null) return change({ phase: 'done' })
      change({ phase: 'failed', message: pythonFault(version, failed) })
    } catch (error) {
      if (!signal.aborted) change({ phase: 'failed', message: toWireError(error).message })
    }
  }

  return {
    state,
    async look() {
      if ((await deps.place()) !== null) {
        const problem = await deps.turns(() => perform({ action: 'look' }, anyPython))
        if (problem !== null) throw new AppError('cache/unreadable', `The Pythons could not be looked through: ${problem}`)
      }
      return state()
    },
    install(version) {
      if (work?.phase === 'waiting' || work?.phase === 'working') throw new AppError('cache/busy', `Python ${work.version} is being installed. Wait until it is done, or cancel it.`)
      work = { version, phase: 'waiting', unpackedBytes: 0, message: null }
      lines = []
      const controller = new AbortController()
      stop = controller
      installing = deps.turns(() => performInstall(version, controller), controller.signal)
      refresh()
      return state()
    },
    cancelInstall() {
      if (work?.phase === 'waiting' || work?.phase === 'working') {
        stop.abort()
        change({ phase: 'cancelled' })
      }
      return state()
    },
    idle: async () => installing ?? undefined,
    log: () => lines.join('\n'),
    async remove(folder) {
      const refuse = (): void => {
        if (deps.hasLiveRun()) throw new AppError('cache/busy', 'A run of this workspace is under way and may use this Python. Stop it or wait for its end, then remove the Python.')
      }
      refuse()
      await deps.turns(async () => {
        refuse()
        const place = await deps.place()
        const found = place && deps.known.of(place.cache)?.installed.find((python) => python.folder === folder)
        if (!place || !found) throw new AppError('cache/unreadable', `There is no ${folder} in the cache any more. Look again.`)
        // First: should this process end now, nothing that used it is called warm.
        deps.known.noteRemoved(place.cache, found.version)
        const failed = await perform({ action: 'remove', folder }, anyPython)
        if (failed !== null) throw new AppError('cache/unreadable', `Python ${found.version} could not be removed: ${failed}`)
      })
      return state()
    },
    forPrograms(wanted) {
      const place = deps.currentPlace()
      return place !== null && hasAny(place) && deps.known.isMissing(place.cache, wanted) ? anyPython : wanted
    },
    async hasAny() {
      const place = await deps.place()
      if (place === null || deps.known.of(place.cache) === null) await perform({ action: 'look' }, anyPython)
      return hasAny(await deps.place())
    },
    note,
    refresh,
    reset() {
      stop.abort()
      work = null
      lines = []
    },
    async dispose() {
      stop.abort()
      await installing
    },
  }
}
