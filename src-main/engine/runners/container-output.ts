/** Reads the output of a container to its end, whatever viewers do: a stalled reader blocks the container and every call about it (RELIABILITY.md F12). */
import type { Duplex, Readable } from 'node:stream'
import { createDemux } from '../docker/demux'
import type { RunnerHooks } from './runner'

export type ContainerOutput = {
  /** Resolves when the stream has ended, of itself or cut. */
  ended: Promise<void>
  hasEnded(): boolean
  /** Call after the exit: waits for what is on its way. */
  drained(): Promise<void>
  close(): void
}

/** After the exit the rest of the output is on its way already; a stream that stays silent this long will not end by itself. */
const drainSilenceMs = 5000

export function readContainerOutput(stream: Duplex | Readable, hooks: Pick<RunnerHooks, 'onOutput' | 'onNotice'>): ContainerOutput {
  let lastDataAt = performance.now()
  let isOver = false
  const demux = createDemux({
    onStdout: (chunk) => hooks.onOutput('stdout', chunk),
    onStderr: (chunk) => hooks.onOutput('stderr', chunk),
    onEngineError: (text) => hooks.onNotice({ severity: 'warning', message: `The engine reports: ${text}` }),
  })
  const ended = new Promise<void>((resolve) => {
    const finish = (): void => {
      isOver = true
      resolve()
    }
    stream.once('end', finish)
    stream.once('close', finish)
    stream.once('error', finish)
  })
  stream.on('data', (chunk: Buffer) => {
    lastDataAt = performance.now()
    demux.push(chunk)
  })
  return {
    ended,
    hasEnded: () => isOver,
    async drained() {
      lastDataAt = performance.now()
      while (!isOver && performance.now() - lastDataAt < drainSilenceMs) {
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 250))])
      }
      demux.end()
    },
    close: () => void stream.destroy(),
  }
}
