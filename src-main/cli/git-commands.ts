/** `ffdesk status`, `push` and `sync`: where the workspace stands, and the way to the server and back. */
import type { ChangedFile, Repository } from '@shared/contract/git'
import { AppError } from '@shared/app-error'
import type { Api } from '../api'
import type { Events } from '../engine/events'
import { sayEffect, sayReport } from './check-command'
import { exitCodeOfOperation, followOperation, type Terminal } from './follow-operation'
import type { Invocation } from './invocation'
import { printable, type Output } from './output'
import { exitCodes } from './run-command'

type Input<C extends Invocation['command']> = { api: Api; output: Output; invocation: Extract<Invocation, { command: C }> }
type LongInput<C extends Invocation['command']> = Input<C> & { events: Events; terminal: Terminal | null; onInterrupt: (listener: () => void) => void }

/** Throws git/no-repository, or what git says of it. */
async function repositoryOf(api: Api): Promise<Repository> {
  const { repository, problem } = await api('git.refresh', {})
  if (problem !== null) throw new AppError(problem.code, problem.message, problem.details)
  if (repository === null) throw new AppError('git/no-repository', 'This folder is in no git repository. Make one, or clone one.')
  return repository
}

export async function statusCommand({ api, output, invocation }: Input<'status'>): Promise<number> {
  const { head, upstream, unfinished, files, omitted, stashes } = await repositoryOf(api)
  if (invocation.json) {
    await output.json({ branch: head.branch, commit: head.commit, upstream, unfinished, stashes, files, omitted })
    return exitCodes.ok
  }
  await output.line(`${head.branch === null ? `detached at ${head.commit?.slice(0, 12) ?? 'nothing'}` : `on ${printable(head.branch)}`}${upstreamText(upstream)}`)
  if (unfinished !== 'none') output.say(`In the middle of a ${unfinished}: continue or abort it.`)
  const groups = new Map<string, ChangedFile[]>()
  for (const file of files) groups.set(file.pipeline ?? '', [...(groups.get(file.pipeline ?? '') ?? []), file])
  for (const [pipeline, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await output.line(pipeline === '' ? 'of no pipeline' : printable(pipeline))
    for (const file of group) await output.line(`  ${changeText(file)}  ${printable(file.path)}${file.from === null ? '' : ` (was ${printable(file.from)})`}`)
  }
  if (files.length === 0) output.say('Nothing is changed.')
  if (omitted > 0) output.say(`and ${omitted} more`)
  return exitCodes.ok
}

function upstreamText(upstream: Repository['upstream']): string {
  if (upstream === null) return ', without an upstream'
  const name = printable(upstream.name)
  if (upstream.isGone) return `, ${name} is gone`
  const parts = [...(upstream.ahead > 0 ? [`${upstream.ahead} ahead`] : []), ...(upstream.behind > 0 ? [`${upstream.behind} behind`] : [])]
  return parts.length === 0 ? `, as ${name}` : `, ${parts.join(' and ')} of ${name}`
}

function changeText({ staged, unstaged, conflict }: ChangedFile): string {
  if (conflict !== null) return `conflict (${conflict})`
  return [...(staged === null ? [] : [`staged: ${staged}`]), ...(unstaged === null ? [] : [unstaged])].join(', ')
}

/** The gate first; red items stop it unless they are accepted. */
export async function pushCommand({ api, events, output, invocation, terminal, onInterrupt }: LongInput<'push'>): Promise<number> {
  const { upstream } = await repositoryOf(api)
  const report = await api('gate.check', {})
  if (invocation.json) await output.json({ type: 'gate', report })
  else await sayReport(output, report)
  if (report.red > 0 && !invocation.forceGate) {
    output.say('Not pushed. Correct what is red, or push in spite of it with --force-gate.')
    return exitCodes.failed
  }
  const operation = await followOperation({ api, events, output, terminal, onInterrupt, json: invocation.json, begin: () => api('remote.push', { setUpstream: upstream === null }) })
  if (operation.state === 'done' && !invocation.json) sayEffect(output, report)
  return exitCodeOfOperation(operation)
}

/** As the server does it, but only where nothing would be lost. */
export async function syncCommand({ api, events, output, invocation, terminal, onInterrupt }: LongInput<'sync'>): Promise<number> {
  const operation = await followOperation({ api, events, output, terminal, onInterrupt, json: invocation.json, begin: () => api('remote.sync', {}) })
  if (operation.state === 'done' && !invocation.json) output.say(`As the server has it: ${printable((await api('remote.previewSync', {})).upstream)}.`)
  if (operation.error?.code === 'git/would-overwrite' || operation.error?.code === 'git/non-fast-forward') {
    const preview = await api('remote.previewSync', {})
    if (invocation.json) await output.json({ type: 'lost', verdict: preview.verdict, files: preview.lostFiles, commits: preview.outgoing.commits.map(({ commit }) => commit) })
    else {
      output.say('The server’s hard reset would destroy:')
      for (const file of preview.lostFiles) output.say(`  ${printable(file)}`)
      for (const { commit, subject } of preview.outgoing.commits) output.say(`  commit ${commit.slice(0, 12)} ${printable(subject)}`)
      output.say('Commit, push or stash it first, or sync in the window, which offers each of these.')
    }
  }
  return exitCodeOfOperation(operation)
}
