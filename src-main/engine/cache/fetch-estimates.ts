/**
 * What runs of pipelines that are not warm would fetch: asked of the index by one program for all of them, kept for each set-up and
 * state of the cache, so that a look costs nothing and an edit gets another answer.
 */
import { toWireError } from '@shared/app-error'
import type { FetchEstimate } from '@shared/contract/pipelines'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import type { NetworkEnvironment } from '../platform/network-environment'
import { classifySetupFault } from '../runs/setup-fault'
import { maskText } from '../secrets/masker'
import type { Facts } from '../store/facts'
import type { IndexReach } from '../uv/index-reach'
import { estimateJobOf, partsOf } from './cache-jobs'
import { createMessageReader, estimateMessage, type CacheJob } from './cache-work'
import type { CacheWorker } from './cache-worker'
import type { PythonList } from './known-pythons'
import type { SetupEnvironment } from './setup-environment'
import { createTurns } from './turns'
import type { CachePlace, WarmState } from './warm-state'

export type FetchEstimatesDeps = {
  facts: Facts
  warmState: Pick<WarmState, 'keyOf' | 'isWarm' | 'contentOf'>
  pipelines: () => DiscoveredPipeline[]
  environmentOf: (pipeline: DiscoveredPipeline) => SetupEnvironment
  /** Throws workspace/none-open, docker/…, tool/missing. */
  worker: () => Promise<CacheWorker>
  place: () => Promise<CachePlace | null>
  /** Whether there is any Python to run a program with; looks, where that is not known, and makes the cache then. */
  hasPython: () => Promise<boolean>
  /** Nothing has to be pulled for that. */
  isImageMissing: () => boolean
  network: () => Promise<Pick<NetworkEnvironment, 'proxyEnv'>>
  indexReach: IndexReach
  parallel: () => number
  notePythons: (cache: string, list: PythonList) => void
  /** Resolves when nothing is being preheated. */
  preheated: () => Promise<void>
  onChanged: () => void
}

export type FetchEstimates = {
  /** null: not asked yet. */
  of(key: string, cache: string): FetchEstimate | null
  /** null: all that are not warm. Never more than one container at a time, and never while something is fetched. */
  ask(names: readonly string[] | null, again: boolean): Promise<void>
  /** Something is about to be fetched, which counts more; what was not told until then stays unknown. */
  interrupt(): void
}

type Asked = { key: string; job: CacheJob; local: string[]; environment: SetupEnvironment }

const mostShown = 40
const nothing: FetchEstimate = { packages: [], count: 0, bytes: 0, unknown: [], problem: null }

export function createFetchEstimates(deps: FetchEstimatesDeps): FetchEstimates {
  /** With the state of the cache that they are about. */
  const known = new Map<string, { content: string; estimate: FetchEstimate } | null>()
  /** What could not be asked is asked again at the next occasion. */
  const passing = new Set<string>()
  const turns = createTurns()
  let stop = new AbortController()

  const read = (key: string): { content: string; estimate: FetchEstimate } | null => {
    if (!known.has(key)) known.set(key, JSON.parse(deps.facts.get(`fetch:${key}`) || 'null') as { content: string; estimate: FetchEstimate } | null)
    return known.get(key) ?? null
  }
  const of = (key: string, cache: string): FetchEstimate | null => {
    const found = read(key)
    return found?.content === deps.warmState.contentOf(cache) ? found.estimate : null
  }
  const note = (key: string, content: string, estimate: FetchEstimate, isPassing: boolean): void => {
    const entry = { content, estimate }
    known.set(key, entry)
    if (isPassing) passing.add(key)
    else {
      passing.delete(key)
      deps.facts.set(`fetch:${key}`, JSON.stringify(entry))
    }
  }

  const perform = async (place: CachePlace, hasPython: boolean, names: readonly string[] | null, again: boolean): Promise<void> => {
    const content = deps.warmState.contentOf(place.cache)
    const asked = new Map<string, Asked>()
    for (const pipeline of deps.pipelines()) {
      if (!pipeline.hasRequirements || pipeline.outsideWorkspace || (names !== null && !names.includes(pipeline.name))) continue
      const environment = deps.environmentOf(pipeline)
      const key = deps.warmState.keyOf(partsOf(pipeline, place, environment))
      if (deps.warmState.isWarm(key) || (!again && of(key, place.cache) !== null && !passing.has(key))) continue
      const found = estimateJobOf(key, pipeline, environment)
      if (found) asked.set(key, { ...found, key, environment })
    }
    if (asked.size === 0) return
    stop = new AbortController()
    if (hasPython) {
      const reachable = await withoutUnreachable([...asked.values()], content)
      if (reachable.length > 0) await askProgram(reachable, place, content, stop.signal)
    } else for (const key of asked.keys()) note(key, content, { ...nothing, problem: 'There is no Python yet, without which uv cannot tell.' }, true)
    deps.onChanged()
  }

  /** uv would try for half a minute. */
  const withoutUnreachable = async (asked: Asked[], content: string): Promise<Asked[]> => {
    const { proxyEnv } = await deps.network()
    const reachable: Asked[] = []
    for (const one of asked) {
      const unreachable = await deps.indexReach.unreachable({ ...proxyEnv, ...one.environment.env })
      if (unreachable === null) reachable.push(one)
      else note(one.key, content, { ...nothing, problem: maskText(one.environment.maskValues, `${unreachable} cannot be reached, so the index could not be asked.`) }, true)
    }
    return reachable
  }

  const askProgram = async (asked: Asked[], place: CachePlace, content: string, signal: AbortSignal): Promise<void> => {
    const open = new Map(asked.map((one) => [one.key, one]))
    const onStdout = createMessageReader(estimateMessage, (told) => {
      if ('pythons' in told) return deps.notePythons(place.cache, told.pythons)
      const one = open.get(told.job)
      if (!one) return
      open.delete(told.job)
      if (!('failed' in told)) return note(one.key, content, estimateOf(told.packages, [...told.leftOut, ...one.local]), false)
      const { fault, reason } = classifySetupFault(told.failed)
      note(one.key, content, { ...nothing, problem: maskText(one.environment.maskValues, reason) }, fault === 'network' || fault === 'certificate')
    })
    let problem: string | null
    try {
      problem = await (await deps.worker()).perform({ program: 'estimate.py', work: { parallel: deps.parallel(), jobs: asked.map(({ job }) => job) }, isOffline: false, onStdout, stop: signal })
    } catch (error) {
      problem = toWireError(error).message
    }
    if (signal.aborted) return
    for (const { key, environment } of open.values()) note(key, content, { ...nothing, problem: maskText(environment.maskValues, problem ?? 'The program that asks the index ended early.') }, true)
  }

  return {
    of,
    async ask(names, again) {
      await turns(async () => {
        await deps.preheated()
        if (deps.isImageMissing()) return
        const hasPython = await deps.hasPython()
        const place = await deps.place()
        if (place !== null) await perform(place, hasPython, names, again)
      })
    },
    interrupt: () => stop.abort(),
  }
}

function estimateOf(packages: readonly [name: string, version: string, bytes: number | null, isHeld: boolean][], unknown: string[]): FetchEstimate {
  const missing = packages.filter(([, , , isHeld]) => !isHeld).map(([name, version, bytes]) => ({ name, version, bytes })).sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || (a.name < b.name ? -1 : 1))
  return { packages: missing.slice(0, mostShown), count: missing.length, bytes: missing.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0), unknown, problem: null }
}
