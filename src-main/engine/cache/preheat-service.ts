/**
 * Fills the cache ahead of runs: one program in the worker image works through all pipelines that were asked for, several at a
 * time; what it tells becomes the state of each. Afterwards every one that is ready was started once with the network off.
 */
import type { CacheContent, PreheatJob, PreheatState } from '@shared/contract/cache'
import { AppError, toWireError } from '@shared/app-error'
import type { Publish } from '../events'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import { maskText } from '../secrets/masker'
import { jobOf, partsOf, type AskedJob } from './cache-jobs'
import { createMessageReader, preheatMessage, type CacheInventory, type CacheJob, type PreheatMessage, type PreheatWork } from './cache-work'
import { cacheWaitWords, watchCacheWait } from './cache-wait'
import type { CacheWorker } from './cache-worker'
import type { PythonList } from './known-pythons'
import type { SetupEnvironment } from './setup-environment'
import type { Turns } from './turns'
import type { CachePlace, WarmState } from './warm-state'

export type PreheatDeps = {
  pipelines: () => DiscoveredPipeline[]
  findPipeline: (name: string) => DiscoveredPipeline
  warmState: WarmState
  /** What is built from source executes what the requirements name. Throws workspace/untrusted. */
  requireTrust: () => void
  /** Throws workspace/none-open, docker/…, tool/missing. */
  worker: () => Promise<CacheWorker>
  environmentOf: (pipeline: DiscoveredPipeline) => SetupEnvironment
  /** Where runs would install into now; null while there is nothing. */
  place: () => Promise<CachePlace | null>
  parallel: () => number
  notePythons: (cache: string, list: PythonList) => void
  turns: Turns
  /** What the cache and its Pythons take now. */
  onSize: (bytes: number) => void
  onStart: () => void
  publish: Publish
}

export type PreheatService = {
  /** Answers when it has begun. null: all that are not warm. Throws workspace/untrusted, pipeline/not-found and cache/busy. */
  start(names: string[] | null): Promise<PreheatState>
  /** Ends what is under way; what was fetched stays. */
  cancel(): PreheatState
  state(): PreheatState
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  log(pipeline: string): string
  /** Another workspace: ends what is under way and forgets it. */
  reset(): void
  /** Looks, with the network off, what is there; pipelines that would start are warm from then on. */
  content(): Promise<CacheContent>
  dispose(): Promise<void>
}

type Task = { job: PreheatJob; pipeline: DiscoveredPipeline; environment: SetupEnvironment; key: string; lines: string[]; keptCharacters: number }

const mostLogCharacters = 400_000
const publishEveryMs = 100

