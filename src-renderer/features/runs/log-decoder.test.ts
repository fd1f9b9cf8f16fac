/** Bytes to text: cut characters, two streams, tint, and lines without end. */
import { describe, expect, it } from 'vitest'
import type { LogSegment } from '@shared/contract/runs'
import { createLogDecoder, splitByStream } from './log-decoder'

const encode = (text: string) => Uint8Array.from(new TextEncoder().encode(text))
const segment = (fromByte: number, stream: LogSegment['stream']): LogSegment => ({ fromByte, stream, atMs: 0 })
const red = '#ff0000'
const tintOn = '\x1b[38;2;255;0;0m'
const tintOff = '\x1b[39m'

describe('splitByStream', () => {
  it('cuts where the stream changes, also for a segment that began before the chunk', () => {
    const parts = splitByStream({ bytes: encode('abcdef'), fromByte: 100, segments: [segment(90, 'stderr'), segment(102, 'stdout'), segment(104, 'stdout'), segment(105, 'stderr')] })
    expect(parts.map(({ bytes, stream }) => [new TextDecoder().decode(bytes), stream])).toEqual([['ab', 'stderr'], ['cde', 'stdout'], ['f', 'stderr']])
  })

  it('takes a chunk without segments for stdout', () => {
    expect(splitByStream({ bytes: encode('x'), fromByte: 0, segments: [] })).toMatchObject([{ stream: 'stdout' }])
  })
})

describe('log decoder', () => {
  it('puts a character together that chunks cut apart', () => {
    const bytes = encode('Grüße 👋🏽 日本\n')
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const decoder = createLogDecoder(red)
      const first = decoder.push({ bytes: bytes.subarray(0, cut), fromByte: 0, segments: [] })
      expect(first + decoder.push({ bytes: bytes.subarray(cut), fromByte: cut, segments: [] })).toBe('Grüße 👋🏽 日本\n')
    }
  })

  it('puts a character together that the other stream cut apart', () => {
    const umlaut = encode('ü')
    const bytes = new Uint8Array([...umlaut.subarray(0, 1), ...encode('E'), ...umlaut.subarray(1)])
    const text = createLogDecoder(red).push({ bytes, fromByte: 0, segments: [segment(0, 'stdout'), segment(1, 'stderr'), segment(2, 'stdout')] })
    expect(text).toBe(`${tintOn}E${tintOff}ü`)
  })

  it('shows broken bytes as such and loses nothing around them', () => {
    expect(createLogDecoder(red).push({ bytes: new Uint8Array([0x61, 0xff, 0x62]), fromByte: 0, segments: [] })).toBe('a\ufffdb')
  })

  it('drops what could forge lines', () => {
    expect(createLogDecoder(red).push({ bytes: encode('one\n\x1b[1Aforged'), fromByte: 0, segments: [] })).toBe('one\nforged')
  })

  it('breaks a line that never ends', () => {
    const decoder = createLogDecoder(red)
    const bytes = encode('x'.repeat(400_000))
    const text = [0, 1, 2].map((part) => decoder.push({ bytes, fromByte: part * bytes.length, segments: [] })).join('')
    expect(text.split('\r\n')).toHaveLength(2)
    expect(text.replaceAll('\r\n', '')).toHaveLength(1_200_000)
  })
})
