/** `ffdesk preheat [NAME...]`: fetches Python and packages ahead of runs. */
import type { PreheatJob, PreheatState } from '@shared/contract/cache'
import type { Api } from '../api'
import type { Events } from '../engine/events'
import type { Invocation } from './invocation'
import { printable, type Output } from './output'
import { exitCodes } from './run-command'

type Input = { api: Api; events: Events; output: Output; invocation: Extract<Invocation, { command: 'preheat' }>; onInterrupt: (listener: () => void) => void }

/** Exit code 1 when one failed. */
export async function preheatCommand({ api, events, output, invocation, onInterrupt }: Input): Promise<number> {
  const shown = new Map<string, string>()
  const show = async ({ jobs }: PreheatState): Promise<void> => {
    for (const job of jobs) {
      if (job.phase === 'queued' || shown.get(job.pipeline) === job.phase) continue
      shown.set(job.pipeline, job.phase)
      if (invocation.json) await output.json(job)
      else output.say(lineOf(job))
    }
  }
  onInterrupt(() => void api('cache.cancelPreheat', {}))
  let resolveEnd = (_state: PreheatState): void => undefined
  const ended = new Promise<PreheatState>((resolve) => (resolveEnd = resolve))
  let writing = Promise.resolve()
  const unsubscribe = events.on('cache.preheatChanged', (state) => {
    writing = writing.then(() => show(state))
    if (!state.isRunning) resolveEnd(state)
  })
  const begun = await api('cache.preheat', { pipelines: invocation.pipelines.length === 0 ? null : invocation.pipelines })
  const { jobs } = begun.isRunning ? await ended : begun
  unsubscribe()
  await writing
  if (jobs.length === 0) output.say('Everything is warm already.')
  if (jobs.some(({ phase }) => phase === 'cancelled')) return exitCodes.stopped
  return jobs.some(({ phase }) => phase === 'failed') ? exitCodes.failed : exitCodes.ok
}

function lineOf({ pipeline, phase, total, message }: PreheatJob): string {
  const name = printable(pipeline)
  switch (phase) {
    case 'ready':
      return `${name}: ready${total === 0 ? '' : ` (${total} ${total === 1 ? 'package' : 'packages'})`}`
    case 'failed':
      return `${name}: failed\n${(message ?? '').split('\n').map((line) => `  ${printable(line)}`).join('\n')}`
    case 'locked':
      return `${name}: waits, something else works alone in the cache (uv cache clean, a removal or an import)`
    default:
      return `${name}: ${phase}`
  }
}
