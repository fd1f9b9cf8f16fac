/**
 * Follows a container to its end: output, measurements, exit, stop. The way to the engine may break under way, and the engine
 * itself go away and come back: then the output is read again from its beginning, and nothing of it is lost.
 */
import { AppError, toWireError } from '@shared/app-error'
import type { ContainerFacts, DockerClient } from '../docker/client'
import { isOver, watchExit, type ExitWatch } from '../docker/container-exit'
import { readContainerOutput, type ContainerOutput } from './container-output'
import { createMetricsSampler } from './metrics-sampler'
import { signalOfExitCode, type RunnerExit, type RunnerHooks } from './runner'

export type Following = {
  client: DockerClient
  /** A client for the engine as it is now; throws docker/unavailable while there is none. */
  reconnect: () => Promise<DockerClient>
  id: string
  stopGraceSeconds: number
  hooks: RunnerHooks
  stop: AbortSignal
}

/** Attached and watched, but not begun to be followed: made before the start of a container, or from its log afterwards. */
export type Link = { client: DockerClient; output: ContainerOutput; watch: ExitWatch; /** Read after the end of the container: there is no more than this. */ isFinal: boolean }

/** A stream that ended says little: the exit follows at once, or the stream was cut. */
const cutAfterMs = 2000
const lookAgainMs = 1000
/** The end of the output and the exit of the container are told within this. */
const sameMomentMs = 500
/** A stop waits no longer than this to hear whether there is something to stop. */
const askWithinMs = 1000
/** How long a stop waits for an engine that does not answer. */
const giveUpStopMs = 15_000

/** Before the start: begin watching, then attach. */
export async function attachToContainer(client: DockerClient, id: string, hooks: RunnerHooks): Promise<Link> {
  const watch = watchExit(client, id)
  try {
    return { client, watch, output: readContainerOutput(await client.attach(id), hooks), isFinal: false }
  } catch (error) {
    watch.dispose()
    throw error
  }
}

/** After the start: the output comes again from its beginning. */
export async function reattachToContainer(client: DockerClient, id: string, hooks: RunnerHooks, isFinal = false): Promise<Link> {
  const watch = watchExit(client, id)
  try {
    const stream = await client.logs(id)
    hooks.onReplay()
    return { client, watch, output: readContainerOutput(stream, hooks), isFinal }
  } catch (error) {
    watch.dispose()
    throw error
  }
}

export function closeLink({ output, watch }: Link): void {
  watch.dispose()
  output.close()
}

/** To the end of a container that runs. Throws docker/... for what is not the pipeline's fault; the container stays. */
export async function followContainer(first: Link, { reconnect, id, stopGraceSeconds, hooks, stop }: Following): Promise<RunnerExit> {
  let link = first
  let stopped = false
  let engineWasLost = false
  let stopping: Promise<void> = Promise.resolve()
  const onStop = (): void => {
    const { client } = link
    stopping = (async () => {
      // After the computer slept a timeout fires before its end is heard of: what ended by itself was not stopped.
      if (await hasEnded(client, id)) return
      stopped = true
      await stopContainer(client, id, stopGraceSeconds, hooks)
    })()
  }
  stop.addEventListener('abort', onStop)
  if (stop.aborted) onStop()
  try {
    for (;;) {
      const sampler = createMetricsSampler(link.client, id, (sample) => hooks.onMetrics(sample))
      let end: Awaited<ReturnType<typeof endOrBreak>>
      try {
        end = await endOrBreak(link, id)
      } finally {
        sampler.dispose()
      }
      if (end.kind === 'exited') return { ...exitOf(end.facts), stopped, engineWasLost }
      closeLink(link)
      if (end.kind === 'lost') {
        engineWasLost = true
        hooks.onReconnecting()
      }
      link = await linkAgain({ client: link.client, reconnect, id, stopGraceSeconds, hooks, stop }, end.kind === 'lost')
      if (end.kind === 'lost') hooks.onReconnected()
      // What was asked of an engine that was away has to be asked again.
      if (stop.aborted) onStop()
    }
  } finally {
    stop.removeEventListener('abort', onStop)
    closeLink(link)
    await stopping
  }
}

