/** Pulling a log: one piece after the other, the end of a big one, and nothing after stop. */
import { describe, expect, it } from 'vitest'
import type { LogChunk } from '@shared/contract/runs'
import { bytesToNextLine, createLogPump, tailBytes } from './log-pump'

/** A log in memory that can grow; reads at most what is asked for. */
function createLog(size: number) {
  const log = { bytes: new Uint8Array(size).fill(0x61), reads: 0 }
  const read = async (fromByte: number, maxBytes: number): Promise<LogChunk> => {
    log.reads += 1
    const bytes = log.bytes.subarray(fromByte, fromByte + maxBytes)
    return { bytes, fromByte, nextByte: fromByte + bytes.length, sizeBytes: log.bytes.length, segments: [], complete: false }
  }
  return { log, read }
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 2_000; turn += 1) await Promise.resolve()
}

function createViewer() {
  const viewer = { bytes: 0, firstByte: -1, writes: 0, busy: 0, mostBusy: 0, failures: [] as unknown[] }
  return {
    viewer,
    write: async (chunk: LogChunk) => {
      viewer.busy += 1
      viewer.mostBusy = Math.max(viewer.mostBusy, viewer.busy)
      await Promise.resolve()
      if (viewer.firstByte < 0) viewer.firstByte = chunk.fromByte
      viewer.bytes += chunk.bytes.length
      viewer.writes += 1
      viewer.busy -= 1
    },
    onFailure: (error: unknown) => viewer.failures.push(error),
    onStart: () => undefined,
  }
}

describe('log pump', () => {
  it('reads a log in pieces, the next only when the last is written', async () => {
    const { read } = createLog(1_000_000)
    const { viewer, ...deps } = createViewer()
    createLogPump({ read, ...deps }, false).announce(1_000_000)
    await settle()
    expect(viewer).toMatchObject({ bytes: 1_000_000, firstByte: 0, writes: 4, mostBusy: 1 })
  })

  it('goes on when the log grows and rests when it does not', async () => {
    const { log, read } = createLog(10)
    const { viewer, ...deps } = createViewer()
    const pump = createLogPump({ read, ...deps }, false)
    pump.announce(10)
    await settle()
    const { reads } = log
    pump.announce(10)
    await settle()
    expect(log.reads).toBe(reads)
    log.bytes = new Uint8Array(25)
    pump.announce(25)
    await settle()
    expect(viewer.bytes).toBe(25)
  })

  it('does not spin when the announcement is ahead of the file', async () => {
    const { log, read } = createLog(10)
    const { viewer, ...deps } = createViewer()
    createLogPump({ read, ...deps }, false).announce(500)
    await settle()
    expect(viewer.bytes).toBe(10)
    expect(log.reads).toBeLessThan(5)
  })

  it('opens a big log at its end, with a whole line', async () => {
    const { log, read } = createLog(tailBytes + 5_000_000)
    log.bytes[5_000_099] = 0x0a
    const { viewer, ...deps } = createViewer()
    createLogPump({ read, ...deps }, false).announce(log.bytes.length)
    await settle()
    expect(viewer).toMatchObject({ firstByte: 5_000_100, bytes: tailBytes - 100 })
  })

  it('opens a big log at its start when asked to', async () => {
    const { log, read } = createLog(tailBytes + 1)
    const { viewer, ...deps } = createViewer()
    createLogPump({ read, ...deps }, true).announce(log.bytes.length)
    await settle()
    expect(viewer).toMatchObject({ firstByte: 0, bytes: tailBytes + 1 })
  })

  it('writes nothing after it was stopped', async () => {
    const { read } = createLog(1_000_000)
    const { viewer, ...deps } = createViewer()
    const pump = createLogPump({ read, ...deps }, false)
    pump.announce(1_000_000)
    pump.stop()
    await settle()
    expect(viewer.bytes).toBe(0)
  })

  it('reports a failed read once and tries again with the next announcement', async () => {
    const { read } = createLog(10)
    const { viewer, ...deps } = createViewer()
    let isBroken = true
    const pump = createLogPump({ ...deps, read: (from, max) => (isBroken ? Promise.reject(new Error('no')) : read(from, max)) }, false)
    pump.announce(10)
    await settle()
    expect(viewer.failures).toHaveLength(1)
    isBroken = false
    pump.announce(10)
    await settle()
    expect(viewer.bytes).toBe(10)
  })

  it('finds the start of the next line', () => {
    expect(bytesToNextLine(new TextEncoder().encode('rest\nnext'))).toBe(5)
    expect(bytesToNextLine(new TextEncoder().encode('no newline'))).toBe(0)
  })
})