export function createPreheatService(deps: PreheatDeps): PreheatService {
  let tasks: Task[] = []
  let startedAtMs: number | null = null
  let rev = 0
  let stop = new AbortController()
  let working: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null

  const state = (): PreheatState => ({ isRunning: working !== null, jobs: tasks.map(({ job }) => ({ ...job })), startedAtMs, rev })
  const publish = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    rev += 1
    deps.publish('cache.preheatChanged', state())
  }
  const change = (task: Task, patch: Partial<PreheatJob>): void => {
    const wasOver = isOver(task.job)
    Object.assign(task.job, patch)
    if (isOver(task.job) !== wasOver) deps.warmState.setWarming(new Set(tasks.filter(({ job }) => !isOver(job)).map(({ job }) => job.pipeline)))
    timer ??= setTimeout(publish, publishEveryMs)
  }
  const addLine = (task: Task, line: string): void => {
    if (task.keptCharacters > mostLogCharacters) return
    task.keptCharacters += line.length + 1
    task.lines.push(task.keptCharacters > mostLogCharacters ? '… what followed was not kept' : line)
  }

  const take = (task: Task, told: PreheatMessage): void => {
    if ('text' in told) return addLine(task, maskText(task.environment.maskValues, told.text))
    if (!('phase' in told)) return
    if (told.phase === 'ready') {
      deps.warmState.remember(task.key, told.packages)
      const total = told.packages.length
      return change(task, { phase: 'ready', done: total, total, doneBytes: task.job.totalBytes })
    }
    if (told.phase === 'failed') {
      const message = maskText(task.environment.maskValues, told.message)
      deps.warmState.rememberFailure(task.key, message)
      return change(task, { phase: 'failed', message })
    }
    const { job: _job, ...patch } = told
    change(task, patch)
  }

  /** Pipelines of one set-up share a job: its id is the set-up's. */
  const performAll = async (worker: CacheWorker, place: CachePlace): Promise<void> => {
    const groups = new Map<string, AskedJob & { tasks: Task[] }>()
    for (const task of tasks) {
      if (isOver(task.job)) continue
      task.key = deps.warmState.keyOf(partsOf(task.pipeline, place, task.environment))
      const asked = jobOf(task.key, task.pipeline, task.environment, worker)
      // Without files it is about the folder, which no other pipeline shares.
      const id = asked.pipelineDir === undefined ? task.key : JSON.stringify([task.key, asked.pipelineDir])
      const known = groups.get(id)
      if (known) known.tasks.push(task)
      else groups.set(id, { tasks: [task], pipelineDir: asked.pipelineDir, job: { ...asked.job, id } })
    }
    const moveAll = (from: PreheatJob['phase'], to: PreheatJob['phase']): Task[] => {
      const moved = tasks.filter(({ job }) => job.phase === from)
      for (const task of moved) change(task, { phase: to })
      return moved
    }
    const onMessage = (told: PreheatMessage): void => {
      moveAll('locked', 'queued')
      if ('inventory' in told) {
        deps.warmState.noteContent(place.cache, namesOf(told.inventory))
        deps.onSize(told.inventory.cacheBytes + told.inventory.pythonBytes)
      }
      if ('pythons' in told) deps.notePythons(place.cache, told.pythons)
      if ('job' in told) for (const task of groups.get(told.job)?.tasks ?? []) take(task, told)
    }
    const jobs = [...groups.values()]
    const together = jobs.filter(({ pipelineDir }) => pipelineDir === undefined).map(({ job }) => job)
    const batches = [...(together.length > 0 ? [{ jobs: together, pipelineDir: undefined }] : []), ...jobs.flatMap(({ job, pipelineDir }) => (pipelineDir === undefined ? [] : [{ jobs: [job], pipelineDir }]))]
    for (const batch of batches) {
      if (stop.signal.aborted) return
      const wait = watchCacheWait(() => Promise.resolve(worker), () => {
        for (const task of moveAll('queued', 'locked')) addLine(task, cacheWaitWords)
      })
      const heard = (told: PreheatMessage): void => {
        wait.heard()
        onMessage(told)
      }
      const problem = await perform(worker, { isOffline: false, parallel: deps.parallel(), jobs: batch.jobs }, heard, stop.signal, batch.pipelineDir).finally(() => wait.over())
      const left = batch.jobs.flatMap(({ id }) => groups.get(id)?.tasks ?? []).filter(({ job }) => !isOver(job))
      for (const task of left) if (!stop.signal.aborted) change(task, { phase: 'failed', message: maskText(task.environment.maskValues, problem ?? 'The program that fills the cache ended early. Try again.') })
    }
  }

  const performTasks = async (): Promise<void> => {
    try {
      const worker = await deps.worker()
      // Volumes and image come with the first look into them.
      const place = (await deps.place()) ?? (stop.signal.aborted ? null : await perform(worker, { isOffline: false, parallel: 1, jobs: [] }, () => undefined, stop.signal), await deps.place())
      if (place !== null && !stop.signal.aborted) await performAll(worker, place)
    } catch (error) {
      for (const task of tasks) if (!isOver(task.job) && !stop.signal.aborted) change(task, { phase: 'failed', message: toWireError(error).message })
    }
    for (const task of tasks) if (!isOver(task.job)) change(task, { phase: stop.signal.aborted ? 'cancelled' : 'failed' })
  }

  const start: PreheatService['start'] = async (names) => {
    deps.requireTrust()
    // One that was cancelled is over within a moment.
    if (working && stop.signal.aborted) await working
    if (working) throw new AppError('cache/busy', 'The cache is being filled already. Wait until it is done, or cancel it.')
    const place = await deps.place()
    const isWarm = (pipeline: DiscoveredPipeline): boolean => place !== null && deps.warmState.isWarm(deps.warmState.keyOf(partsOf(pipeline, place, deps.environmentOf(pipeline))))
    const wanted = names === null ? deps.pipelines().filter((pipeline) => !isWarm(pipeline)) : names.map((name) => deps.findPipeline(name))
    tasks = wanted.map((pipeline) => ({ pipeline, environment: deps.environmentOf(pipeline), key: '', lines: [], keptCharacters: 0, job: { pipeline: pipeline.name, phase: 'queued', done: 0, total: 0, doneBytes: 0, totalBytes: 0, message: null } }))
    startedAtMs = Date.now()
    stop = new AbortController()
    deps.warmState.setWarming(new Set(tasks.map(({ job }) => job.pipeline)))
    if (tasks.length > 0) {
      deps.onStart()
      working = deps.turns(performTasks, stop.signal).finally(() => {
        working = null
        publish()
      })
    }
    publish()
    return state()
  }

  return {
    start,
    cancel() {
      stop.abort()
      return state()
    },
    reset() {
      if (tasks.length === 0) return
      stop.abort()
      tasks = []
      startedAtMs = null
      deps.warmState.setWarming(new Set())
      publish()
    },
    state,
    idle: async () => working ?? undefined,
    log: (name) => tasks.find(({ job }) => job.pipeline === name)?.lines.join('\n') ?? '',
    async content() {
      const worker = await deps.worker()
      const pipelines = deps.pipelines()
      const place = await deps.place()
      // By its set-up, which several pipelines may share.
      const unknown = new Map<string, CacheJob>()
      if (place !== null) for (const pipeline of pipelines) {
        const environment = deps.environmentOf(pipeline)
        const key = deps.warmState.keyOf(partsOf(pipeline, place, environment))
        const { job, pipelineDir } = jobOf(key, pipeline, environment, worker)
        if (pipelineDir === undefined && !(deps.warmState.isWarm(key) && deps.warmState.knowsPackages(key))) unknown.set(key, job)
      }
      let inventory: CacheInventory | null = null
      const onMessage = (told: PreheatMessage): void => {
        if ('inventory' in told) inventory = told.inventory
        if ('pythons' in told && place !== null) deps.notePythons(place.cache, told.pythons)
        if (!('phase' in told) || told.phase !== 'ready') return
        deps.warmState.remember(told.job)
        deps.warmState.notePackages(told.job, told.packages)
      }
      const problem = await perform(worker, { isOffline: true, parallel: deps.parallel(), jobs: [...unknown.values()] }, onMessage)
      if (inventory === null) throw new AppError('cache/unreadable', `The cache could not be looked into: ${problem ?? 'it told nothing'}. Preheat a pipeline first, then look again.`)
      const found = inventory as CacheInventory
      if (place) deps.warmState.noteContent(place.cache, namesOf(found))
      deps.onSize(found.cacheBytes + found.pythonBytes)
      const isUnknown = (pipeline: DiscoveredPipeline): boolean => place !== null && deps.warmState.isWarm(deps.warmState.keyOf(partsOf(pipeline, place, deps.environmentOf(pipeline)))) && deps.warmState.packagesOf(pipeline.realPath) === null
      return { ...contentOf(found, pipelines, deps.warmState), where: worker.where(), unknown: pipelines.filter((pipeline) => pipeline.hasRequirements && isUnknown(pipeline)).map(({ name }) => name) }
    },
    async dispose() {
      stop.abort()
      await working
      if (timer) clearTimeout(timer)
    },
  }
}

