/**
 * Removes from the cache what was shown before: packages with the environments they are in, what no pipeline uses, what uv has
 * left behind. Before the first file goes, every pipeline that may need it stops being warm.
 */
import { randomUUID } from 'node:crypto'
import type { ApiInput, ApiOutput } from '@shared/contract'
import type { CacheRemoval } from '@shared/contract/cache'
import { AppError } from '@shared/app-error'
import type { DiscoveredPipeline } from '../pipelines/discovery'
import { chooseRequirements } from '../uv/requirements'
import { createMessageReader, type CacheInventory, type CacheJob } from './cache-work'
import type { CacheWorker } from './cache-worker'
import { jobOf, partsOf } from './cache-jobs'
import { namesOf } from './preheat-service'
import type { SetupEnvironment } from './setup-environment'
import { removalMessage, type RemovalMessage } from './upkeep-messages'
import type { CachePlace, WarmState } from './warm-state'

export type CacheRemovalDeps = {
  pipelines: () => DiscoveredPipeline[]
  environmentOf: (pipeline: DiscoveredPipeline) => SetupEnvironment
  warmState: Pick<WarmState, 'keyOf' | 'packagesOf' | 'isWarm' | 'forgetOthers' | 'noteContent'>
  worker: () => Promise<CacheWorker>
  place: () => Promise<CachePlace | null>
  usedBy: () => Promise<CacheUsers>
  parallel: () => number
  onSize: (bytes: number) => void
}

type Choice = ApiInput<'cache.previewRemoval'>

export type CacheRemover = {
  preview(choice: Choice): Promise<CacheRemoval>
  remove(id: string): Promise<ApiOutput<'cache.remove'>>
  /** Another workspace: what was previewed is no more. */
  forget(): void
}

/** `warmKeys`: of pipelines that start as before when all of it is gone. */
type Previewed = { id: string; ids: string[]; place: CachePlace | null; warmKeys: Set<string> }

/** What works in the cache now, as far as the history tells. */
export type CacheUsers = CacheRemoval['inUseBy']

export function isInUse({ runs, isPreheating }: CacheUsers): boolean {
  return runs.length > 0 || isPreheating
}

/** `users` null, or none: uv's lock tells that there is somebody. */
export function inUseError(users: CacheUsers | null): AppError {
  const who = [...(users?.runs ?? []).map((name) => `the run of ${name}`), ...(users?.isPreheating === true ? ['preheating'] : [])].join(', ')
  return new AppError('cache/in-use', `The cache of this workspace is in use by ${who === '' ? 'something else that uses uv' : who}. Wait until that is done, or stop it.`, { users: who })
}

