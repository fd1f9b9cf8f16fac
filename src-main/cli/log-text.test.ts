import { expect, test } from 'vitest'
import type { LogChunk, LogSegment } from '@shared/contract/runs'
import { createLogTextReader } from './log-text'

function chunk(whole: Buffer, from: number, to: number, segments: LogSegment[]): LogChunk {
  return { bytes: new Uint8Array(whole.subarray(from, to)), fromByte: from, nextByte: to, sizeBytes: whole.length, segments, complete: to === whole.length }
}

test('characters that a chunk cuts are put together, wherever it is cut', () => {
  const whole = Buffer.from('aü€🎉b')
  const segments: LogSegment[] = [{ fromByte: 0, stream: 'stdout', atMs: 5 }]
  for (let cut = 0; cut <= whole.length; cut += 1) {
    const reader = createLogTextReader()
    const texts = [...reader.push(chunk(whole, 0, cut, segments)), ...reader.push(chunk(whole, cut, whole.length, segments)), ...reader.end()]
    expect(texts.map(({ text }) => text).join('')).toBe('aü€🎉b')
    expect(texts.every(({ stream, atMs }) => stream === 'stdout' && atMs === 5)).toBe(true)
  }
})

test('the streams stay apart, each with its own half characters', () => {
  const euro = Buffer.from('€')
  const whole = Buffer.concat([euro.subarray(0, 1), Buffer.from('e'), euro.subarray(1), Buffer.from('E')])
  const reader = createLogTextReader()
  const segments: LogSegment[] = [
    { fromByte: 0, stream: 'stdout', atMs: 1 },
    { fromByte: 1, stream: 'stderr', atMs: 2 },
    { fromByte: 2, stream: 'stdout', atMs: 3 },
    { fromByte: 4, stream: 'stderr', atMs: 4 },
  ]
  expect([...reader.push(chunk(whole, 0, whole.length, segments)), ...reader.end()]).toEqual([
    { stream: 'stderr', text: 'e', atMs: 2 },
    { stream: 'stdout', text: '€', atMs: 3 },
    { stream: 'stderr', text: 'E', atMs: 4 },
  ])
})

test('bytes that are no text, and an end in the middle of a character, become replacement characters', () => {
  const reader = createLogTextReader()
  const whole = Buffer.from([0x61, 0xff, 0xc3])
  expect([...reader.push(chunk(whole, 0, 3, [{ fromByte: 0, stream: 'stdout', atMs: 1 }])), ...reader.end()].map(({ text }) => text)).toEqual(['a\ufffd', '\ufffd'])
})

test('a log without an index is standard output', () => {
  const whole = Buffer.from('abc')
  expect(createLogTextReader().push(chunk(whole, 0, 3, []))).toEqual([{ stream: 'stdout', text: 'abc', atMs: 0 }])
})
