/**
 * Fires the schedules of the open workspace while the app runs, if the user has switched that on for it. A time that passed
 * while the computer slept is missed, as on the server, whose grace is one second.
 */
import { toWireError } from '@shared/app-error'
import type { ApiOutput, ApiParsedInput } from '@shared/contract'
import type { ScheduleState } from '@shared/contract/schedule'
import { callAt } from '../platform/long-timer'
import type { Facts } from '../store/facts'
import { planSchedule, type PlannedEntry, type ScheduledPipeline } from './schedule-plan'

export type ScheduleServiceDeps = {
  pipelines: () => readonly ScheduledPipeline[]
  /** Throws pipeline/not-found. */
  findPipeline: (name: string) => ScheduledPipeline
  /** null: none is open. */
  workspaceRoot: () => string | null
  /** Throws workspace/untrusted. */
  requireTrust: () => void
  facts: Pick<Facts, 'get' | 'set'>
  publish: (state: ScheduleState) => void
  start: (pipeline: string, runConfigId: string | null) => Promise<unknown>
  restart: (pipeline: string) => Promise<unknown>
  /** A start that was refused, and a time that was missed. */
  onProblem: (message: string) => void
  nowMs: () => number
}

export type ScheduleService = {
  state(): ScheduleState
  setActive(active: boolean): ScheduleState
  next(query: ApiParsedInput<'schedule.next'>): ApiOutput<'schedule.next'>
  /** The pipelines, or the workspace, are others. */
  refresh(): void
  dispose(): void
}

/** APScheduler's misfire grace. */
const graceMs = 1000

export function createScheduleService(deps: ScheduleServiceDeps): ScheduleService {
  let rev = 0
  let told = ''
  let cancel = (): void => undefined
  let root: string | null = null
  /** Since when an entry is known: an interval without a start counts from there, whatever else changes. */
  let registeredAtMs = new Map<string, number>()
  /** What fired, or was missed, last. */
  let lastAtMs = new Map<string, number>()

  const activeFact = (of: string): string => `schedule-active:${of}`
  const isActive = (): boolean => root !== null && deps.facts.get(activeFact(root)) === 'yes'

  const entries = (): PlannedEntry[] => {
    const open = deps.workspaceRoot()
    if (open !== root) {
      root = open
      registeredAtMs = new Map()
      lastAtMs = new Map()
    }
    const planned = open === null ? [] : planSchedule(deps.pipelines())
    registeredAtMs = new Map(planned.map(({ key }) => [key, registeredAtMs.get(key) ?? deps.nowMs()]))
    return planned
  }
  const nextOf = (entry: PlannedEntry, afterMs: number): number | null => entry.nextTimes(afterMs, registeredAtMs.get(entry.key) ?? deps.nowMs(), 1)[0] ?? null
  /** Not what fired already: a timer can be early by a moment. */
  const dueOf = (entry: PlannedEntry): number | null => nextOf(entry, Math.max((lastAtMs.get(entry.key) ?? -1) + 1, registeredAtMs.get(entry.key) ?? 0))

  const look = (): Omit<ScheduleState, 'rev'> => {
    const shown = entries().map((entry) => {
      const { pipeline, runConfigId, timing, enabled, window, problems } = entry
      return { pipeline, runConfigId, timing, enabled, ...window, nextAtMs: enabled ? nextOf(entry, deps.nowMs()) : null, problems }
    })
    shown.sort((a, b) => (a.nextAtMs ?? Infinity) - (b.nextAtMs ?? Infinity) || (a.pipeline < b.pipeline ? -1 : 1))
    return { active: isActive(), entries: shown }
  }
  const state = (): ScheduleState => {
    const now = look()
    const text = JSON.stringify(now)
    if (text !== told) rev += 1
    told = text
    return { ...now, rev }
  }

  const fire = async (entry: PlannedEntry, atMs: number): Promise<void> => {
    lastAtMs.set(entry.key, atMs)
    const name = entry.runConfigId === null ? entry.pipeline : `${entry.pipeline} (${entry.runConfigId})`
    const lateMs = deps.nowMs() - atMs
    if (lateMs > graceMs) return deps.onProblem(`${name} was due at ${new Date(atMs).toISOString()} and is not started ${Math.round(lateMs / 1000)} s later.`)
    try {
      await (entry.timing.kind === 'restart' ? deps.restart(entry.pipeline) : deps.start(entry.pipeline, entry.runConfigId))
    } catch (error) {
      deps.onProblem(`${name} was due and could not be started: ${toWireError(error).message}`)
    }
  }

  const arm = (): void => {
    cancel()
    cancel = () => undefined
    const enabled = entries().filter((entry) => entry.enabled)
    if (!isActive()) return
    const due = enabled.flatMap((entry) => {
      const atMs = dueOf(entry)
      return atMs === null ? [] : [{ entry, atMs }]
    })
    const firstMs = Math.min(...due.map(({ atMs }) => atMs))
    if (!Number.isFinite(firstMs)) return
    cancel = callAt(firstMs, () => {
      for (const { entry, atMs } of due) if (atMs <= deps.nowMs()) void fire(entry, atMs)
      changed()
    })
  }
  const changed = (): ScheduleState => {
    const before = rev
    arm()
    const now = state()
    if (now.rev !== before) deps.publish(now)
    return now
  }

  return {
    state,
    setActive(active) {
      if (active) deps.requireTrust()
      entries()
      if (root !== null) deps.facts.set(activeFact(root), active ? 'yes' : 'no')
      // Counted from now: what passed while it was off was not missed.
      registeredAtMs = new Map()
      lastAtMs = new Map()
      return changed()
    },
    next({ pipeline, count, fromAtMs }) {
      const fromMs = fromAtMs ?? deps.nowMs()
      const planned = planSchedule([deps.findPipeline(pipeline)])
      return { entries: planned.map((entry) => ({ runConfigId: entry.runConfigId, timing: entry.timing, enabled: entry.enabled, atMs: entry.nextTimes(fromMs, fromMs, count), problems: entry.problems })) }
    },
    refresh: () => void changed(),
    dispose: () => cancel(),
  }
}
