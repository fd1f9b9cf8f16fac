/** `ffdesk schedule NAME`: when the pipeline fires next, as the server computes it. */
import { describeCron } from '@shared/cron-words'
import type { Api } from '../api'
import type { Invocation } from './invocation'
import { printable, type Output } from './output'
import { exitCodes } from './run-command'

type Input = { api: Api; output: Output; invocation: Extract<Invocation, { command: 'schedule' }> }

export async function scheduleCommand({ api, output, invocation }: Input): Promise<number> {
  const { entries } = await api('schedule.next', { pipeline: invocation.pipeline, count: invocation.count, fromAtMs: invocation.fromAtMs })
  if (invocation.json) {
    await output.json({ pipeline: invocation.pipeline, entries: entries.map(({ atMs, ...entry }) => ({ ...entry, times: atMs.map((at) => new Date(at).toISOString()) })) })
    return exitCodes.ok
  }
  if (entries.length === 0) output.say(`${printable(invocation.pipeline)} has no schedule.`)
  for (const { runConfigId, timing, enabled, atMs, problems } of entries) {
    const words = timing.kind === 'cron' ? describeCron(timing.text) : timing.text
    const name = runConfigId === null ? (timing.kind === 'restart' ? 'restart' : timing.kind === 'once' ? 'once' : 'schedule') : `configuration ${printable(runConfigId)}`
    await output.line(`${name}: ${printable(words)}${words === timing.text ? '' : ` (${printable(timing.text)})`}${enabled ? '' : ', disabled'}`)
    for (const { severity, message } of problems) output.say(`${severity}: ${printable(message)}`)
    for (const at of atMs) await output.line(`  ${new Date(at).toISOString().replace('T', ' ').replace('.000Z', ' UTC')}   ${new Date(at).toLocaleString()} here`)
    if (atMs.length === 0) await output.line('  never again')
  }
  return exitCodes.ok
}