export function createCacheRemover(deps: CacheRemovalDeps): CacheRemover {
  let previewed: Previewed | null = null

  const perform = async (work: unknown, leavesCacheAlone: boolean, onMessage: (told: RemovalMessage) => void): Promise<void> => {
    let isInUse = false
    const onStdout = createMessageReader(removalMessage, (told) => {
      if ('inUse' in told) isInUse = true
      else onMessage(told)
    })
    const problem = await (await deps.worker()).perform({ program: 'cache_remove.py', work, isOffline: true, leavesCacheAlone, onStdout })
    if (isInUse) throw inUseError(await deps.usedBy())
    if (problem !== null) throw new AppError('cache/unreadable', `The cache could not be looked into: ${problem}`)
  }

  return {
    forget: () => void (previewed = null),
    async preview(choice) {
      // First the worker: whoever has just started knows then whether there is an engine.
      const worker = await deps.worker()
      const [place, inUseBy] = await Promise.all([deps.place(), deps.usedBy()])
      const pipelines = deps.pipelines()
      // Pipelines of one set-up share a job.
      const setups = new Map<string, { job: CacheJob | null; names: string[]; packages: string[] | null }>()
      for (const pipeline of pipelines) {
        if (place === null || chooseRequirements(pipeline.realPath) === null) continue
        const environment = deps.environmentOf(pipeline)
        const key = deps.warmState.keyOf(partsOf(pipeline, place, environment))
        const { job, pipelineDir } = jobOf(key, pipeline, environment, worker)
        const known = setups.get(key)
        if (known) known.names.push(pipeline.name)
        // One that needs its folder is not started here.
        else setups.set(key, pipelineDir === undefined ? { job, names: [pipeline.name], packages: null } : { job: null, names: [pipeline.name], packages: deps.warmState.packagesOf(pipeline.realPath)?.map(named) ?? null })
      }
      const used = pipelines.flatMap(({ realPath }) => deps.warmState.packagesOf(realPath) ?? [])
      const warm = [...setups].filter(([key]) => deps.warmState.isWarm(key))
      const isUnknown = warm.some(([, { job, packages }]) => job === null && packages === null)
      const jobs = [...setups.values()].flatMap(({ job }) => (job === null ? [] : [job]))
      const items: (CacheRemoval['items'][number] & { id: string })[] = []
      await perform({ action: 'plan', ...choice, packages: choice.packages.map(({ name, version }) => [name, version]), used, isUnknown, warm: warm.map(([key]) => key), parallel: deps.parallel(), jobs }, false, (told) => {
        if ('item' in told) items.push({ id: told.item, kind: told.kind, name: told.name, bytes: told.bytes, packages: told.packages.map(named) })
        const setup = 'user' in told ? setups.get(told.user) : undefined
        if (setup && 'user' in told) setup.packages = told.packages?.map(named) ?? null
      })
      const gone = new Set(items.flatMap(({ kind, name }) => (kind === 'package' ? [name] : [])))
      const staysWarm = ({ packages }: { packages: string[] | null }): boolean => gone.size === 0 || (packages !== null && !packages.some((name) => gone.has(name)))
      const withoutPackages = place === null ? [] : pipelines.flatMap((pipeline) => (chooseRequirements(pipeline.realPath) === null ? [deps.warmState.keyOf(partsOf(pipeline, place, deps.environmentOf(pipeline)))] : []))
      previewed = { id: randomUUID(), ids: items.map(({ id }) => id), place, warmKeys: new Set([...withoutPackages, ...warm.flatMap(([key, setup]) => (staysWarm(setup) ? [key] : []))]) }
      return {
        id: previewed.id,
        items: items.map(({ id: _id, ...item }) => item),
        bytes: items.reduce((sum, item) => sum + item.bytes, 0),
        affected: warm.flatMap(([, setup]) => (staysWarm(setup) ? [] : setup.names)),
        unknown: warm.flatMap(([, { packages, names }]) => (packages === null ? names : [])),
        inUseBy,
      }
    },
    async remove(id) {
      if (previewed?.id !== id) throw new AppError('cache/preview-outdated', 'Since this was shown the cache was looked into again, or another workspace was opened. Look once more, then remove.')
      const { ids, place, warmKeys } = previewed
      const users = await deps.usedBy()
      if (isInUse(users)) throw inUseError(users)
      previewed = null
      // Environments alone are made again from the packages, without a network.
      const losesMore = ids.some((item) => !item.startsWith('environment:'))
      const takeBack = place && losesMore ? deps.warmState.forgetOthers(place.cache, warmKeys) : () => undefined
      const removed = { freedBytes: 0, count: 0, kept: [] as string[] }
      let inventory: CacheInventory | null = null
      await perform({ action: 'remove', ids }, true, (told) => {
        if ('inventory' in told) inventory = told.inventory
        if (!('removed' in told)) return
        removed.freedBytes += told.bytes
        if (told.problem === null) removed.count += 1
        else removed.kept.push(told.problem)
      }).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'cache/in-use') takeBack()
        throw error
      })
      // What was found to start while the removal waited for uv's lock was found too early.
      if (place && losesMore) deps.warmState.forgetOthers(place.cache, warmKeys)
      const left = inventory as CacheInventory | null
      if (left) deps.onSize(left.cacheBytes + left.pythonBytes)
      if (left && place) deps.warmState.noteContent(place.cache, namesOf(left))
      return removed
    },
  }
}

function named([name, version]: [string, string]): string {
  return `${name} ${version}`
}
