/**
 * Pulls the log of one run into a viewer at the viewer's pace: the next piece is asked for only when the last one is
 * written. A pump belongs to one run and one viewer; a stopped pump writes nothing any more, so logs never mix.
 */
import type { LogChunk } from '@shared/contract/runs'

const chunkBytes = 262_144
/** A bigger log opens at its end; the start is one click away. */
export const tailBytes = 20_000_000

type PumpDeps = {
  read: (fromByte: number, maxBytes: number) => Promise<LogChunk>
  /** Resolves when the viewer is ready for more. */
  write: (chunk: LogChunk) => Promise<void>
  onFailure: (error: unknown) => void
  /** Where the shown part begins, once known. */
  onStart: (firstByte: number, sizeBytes: number) => void
}

export type LogPump = {
  /** The log has grown to this size, or the run has ended. */
  announce: (sizeBytes: number) => void
  stop: () => void
}

/** Bytes to skip so that the first shown line is a whole one. */
export function bytesToNextLine(bytes: Uint8Array): number {
  const newline = bytes.indexOf(0x0a)
  return newline < 0 ? 0 : newline + 1
}

/** The chunk without its first `count` bytes. */
export function withoutHead(chunk: LogChunk, count: number): LogChunk {
  return { ...chunk, bytes: chunk.bytes.subarray(count), fromByte: chunk.fromByte + count }
}

export function createLogPump({ read, write, onFailure, onStart }: PumpDeps, fromStart: boolean): LogPump {
  let nextByte: number | null = null
  let announcedBytes = 0
  let isPumping = false
  let isStopped = false

  /** The first read tells the size; of a big log the end is read instead. */
  async function readFirst(): Promise<LogChunk> {
    const first = await read(0, chunkBytes)
    if (fromStart || first.sizeBytes <= tailBytes) {
      onStart(0, first.sizeBytes)
      return first
    }
    const tail = await read(first.sizeBytes - tailBytes, chunkBytes)
    const aligned = withoutHead(tail, bytesToNextLine(tail.bytes))
    onStart(aligned.fromByte, tail.sizeBytes)
    return aligned
  }

  async function pump(): Promise<void> {
    for (;;) {
      const knownBytes = announcedBytes
      const chunk = nextByte === null ? await readFirst() : await read(nextByte, chunkBytes)
      if (isStopped) return
      nextByte = chunk.nextByte
      if (chunk.bytes.length > 0) await write(chunk)
      if (isStopped) return
      const reachedEnd = chunk.nextByte >= chunk.sizeBytes
      // An announcement can be ahead of what a read finds: only one that came since is a reason to ask again.
      if (reachedEnd && announcedBytes <= Math.max(knownBytes, chunk.nextByte)) return
    }
  }

  return {
    announce(sizeBytes) {
      announcedBytes = Math.max(announcedBytes, sizeBytes)
      if (isPumping || isStopped || (nextByte !== null && announcedBytes <= nextByte)) return
      isPumping = true
      pump()
        .catch((error: unknown) => {
          if (!isStopped) onFailure(error)
        })
        .finally(() => {
          isPumping = false
        })
    },
    stop() {
      isStopped = true
    },
  }
}
