/** `ffdesk check`: the push gate, for people, for CI, and for git's pre-push hook. Executes nothing of the repository, so it needs no trust. */
import type { ApiInput } from '@shared/contract'
import type { GateReport } from '@shared/contract/gate'
import { toWireError } from '@shared/app-error'
import type { Api } from '../api'
import type { Invocation } from './invocation'
import { printable, type Output } from './output'
import { exitCodes } from './run-command'

type Input = { api: Api; output: Output; invocation: Extract<Invocation, { command: 'check' }>; readAll: () => Promise<string> }

/** 0 without red items, else 1. */
export async function checkCommand({ api, output, invocation, readAll }: Input): Promise<number> {
  const questions = invocation.prePush ? readPrePush(await readAll()) : [{ base: invocation.base }]
  let red = 0
  for (const question of questions) {
    const report = await check(api, question)
    red += report.red
    if (invocation.json) await output.json(report)
    else await sayReport(output, report)
  }
  if (questions.length === 0) output.say('No branch is pushed: nothing to check.')
  return red > 0 ? exitCodes.failed : exitCodes.ok
}

/** A commit of the other side that was never fetched cannot be compared with: then the branch that the server takes is. */
async function check(api: Api, question: ApiInput<'gate.check'>): Promise<GateReport> {
  try {
    return await api('gate.check', question)
  } catch (error) {
    if (question.head == null || question.base == null || toWireError(error).code !== 'git/not-found') throw error
    return api('gate.check', { ...question, base: null })
  }
}

const nothing = /^0+$/

/** git's `<local ref> <local id> <remote ref> <remote id>`, one line for each ref; what is deleted, and tags, are of no pipeline. */
export function readPrePush(text: string): ApiInput<'gate.check'>[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', remoteRef = '', remote = ''] = line.trim().split(' ')
    if (local === '' || nothing.test(local) || !remoteRef.startsWith('refs/heads/')) return []
    return [{ head: local, base: nothing.test(remote) ? null : remote, branch: remoteRef.slice('refs/heads/'.length) }]
  })
}

const marks = { red: 'red  ', amber: 'amber', info: 'info ' }

/** Items on standard output, all about them on standard error. */
export async function sayReport(output: Output, report: GateReport): Promise<void> {
  const { commits, base, items, omitted, red, amber } = report
  output.say(`${commits} ${commits === 1 ? 'commit' : 'commits'} ${base === null ? 'in all; nothing is known of the other side' : `ahead of ${printable(base.name)}`}`)
  for (const { severity, pipeline, path, line, message, isOld } of items) {
    const place = path === null ? (pipeline ?? '') : `${path}${line === null ? '' : `:${line}`}`
    await output.line(`${marks[severity]}  ${place === '' ? '' : `${printable(place)}: `}${printable(message)}${isOld ? ' (so before)' : ''}`)
  }
  if (omitted > 0) output.say(`and ${omitted} more`)
  output.say(red > 0 ? `${red} red, ${amber} amber: the server would not do what is meant.` : amber > 0 ? `No red, ${amber} amber.` : 'The server would run this.')
}

export function sayEffect(output: Output, { reachesServer, serverBranch, pipelines, schedules }: GateReport): void {
  if (!reachesServer) return output.say(`Nothing changes on the server: it takes ${printable(serverBranch)}.`)
  const changed = pipelines.filter(({ change }) => change !== 'unchanged')
  output.say(changed.length === 0 && schedules.length === 0 ? 'No pipeline changes on the server.' : 'With its next sync the server')
  for (const { name, change, enabled } of changed) output.say(`  ${change === 'added' ? 'adds' : change === 'removed' ? 'removes' : 'changes'} ${printable(name)}${enabled ? '' : ' (disabled)'}`)
  for (const { pipeline, runConfigId, timing, change, nextAtMs } of schedules) {
    const name = `${printable(pipeline)}${runConfigId === null ? '' : ` (${printable(runConfigId)})`}: ${printable(timing.text)}`
    output.say(change === 'stops' ? `  stops firing ${name}` : `  fires ${name}${nextAtMs.length === 0 ? ', never' : ''}`)
    for (const at of nextAtMs) output.say(`    ${new Date(at).toISOString().replace('T', ' ').replace('.000Z', ' UTC')}   ${new Date(at).toLocaleString()} here`)
  }
}
