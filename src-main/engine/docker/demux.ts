/**
 * Takes an engine's attach stream apart: frames of an 8 byte header (stream type, three zero bytes, length) and a payload,
 * cut anywhere. Linear, without recursion and without copying payload: what the sinks get are views into the pushed chunks.
 * Nothing is ever lost: when the bytes turn out not to be frames, all of them go to stdout and the sink for errors is told.
 */
export type DemuxSinks = {
  onStdout(chunk: Buffer): void
  onStderr(chunk: Buffer): void
  /** What the engine itself says in place of output, and where the stream is damaged. */
  onEngineError(text: string): void
}

export type Demux = { push(chunk: Buffer): void; end(): void }

const headerBytes = 8
/** An engine's message is a sentence; more than this is kept out of memory. */
const engineErrorLimitBytes = 65_536

/*
 * header ──8 bytes──> payload ──length bytes──> header
 *    └──not a header──> raw (to the end)
 */
export function createDemux(sinks: DemuxSinks): Demux {
  const header = Buffer.alloc(headerBytes)
  let headerFilled = 0
  let streamType = 0
  let payloadLeft = 0
  let raw = false
  let errorParts: Buffer[] = []
  let errorBytes = 0

  /** Answers how many bytes of the chunk belong to the header. */
  function readHeader(chunk: Buffer, from: number): number {
    const used = Math.min(headerBytes - headerFilled, chunk.length - from)
    chunk.copy(header, headerFilled, from, from + used)
    headerFilled += used
    if (headerFilled < headerBytes) return used
    if (header.readUInt8(0) > 3 || header.readUIntBE(1, 3) !== 0) {
      raw = true
      sinks.onEngineError('The engine sent output without frames: stdout and stderr cannot be told apart from here on.')
      sinks.onStdout(Buffer.from(header))
      return used
    }
    headerFilled = 0
    streamType = header.readUInt8(0)
    payloadLeft = header.readUInt32BE(4)
    return used
  }

  function deliver(payload: Buffer): void {
    if (streamType === 3) {
      if (errorBytes < engineErrorLimitBytes) errorParts.push(payload)
      errorBytes += payload.length
      if (payloadLeft === 0) flushEngineError()
    } else if (streamType === 2) sinks.onStderr(payload)
    else sinks.onStdout(payload)
  }

  function flushEngineError(): void {
    if (errorParts.length === 0) return
    const text = Buffer.concat(errorParts).subarray(0, engineErrorLimitBytes).toString('utf8').trim()
    errorParts = []
    errorBytes = 0
    sinks.onEngineError(text)
  }

  return {
    push(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (raw) {
          sinks.onStdout(chunk.subarray(at))
          return
        }
        if (payloadLeft === 0) {
          at += readHeader(chunk, at)
          continue
        }
        const end = Math.min(at + payloadLeft, chunk.length)
        payloadLeft -= end - at
        deliver(chunk.subarray(at, end))
        at = end
      }
    },
    end() {
      flushEngineError()
      if (raw || (headerFilled === 0 && payloadLeft === 0)) return
      headerFilled = 0
      payloadLeft = 0
      sinks.onEngineError('The output of the engine ended inside a frame: its end may be missing.')
    },
  }
}
