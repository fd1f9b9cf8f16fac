/** The interval at which the workspace is brought up to date by itself. Never asks, and ends at once when its user begins something. */
import type { GitOperations, OperationHandle } from './git-operations'

export type AutoSyncDeps = {
  /** 0: never. */
  minutes: () => number
  operations: GitOperations
  isPossible: () => boolean
  perform: (handle: OperationHandle) => Promise<void>
}

export type AutoSync = {
  /** Cancels what is under way and waits for its end. */
  giveWay(): Promise<void>
  settingsChanged(): void
  dispose(): void
}

export function createAutoSync({ minutes, operations, isPossible, perform }: AutoSyncDeps): AutoSync {
  let timer: NodeJS.Timeout | null = null
  let armedFor = 0
  const live = (): string | undefined => operations.list().find(({ state }) => state === 'running' || state === 'waiting')?.id

  const arm = (): void => {
    if (timer) clearInterval(timer)
    armedFor = minutes()
    timer = armedFor === 0 ? null : setInterval(() => {
      if (live() === undefined && isPossible()) operations.start('sync', perform, { isAutomatic: true })
    }, armedFor * 60_000)
    timer?.unref()
  }
  arm()

  return {
    async giveWay() {
      const own = operations.list().find(({ isAutomatic, state }) => isAutomatic && state === 'running')
      if (own === undefined) return
      operations.cancel(own.id)
      await operations.ended(own.id)
    },
    settingsChanged() {
      if (minutes() !== armedFor) arm()
    },
    dispose() {
      if (timer) clearInterval(timer)
    },
  }
}
