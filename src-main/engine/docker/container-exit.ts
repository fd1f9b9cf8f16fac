/**
 * When has a container ended? Only when `inspect` says so: the end of `wait` or of a stream is a hint, because an idle proxy
 * makes both look like a normal end (RELIABILITY.md F25).
 */
import { AppError } from '@shared/app-error'
import type { ContainerFacts, DockerClient } from './client'

export type ExitWatch = {
  /** Resolves with the final facts, null when the container was removed meanwhile. Call after the start. */
  exited(): Promise<ContainerFacts | null>
  dispose(): void
}

const safetyPollMs = 5000
const firstPollMs = 20
const slowestPollMs = 1000
/** How long an engine may be silent before the way to it counts as lost. */
const engineSilenceMs = 5_000

/** Begin watching before the start: a wait that begins after a quick exit would never end (RELIABILITY.md F6). */
export function watchExit(client: DockerClient, id: string): ExitWatch {
  const controller = new AbortController()
  let hinted = false
  const hint = client.waitForExit(id, controller.signal).then(
    () => void (hinted = true),
    () => void (hinted = true),
  )
  return {
    async exited() {
      let pollMs = firstPollMs
      let silentSinceMs: number | null = null
      for (;;) {
        if (!hinted) await Promise.race([hint, sleep(safetyPollMs, controller.signal)])
        try {
          const facts = await client.inspect(id)
          silentSinceMs = null
          if (facts === null || isOver(facts)) return facts
        } catch (error) {
          silentSinceMs ??= performance.now()
          if (!isSilence(error) || performance.now() - silentSinceMs > engineSilenceMs) throw error
        }
        if (hinted) {
          await sleep(pollMs, controller.signal)
          pollMs = Math.min(pollMs * 2, slowestPollMs)
        }
      }
    },
    dispose: () => controller.abort(),
  }
}

export function isOver(facts: ContainerFacts): boolean {
  return !facts.running && (facts.status === 'exited' || facts.status === 'dead')
}

function isSilence(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'docker/unavailable' || error.code === 'docker/timeout')
}

/** Resolves after the time, or early when the signal is aborted. */
function sleep(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, durationMs)
    if (signal.aborted) done()
    else signal.addEventListener('abort', done, { once: true })
  })
}
