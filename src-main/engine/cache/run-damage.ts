/**
 * After a run that failed in a way that a damaged cache would explain: looks at exactly the environment that the run used, and
 * repairs what is wrong with it. Nothing is concluded from the failure itself: only what is found counts (RELIABILITY.md D26).
 */
import type { Run, RunnerKind } from '@shared/contract/runs'
import type { CacheDamage } from '@shared/contract/cache-check'
import type { RunSpec } from '../runners/runner'
import { cacheNoticeStart } from '@shared/cache-notice'
import { toWireError } from '@shared/app-error'
import type { CacheJob } from './cache-work'
import type { CacheWorker } from './cache-worker'
import type { PublishedNotes } from './published-notes'
import { damageWords, lookAtCache } from './cache-look'

export type RunDamageDeps = {
  worker: (kind: RunnerKind, spec: RunSpec) => Promise<CacheWorker>
  jobOf: (spec: RunSpec, worker: CacheWorker) => { job: CacheJob; pipelineDir: string | undefined }
  /** What was warm with it is not any more. */
  forgetWarm: (run: Run, spec: RunSpec, damage: readonly CacheDamage[]) => Promise<void>
  published: PublishedNotes
  onProblem: (error: unknown) => void
}

export type RunDamage = (failed: { run: Run; spec: RunSpec; stop: AbortSignal }) => Promise<RunDamageFinding | null>

/** `isRepaired`: another run can succeed. */
export type RunDamageFinding = { message: string; isRepaired: boolean }

/** Never rejects. Answers null where the cache is as it was made. */
export function createRunDamage({ worker, jobOf, forgetWarm, published, onProblem }: RunDamageDeps): RunDamage {
  const look = async ({ run, spec, stop }: Parameters<RunDamage>[0]): Promise<RunDamageFinding | null> => {
    const chosen = await worker(run.runner, spec)
    const { job, pipelineDir } = jobOf(spec, chosen)
    const options = { stop, pipelineDir }
    const work = { isFull: true, repairs: true, jobs: [job], remove: null, published: published.all() }
    let found = await lookAtCache(chosen, work, options)
    if (stop.aborted) return null
    const isBlocked = found.foreign !== null && (run.outcome === 'setup-failed' || found.damage.some(({ files }) => files.some(([, why]) => why === 'unreadable')))
    const where = chosen.where()[0] ?? 'its folder'
    if (isBlocked && found.foreign !== null) {
      const { count, example } = found.foreign
      const what = `${cacheNoticeStart} ${where}, not your code: ${count === 1 ? 'a file' : `${count} files`} in it belonged to another user (${example})`
      try {
        await chosen.handOver()
      } catch (error) {
        return { message: `${what.replace('belonged', 'belong')}, so uv cannot use it. ${toWireError(error).message}`, isRepaired: false }
      }
      found = await lookAtCache(chosen, work, options)
      await forgetWarm(run, spec, found.damage)
      const damaged = found.damage.length === 0 ? '' : ` Besides, ${damageWords(found.damage)}; that was taken out.`
      return { message: `${what}, so uv could not use it. They were given back to the user of the runs.${damaged}${run.trigger === 'repair' ? '' : ' The run is tried again.'}`, isRepaired: true }
    }
    if (found.problem !== null) onProblem(found.problem)
    if (found.damage.length === 0) return null
    if (run.trigger === 'repair') {
      // A moment ago it was fetched for this very run.
      published.note(found.damage)
      return null
    }
    await forgetWarm(run, spec, found.damage)
    const isChanged = found.damage.some(({ files }) => files.some(([, why]) => why === 'changed'))
    const warning = isChanged ? ' What is in the cache is executed: look what wrote to it, a pipeline of this workspace could.' : ''
    return { message: `${cacheNoticeStart} ${where}, not your code: ${damageWords(found.damage)}. That was taken out of the cache, and the run is tried again with it fetched anew.${warning}`, isRepaired: found.repaired !== null }
  }
  return async (failed) => {
    try {
      return await look(failed)
    } catch (error) {
      if (!failed.stop.aborted) onProblem(error)
      return null
    }
  }
}
