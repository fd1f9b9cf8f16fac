/** `ffdesk cache check`: whether the cache is as it was made; with --repair what is not is taken out, to be fetched anew. */
import type { CacheCheckState } from '@shared/contract/cache-check'
import type { Api } from '../api'
import type { Events } from '../engine/events'
import type { Invocation } from './invocation'
import { printable, type Output } from './output'
import { exitCodes } from './run-command'

type Input = { api: Api; events: Events; output: Output; invocation: Extract<Invocation, { command: 'cache-check' }>; onInterrupt: (listener: () => void) => void }

/** Exit code 1 when something is damaged and was not repaired. */
export async function cacheCheckCommand({ api, events, output, invocation, onInterrupt }: Input): Promise<number> {
  const { json, isFull, repairs } = invocation
  onInterrupt(() => void api('cache.cancelCheck', {}))
  const ended = async (begin: () => Promise<CacheCheckState>): Promise<CacheCheckState> => {
    let resolveEnd = (_state: CacheCheckState): void => undefined
    const end = new Promise<CacheCheckState>((resolve) => (resolveEnd = resolve))
    const unsubscribe = events.on('cache.checkChanged', (state) => {
      if (state.finishedAtMs !== null) resolveEnd(state)
    })
    try {
      await begin()
      return await end
    } finally {
      unsubscribe()
    }
  }

  const found = await ended(() => api('cache.check', { isFull }))
  if (json) await output.json(found)
  if (found.phase === 'cancelled') return exitCodes.stopped
  if (found.phase === 'failed') return tellFailure(output, found)
  if (!json) for (const line of linesOf(found)) await output.line(line)
  const isDamaged = found.damage.length > 0 || found.foreign !== null
  if (!repairs || (!isDamaged && found.left.bytes === 0)) return isDamaged ? exitCodes.failed : exitCodes.ok
  const repaired = await ended(() => api('cache.repair', {}))
  if (json) await output.json(repaired)
  if (repaired.phase === 'cancelled') return exitCodes.stopped
  if (repaired.phase === 'failed' || repaired.repaired === null) return tellFailure(output, repaired)
  const { bytes, isBusy, cold } = repaired.repaired
  output.say(isBusy ? 'Repaired. A run works in the cache, so its space is freed by the next repair.' : `Repaired; ${megabytes(bytes)} freed.`)
  if (cold.length > 0) output.say(`To be fetched again: ${printable(cold.join(', '))}`)
  return exitCodes.ok
}

function tellFailure(output: Output, { message }: CacheCheckState): number {
  output.say(message ?? 'The cache could not be checked.')
  return exitCodes.failed
}

function linesOf({ damage, foreign, left, packages, environments, isFull }: CacheCheckState): string[] {
  const lines = damage.flatMap(({ name, version, kind, files, fileCount, bytes }) => [
    `${printable(`${name} ${version}`.trim()) || 'an environment'} (${kind}, ${megabytes(bytes)})`,
    ...files.map(([file, why]) => `  ${printable(file)}: ${why}`),
    ...(fileCount > files.length ? [`  and ${fileCount - files.length} more`] : []),
  ])
  if (foreign !== null) lines.push(`Of another user than the runs': ${foreign.count}, for example ${printable(foreign.example)}`)
  if (left.bytes > 0) lines.push(`Left over: ${megabytes(left.bytes)}`)
  if (damage.length === 0 && foreign === null) lines.push(`${packages} packages and ${environments} environments, all ${isFull ? 'as they were made' : 'of the right size'}.`)
  return lines
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
