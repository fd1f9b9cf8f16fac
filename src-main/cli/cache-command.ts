/** `ffdesk cache`: what the cache holds; what could go, and removing it; the cache as a file, out and in. */
import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { CacheTransfer, CacheUpkeep } from '@shared/contract/cache'
import { fromWireError } from '@shared/app-error'
import type { Api } from '../api'
import type { Events } from '../engine/events'
import type { Invocation } from './invocation'
import { formatTable, printable, type Output } from './output'
import { exitCodes } from './run-command'

type CacheInvocation = Extract<Invocation, { command: 'cache' }>
type Input = { api: Api; events: Events; output: Output; invocation: CacheInvocation; onInterrupt: (listener: () => void) => void }

export async function cacheCommand(input: Input): Promise<number> {
  switch (input.invocation.action) {
    case 'ls':
      return listContent(input)
    case 'prune':
      return prune(input, input.invocation.yes)
    default:
      return transfer(input, input.invocation.action, resolve(input.invocation.file))
  }
}

const sizeText = (bytes: number): string => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`)

async function listContent({ api, output, invocation }: Input): Promise<number> {
  const content = await api('cache.content', {})
  if (invocation.json) {
    await output.json(content)
    return exitCodes.ok
  }
  output.say(`Cache ${sizeText(content.cacheBytes)}, Pythons ${sizeText(content.pythonBytes)}: ${content.where.join(', ')}`)
  const rows = [
    ...content.pythons.map(({ version, bytes, usedBy }) => ['python', version, sizeText(bytes), printable(usedBy.join(', '))]),
    ...content.packages.map(({ name, version, bytes, usedBy }) => [printable(name), printable(version), sizeText(bytes), printable(usedBy.join(', '))]),
  ]
  for (const line of formatTable(rows)) await output.line(line.trimEnd())
  for (const name of content.unknown) output.say(`What ${printable(name)} uses is not known. ffdesk preheat ${printable(name)} finds it out.`)
  return exitCodes.ok
}

/** Shows first; removes with --yes, or when it is agreed to at a terminal. */
async function prune({ api, output, invocation }: Input, yes: boolean): Promise<number> {
  const { id, ...preview } = await api('cache.previewRemoval', { packages: [], unused: true, leftovers: true })
  if (invocation.json) await output.json({ type: 'preview', ...preview })
  for (const line of formatTable(preview.items.map(({ kind, name, bytes, packages }) => [kind, sizeText(bytes), printable(kind === 'environment' ? packages.join(', ') : name)]))) output.say(line.trimEnd())
  for (const name of preview.unknown) output.say(`What ${printable(name)} uses is not known, so no package counts as unused. ffdesk preheat ${printable(name)} finds it out.`)
  if (preview.items.length === 0) {
    output.say(preview.unknown.length > 0 ? 'Nothing to remove.' : 'Nothing to remove: all that is there is used by a pipeline.')
    return exitCodes.ok
  }
  output.say(`${preview.items.length} ${preview.items.length === 1 ? 'entry' : 'entries'}, ${sizeText(preview.bytes)}`)
  if (!yes && !(await agreed())) {
    output.say('Nothing was removed. ffdesk cache prune --yes removes it.')
    return exitCodes.ok
  }
  const removed = await api('cache.remove', { id })
  if (invocation.json) await output.json({ type: 'removed', ...removed })
  for (const problem of removed.kept) output.say(`kept: ${printable(problem)}`)
  output.say(`Removed ${removed.count} of ${preview.items.length}, ${sizeText(removed.freedBytes)} freed.`)
  return removed.kept.length > 0 ? exitCodes.failed : exitCodes.ok
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question('Remove? [y/N] ')
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

async function transfer({ api, events, output, invocation, onInterrupt }: Input, kind: CacheTransfer['kind'], file: string): Promise<number> {
  onInterrupt(() => void api('cache.cancelTransfer', {}))
  let resolveEnd = (_transfer: CacheTransfer): void => undefined
  const ended = new Promise<CacheTransfer>((resolve) => (resolveEnd = resolve))
  const note = ({ transfer: now }: CacheUpkeep): void => void (now && now.state !== 'working' && resolveEnd(now))
  const unsubscribe = events.on('cache.upkeepChanged', note)
  note(kind === 'export' ? await api('cache.export', { file }) : await api('cache.import', { file }))
  const end = await ended
  unsubscribe()
  if (end.state === 'failed' && end.error) throw fromWireError({ ...end.error, details: {} })
  if (invocation.json) await output.json(end)
  if (end.state === 'cancelled') {
    output.say(kind === 'export' ? 'Cancelled; no file was written.' : 'Cancelled; nothing was taken over.')
    return exitCodes.stopped
  }
  output.say(kind === 'export' ? `${file}: ${sizeText(end.fileBytes ?? 0)}` : `Taken over from ${file}: ${sizeText(end.doneBytes)}`)
  return exitCodes.ok
}
