/** `ffdesk stop ID`: also a run of the window, or of another command. */
import { AppError } from '@shared/app-error'
import type { Run } from '@shared/contract/runs'
import type { Api } from '../api'
import type { Invocation } from './invocation'
import { printable, type Output } from './output'
import { exitCodes } from './run-command'

type Input = { api: Api; output: Output; invocation: Extract<Invocation, { command: 'stop' }>; waitMs?: number }

const lookEveryMs = 100
/** Longer than any grace, so that a run which does not end is said to be one. */
const longestWaitMs = 620_000

export async function stopCommand({ api, output, invocation, waitMs = longestWaitMs }: Input): Promise<number> {
  let run: Run = await api('runs.stop', { runId: invocation.runId })
  if (run.phase !== 'finished' && run.phase !== 'stopping') output.say('Stopping…')
  const until = performance.now() + waitMs
  while (run.phase !== 'finished') {
    if (performance.now() > until) throw new AppError('internal', `The run ${run.id} has not ended. If the app that started it crashed, start the app: it takes the run over, and it can be stopped there.`)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    run = await api('runs.get', { runId: run.id })
  }
  if (invocation.json) await output.json({ type: 'finished', run })
  else output.say(`${printable(run.pipeline)}: ${run.outcome ?? ''}`)
  return exitCodes.ok
}