function perform(worker: CacheWorker, work: PreheatWork, onMessage: (told: PreheatMessage) => void, stop?: AbortSignal, pipelineDir?: string): Promise<string | null> {
  return worker.perform({ program: 'preheat.py', work, isOffline: work.isOffline, onStdout: createMessageReader(preheatMessage, onMessage), ...(stop && { stop }), ...(pipelineDir !== undefined && { pipelineDir }) })
}

function isOver({ phase }: PreheatJob): boolean {
  return phase === 'ready' || phase === 'failed' || phase === 'cancelled'
}

export function namesOf(inventory: CacheInventory): string[] {
  return [...new Set(inventory.packages.map(({ name }) => name))]
}

function contentOf(inventory: CacheInventory, pipelines: DiscoveredPipeline[], warmState: WarmState): Omit<CacheContent, 'where' | 'unknown'> {
  const users = new Map<string, string[]>()
  for (const pipeline of pipelines) {
    for (const [name, version] of warmState.packagesOf(pipeline.realPath) ?? []) users.set(`${name} ${version}`, [...(users.get(`${name} ${version}`) ?? []), pipeline.name])
  }
  const { packages, pythons, ...sizes } = inventory
  return {
    ...sizes,
    packages: packages.map((found) => ({ ...found, usedBy: users.get(`${found.name} ${found.version}`) ?? [] })).sort((a, b) => b.bytes - a.bytes),
    pythons: pythons.map((found) => ({ ...found, usedBy: pipelines.filter(({ pythonVersion }) => found.version === pythonVersion || found.version.startsWith(`${pythonVersion}.`)).map(({ name }) => name) })),
  }
}
