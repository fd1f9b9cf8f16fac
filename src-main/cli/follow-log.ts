/** Pulls a run's log to its end, as the window does: a slow reader of our output slows nothing but us. */
import type { LogChunk } from '@shared/contract/runs'
import type { Api } from '../api'
import type { Events } from '../engine/events'

const safetyMs = 1000
const chunkBytes = 1_048_576

export type FollowInput = { api: Api; events: Events; runId: string; onChunk: (chunk: LogChunk) => Promise<void> }

/** Ends when the run has finished and all of its log was handed over. */
export async function followLog({ api, events, runId, onChunk }: FollowInput): Promise<void> {
  let wake = (): void => undefined
  const unsubscribe = [
    events.on('runs.logAppended', (growth) => void (growth.runId === runId && wake())),
    events.on('runs.changed', (run) => void (run.id === runId && wake())),
  ]
  try {
    let fromByte = 0
    for (;;) {
      const grown = new Promise<void>((resolve) => (wake = resolve))
      const chunk = await api('runs.readLog', { runId, fromByte, maxBytes: chunkBytes })
      if (chunk.bytes.length > 0) await onChunk(chunk)
      fromByte = chunk.nextByte
      if (chunk.complete) return
      if (chunk.bytes.length > 0) continue
      // A run that another process drives sends no events here: look again all the same.
      let timer: NodeJS.Timeout | undefined
      await Promise.race([grown, new Promise((resolve) => (timer = setTimeout(resolve, safetyMs)))])
      clearTimeout(timer)
    }
  } finally {
    for (const end of unsubscribe) end()
  }
}
