import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createDemux } from './demux'

function frame(type: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload)
  const header = Buffer.alloc(8)
  header.writeUInt8(type, 0)
  header.writeUInt32BE(bytes.length, 4)
  return Buffer.concat([header, bytes])
}

function collect() {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  const errors: string[] = []
  const demux = createDemux({ onStdout: (c) => stdout.push(c), onStderr: (c) => stderr.push(c), onEngineError: (t) => errors.push(t) })
  return {
    demux,
    errors,
    stdout: () => Buffer.concat(stdout).toString('latin1'),
    stderr: () => Buffer.concat(stderr).toString('latin1'),
    stdoutChunks: stdout,
  }
}

describe('demux', () => {
  it('tells stdout and stderr apart', () => {
    const { demux, stdout, stderr, errors } = collect()
    demux.push(Buffer.concat([frame(1, 'out'), frame(2, 'err'), frame(1, 'more')]))
    demux.end()
    expect([stdout(), stderr(), errors]).toEqual(['outmore', 'err', []])
  })

  it('gives the same bytes however the stream is cut', () => {
    const stream = Buffer.concat([
      frame(1, 'a€b'),
      frame(2, ''),
      frame(2, '\x1b[31mred'),
      frame(1, ''),
      frame(1, 'no newline'),
      frame(3, 'broken'),
      frame(2, 'x'),
    ])
    for (let size = 1; size <= stream.length; size++) {
      const { demux, stdout, stderr, errors } = collect()
      for (let at = 0; at < stream.length; at += size) demux.push(stream.subarray(at, at + size))
      demux.end()
      expect([Buffer.from(stdout(), 'latin1').toString(), stderr(), errors]).toEqual(['a€bno newline', '\x1b[31mredx', ['broken']])
    }
  })

  it('takes a million one-byte frames in one chunk without recursion and in linear time', () => {
    const stream = Buffer.alloc(9 * 1_000_000)
    for (let at = 0; at < stream.length; at += 9) {
      stream[at] = 1
      stream[at + 7] = 1
      stream[at + 8] = 120
    }
    let bytes = 0
    const demux = createDemux({ onStdout: (c) => (bytes += c.length), onStderr: () => {}, onEngineError: () => {} })
    const before = performance.now()
    demux.push(stream)
    expect(bytes).toBe(1_000_000)
    expect(performance.now() - before).toBeLessThan(5_000)
  })

  it('hands on payload as views into the chunk, not as copies', () => {
    const { demux, stdoutChunks } = collect()
    const chunk = frame(1, 'payload')
    demux.push(chunk)
    expect(stdoutChunks[0]?.buffer).toBe(chunk.buffer)
  })

  it('keeps 20 MB of random bytes exact across random cuts', () => {
    const payload = randomBytes(20_000_000)
    const frames: Buffer[] = []
    for (let at = 0, size = 1; at < payload.length; at += size, size = (size * 7) % 65_521) frames.push(frame(1, payload.subarray(at, at + size)))
    const stream = Buffer.concat(frames)
    const hash = createHash('sha256')
    const demux = createDemux({ onStdout: (c) => hash.update(c), onStderr: () => {}, onEngineError: () => {} })
    for (let at = 0, size = 3; at < stream.length; at += size, size = (size * 5) % 32_749) demux.push(stream.subarray(at, at + size))
    expect(hash.digest('hex')).toBe(createHash('sha256').update(payload).digest('hex'))
  })

  it('passes on what the engine says in a type 3 frame and goes on', () => {
    const { demux, stdout, errors } = collect()
    demux.push(Buffer.concat([frame(1, 'a'), frame(3, 'Error grabbing logs: unexpected EOF\n'), frame(1, 'b')]))
    expect([stdout(), errors]).toEqual(['ab', ['Error grabbing logs: unexpected EOF']])
  })

  it('says when the stream ends inside a header or a payload', () => {
    for (const keep of [3, 10]) {
      const { demux, errors } = collect()
      demux.push(frame(1, 'payload').subarray(0, keep))
      demux.end()
      expect(errors).toEqual([expect.stringContaining('inside a frame')])
    }
  })

  it('loses nothing of a stream that is not framed', () => {
    const { demux, stdout, errors } = collect()
    for (const part of ['he', 'llo wor', 'ld, this is a terminal']) demux.push(Buffer.from(part))
    demux.end()
    expect(stdout()).toBe('hello world, this is a terminal')
    expect(errors).toHaveLength(1)
  })
})
