/** Runs one of the guard's fixed helper containers (guard-helpers.ts) to its end and removes it. */
import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { ContainerSpec, DockerClient } from './client'
import { watchExit } from './container-exit'
import { createDemux } from './demux'

const maxOutputBytes = 4096
const drainMs = 2000

/** `exitCode` is -1 when the container was removed under way; `output` is the first 4 KB of both streams. */
export async function runHelper(client: DockerClient, spec: ContainerSpec): Promise<{ exitCode: number; output: string }> {
  const id = await client.createContainer(`ffd-help-${randomUUID()}`, spec)
  const watch = watchExit(client, id)
  let stream: Duplex | null = null
  try {
    stream = await client.attach(id)
    let output = Buffer.alloc(0)
    const collect = (chunk: Buffer): void => void (output = Buffer.concat([output, chunk]).subarray(0, maxOutputBytes))
    const demux = createDemux({ onStdout: collect, onStderr: collect, onEngineError: () => undefined })
    const ended = endOf(stream)
    stream.on('data', (chunk: Buffer) => demux.push(chunk))
    await client.start(id)
    const facts = await watch.exited()
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, drainMs).unref())])
    return { exitCode: facts?.exitCode ?? -1, output: output.toString('utf8') }
  } finally {
    watch.dispose()
    stream?.destroy()
    // What it did is done; that it could not be tidied away must not hide how it went.
    await client.remove(id).catch(() => undefined)
  }
}

function endOf(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.once('close', resolve)
    stream.once('error', () => resolve())
  })
}