type End = { kind: 'exited'; facts: ContainerFacts | null } | { kind: 'cut' } | { kind: 'lost' }

async function endOrBreak({ client, output, watch, isFinal }: Link, id: string): Promise<End> {
  let timer: NodeJS.Timeout | undefined
  let endedAtMs: number | null = null
  const look = async (): Promise<End | null> => {
    const facts = await client.inspect(id)
    return facts === null || isOver(facts) ? { kind: 'exited', facts } : null
  }
  // Of a container that had ended before nobody tells; its output ends at once.
  const cut = output.ended.then(async () => {
    endedAtMs = performance.now()
    const over = await look()
    if (over) return over
    await new Promise((resolve) => (timer = setTimeout(resolve, cutAfterMs)))
    return (await look()) ?? { kind: 'cut' as const }
  })
  try {
    const exited = watch.exited().then((facts): End => ({ kind: 'exited', facts }))
    exited.catch(() => undefined)
    cut.catch(() => undefined)
    const end = await Promise.race([exited, cut])
    if (end.kind !== 'exited') return end
    // The stream had been cut before: what came in between is in the engine's log only.
    const isTorn = !isFinal && end.facts !== null && endedAtMs !== null && performance.now() - endedAtMs > sameMomentMs
    if (isTorn) return { kind: 'cut' }
    await output.drained()
    return end
  } catch (error) {
    if (isAway(error)) return { kind: 'lost' }
    throw error
  } finally {
    clearTimeout(timer)
  }
}

async function linkAgain({ reconnect, id, hooks, stop }: Following, engineWasLost: boolean): Promise<Link> {
  let silentSinceStopMs: number | null = null
  for (;;) {
    try {
      const client = await reconnect()
      const facts = await client.inspect(id)
      if (facts === null) throw goneError()
      // Measured: of what a container writes after its engine has gone, the engine keeps nothing if the container ends before it is back.
      if (engineWasLost && isOver(facts)) hooks.onNotice({ severity: 'warning', message: 'The pipeline ended while the container engine was away. The engine does not keep what was written in that time: the end of the log may be missing.' })
      return await reattachToContainer(client, id, hooks, isOver(facts))
    } catch (error) {
      if (!isAway(error)) throw error
      if (stop.aborted) silentSinceStopMs ??= performance.now()
      if (silentSinceStopMs !== null && performance.now() - silentSinceStopMs > giveUpStopMs) throw error
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    }
  }
}

/** False also where the engine does not say so soon. */
async function hasEnded(client: DockerClient, id: string): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const inTime = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), askWithinMs)))
  try {
    const facts = await Promise.race([client.inspect(id), inTime])
    return facts !== null && isOver(facts)
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

/** A stop that the engine does not answer must still end the run (RELIABILITY.md §0.3): kill, whatever that says. */
async function stopContainer(client: DockerClient, id: string, graceSeconds: number, hooks: RunnerHooks): Promise<void> {
  try {
    await client.stop(id, graceSeconds)
  } catch (error) {
    // The way to the engine is gone: it is asked again when it is back.
    if (isAway(error) && toWireError(error).code === 'docker/unavailable') return
    hooks.onNotice({ severity: 'warning', message: `The engine did not stop the container in time and was told to kill it (${toWireError(error).message}).` })
    await client.kill(id).catch(() => undefined)
  }
}

function isAway(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'docker/unavailable' || error.code === 'docker/timeout')
}

function goneError(): AppError {
  return new AppError('docker/rejected', 'The container was removed from outside while the pipeline ran; its exit code is lost. Run the pipeline again.')
}

function exitOf(facts: ContainerFacts | null): Omit<RunnerExit, 'stopped' | 'engineWasLost'> {
  if (facts === null) throw goneError()
  if (facts.error !== '') throw new AppError('docker/rejected', `The engine could not run the container: ${facts.error}`)
  return { exitCode: facts.exitCode, signal: signalOfExitCode(facts.exitCode), outOfMemory: facts.oomKilled, route: null }
}
