/**
 * Who may run now and who waits, in order of arrival. A run that waits for its own pipeline does not hold up the runs of
 * others behind it. Knows no Run: a ticket in, a promise out.
 */
import type { QueueReason } from '@shared/contract/runs'

export type QueueTicket = {
  runId: string
  /** Names the pipeline in its workspace. */
  pipelineKey: string
  /** Runs of the pipeline at the same time; null: as many as there are slots. */
  maxInstances: number | null
  /** Waits until the runs of the same pipeline before it are over. */
  alone: boolean
}

export type QueuePlace = { position: number; reason: QueueReason }

export type RunQueue = {
  /** True when the run has its slot, false when it was withdrawn before. */
  enter(ticket: QueueTicket): Promise<boolean>
  /** Takes a run without asking: it runs already, and counts. */
  occupy(ticket: QueueTicket): void
  /** Waits no longer; one that has its slot keeps it. */
  withdraw(runId: string): void
  /** Gives the slot back. */
  leave(runId: string): void
  /** Admits who may go now; call it when the limit has grown. */
  recheck(): void
}

export type RunQueueDeps = {
  /** Slots, at least 1. */
  limit: () => number
  /** The place of one that waits has changed. */
  onPlace: (runId: string, place: QueuePlace) => void
}

type Waiting = { ticket: QueueTicket; admit: (admitted: boolean) => void; place: QueuePlace | null }

export function createRunQueue(deps: RunQueueDeps): RunQueue {
  const holders = new Map<string, QueueTicket>()
  let waiting: Waiting[] = []

  const reasonToWait = (ticket: QueueTicket, before: readonly Waiting[]): QueueReason | null => {
    const isSame = (other: QueueTicket): boolean => other.pipelineKey === ticket.pipelineKey
    const same = [...holders.values()].filter(isSame).length
    if (ticket.alone && (same > 0 || before.some((entry) => isSame(entry.ticket)))) return 'same-pipeline'
    if (ticket.maxInstances !== null && same >= ticket.maxInstances) return 'max-instances'
    return holders.size >= deps.limit() ? 'slots' : null
  }

  const recheck = (): void => {
    const still: Waiting[] = []
    for (const entry of waiting) {
      const reason = reasonToWait(entry.ticket, still)
      if (reason === null) {
        holders.set(entry.ticket.runId, entry.ticket)
        entry.admit(true)
        continue
      }
      still.push(entry)
      const place = { position: still.length, reason }
      if (entry.place?.position === place.position && entry.place.reason === place.reason) continue
      entry.place = place
      deps.onPlace(entry.ticket.runId, place)
    }
    waiting = still
  }

  return {
    enter(ticket) {
      return new Promise((admit) => {
        waiting.push({ ticket, admit, place: null })
        recheck()
      })
    },
    occupy(ticket) {
      holders.set(ticket.runId, ticket)
    },
    withdraw(runId) {
      const withdrawn = waiting.find(({ ticket }) => ticket.runId === runId)
      if (!withdrawn) return
      waiting = waiting.filter((entry) => entry !== withdrawn)
      withdrawn.admit(false)
      recheck()
    },
    leave(runId) {
      if (holders.delete(runId)) recheck()
    },
    recheck,
  }
}
