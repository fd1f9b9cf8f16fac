/** Runs a container that is no run of a pipeline to its end and removes it: one of the guard's fixed helpers (guard-helpers.ts), or work in a cache. */
import { randomUUID } from 'node:crypto'
import type { Duplex, Readable } from 'node:stream'
import type { ContainerSpec, DockerClient } from './client'
import { watchExit } from './container-exit'
import { createDemux } from './demux'

const maxOutputBytes = 4096
const drainMs = 2000

export type ToEnd = {
  /** What it answers is waited for before more is read. */
  onStdout: (chunk: Buffer) => void | Promise<void>
  onStderr: (chunk: Buffer) => void
  /** Aborted, it is killed. */
  stop?: AbortSignal
}

/** The exit code; null when the container was removed under way. */
export async function runToEnd(client: DockerClient, name: string, spec: ContainerSpec, { onStdout, onStderr, stop }: ToEnd): Promise<number | null> {
  const id = await client.createContainer(name, spec)
  const watch = watchExit(client, id)
  const onStop = (): void => void client.kill(id).catch(() => undefined)
  let stream: Duplex | null = null
  try {
    stream = await client.attach(id)
    let taken: void | Promise<void>
    const demux = createDemux({ onStdout: (chunk) => void (taken = onStdout(chunk)), onStderr, onEngineError: () => undefined })
    const output = stream
    const drained = quietOrEnd(output)
    output.on('data', (chunk: Buffer) => {
      demux.push(chunk)
      pauseWhile(output, taken)
    })
    stop?.addEventListener('abort', onStop, { once: true })
    await client.start(id)
    if (stop?.aborted) onStop()
    const facts = await watch.exited()
    await drained()
    return facts?.exitCode ?? null
  } finally {
    stop?.removeEventListener('abort', onStop)
    watch.dispose()
    stream?.destroy()
    // What it did is done; that it could not be tidied away must not hide how it went.
    await client.remove(id).catch(() => undefined)
  }
}

/** `exitCode` is -1 when the container was removed under way; `output` is the first 4 KB of both streams. */
export async function runHelper(client: DockerClient, spec: ContainerSpec): Promise<{ exitCode: number; output: string }> {
  let output = Buffer.alloc(0)
  const collect = (chunk: Buffer): void => void (output = Buffer.concat([output, chunk]).subarray(0, maxOutputBytes))
  const exitCode = await runToEnd(client, `ffd-help-${randomUUID()}`, spec, { onStdout: collect, onStderr: collect })
  return { exitCode: exitCode ?? -1, output: output.toString('utf8') }
}

/** Reads no more until what took the last chunk is ready for the next. */
export function pauseWhile(stream: Readable, taken: void | Promise<void>): void {
  if (taken === undefined) return
  stream.pause()
  const resume = (): void => void stream.resume()
  taken.then(resume, resume)
}

/** Waits for the end of the stream, but not for one that has nothing more to say and does not end. */
function quietOrEnd(stream: Duplex): () => Promise<void> {
  let lastAtMs = 0
  let hasEnded = false
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true
      resolve()
    }
    stream.once('close', end)
    stream.once('error', end)
  })
  stream.on('data', () => (lastAtMs = performance.now()))
  return async () => {
    const sinceMs = performance.now()
    while (!hasEnded && (stream.isPaused() || performance.now() - Math.max(sinceMs, lastAtMs) < drainMs)) await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, drainMs / 8).unref())])
  }
}
