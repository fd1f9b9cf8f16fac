/** Runs a container that is no run of a pipeline to its end and removes it: one of the guard's fixed helpers (guard-helpers.ts), or work in a cache. */
import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { ContainerSpec, DockerClient } from './client'
import { watchExit } from './container-exit'
import { createDemux } from './demux'

const maxOutputBytes = 4096
const drainMs = 2000

export type ToEnd = {
  onStdout: (chunk: Buffer) => void
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
    const demux = createDemux({ onStdout, onStderr, onEngineError: () => undefined })
    const ended = endOf(stream)
    stream.on('data', (chunk: Buffer) => demux.push(chunk))
    stop?.addEventListener('abort', onStop, { once: true })
    await client.start(id)
    if (stop?.aborted) onStop()
    const facts = await watch.exited()
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, drainMs).unref())])
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

function endOf(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', resolve)
    stream.once('error', () => resolve())
  })
}
