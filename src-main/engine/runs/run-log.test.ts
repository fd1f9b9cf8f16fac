import { randomBytes, randomUUID } from 'node:crypto'
import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeTemporaryWorkspace } from '../testing/temporary-workspace'
import { logFile } from './log-files'
import { createLogIndexCache } from './log-index'
import { readRunLog } from './log-reader'
import { createRunLogWriter, type LogFiles, type RunLogOptions, type RunLogWriter } from './run-log'

const open = (dir: string, id: string, options: Partial<RunLogOptions> = {}): RunLogWriter => createRunLogWriter(dir, id, { maxBytes: 0, continues: false, onAppended: () => undefined, ...options })

describe('writing', () => {
  test('the file holds the bytes as they came, both streams in order of arrival', () => {
    const dir = makeTemporaryWorkspace()
    const id = randomUUID()
    const sizes: number[] = []
    const log: RunLogWriter = open(dir, id, { onAppended: () => sizes.push(log.sizeBytes()) })
    const chunks = [Buffer.from('out 1\n'), Buffer.from([0xff, 0x00, 0xc3]), Buffer.from('\x1b[31mrot\x1b[0m\r'), Buffer.alloc(0), randomBytes(200_000), Buffer.from('kein Ende')]
    chunks.forEach((chunk, index) => log.append(index % 2 === 0 ? 'stdout' : 'stderr', chunk))
    log.close()
    const whole = Buffer.concat(chunks)
    expect(readFileSync(logFile(dir, id)).equals(whole)).toBe(true)
    expect(log.sizeBytes()).toBe(whole.length)
    expect(log.loss()).toBeNull()
    expect(sizes).toEqual([6, 9, 22, 200_022, 200_031])
  })

  test('only the user can read the files', () => {
    const dir = makeTemporaryWorkspace()
    const log = open(dir, 'a')
    log.close()
    expect([logFile(dir, 'a'), join(dir, 'a.index')].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600])
  })

  test('the log of another run is never overwritten', () => {
    const dir = makeTemporaryWorkspace({ 'a.log': 'precious' })
    expect(() => open(dir, 'a')).toThrow(/EEXIST/)
    expect(readFileSync(logFile(dir, 'a'), 'utf8')).toBe('precious')
  })
})

describe('a full disk', () => {
  /** Takes `capacity` bytes in small pieces, then fails as the kernel does. */
  function fullAfter(capacity: number): LogFiles {
    let room = capacity
    return {
      write(file, bytes, offset) {
        if (room <= 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
        const written = writeSync(file, bytes, offset, Math.min(7, room, bytes.length - offset))
        room -= written
        return written
      },
    }
  }

  test('ends the keeping, not the run, and counts what is lost', () => {
    const dir = makeTemporaryWorkspace()
    const log = open(dir, 'a', { files: fullAfter(100) })
    for (let line = 0; line < 50; line += 1) log.append('stdout', Buffer.from('0123456789'))
    log.close()
    const kept = readFileSync(logFile(dir, 'a'), 'utf8')
    expect('0123456789'.repeat(50).startsWith(kept)).toBe(true)
    expect(log.sizeBytes()).toBe(kept.length)
    expect(log.loss()).toEqual({ bytes: 500 - kept.length, reason: 'ENOSPC: no space left on device, write' })
  })

  test('a large log gives a megabyte back, so that the history has room to record how the run ended', () => {
    const dir = makeTemporaryWorkspace()
    const whole = randomBytes(4_000_000)
    const log = open(dir, 'a', { files: fullAfter(3_000_000) })
    for (let at = 0; at < whole.length; at += 100_000) log.append('stdout', whole.subarray(at, at + 100_000))
    log.close()
    const kept = readFileSync(logFile(dir, 'a'))
    expect(kept.length).toBeLessThanOrEqual(3_000_000 - 1_048_576)
    expect(kept.length).toBeGreaterThan(1_900_000)
    expect(whole.subarray(0, kept.length).equals(kept)).toBe(true)
    expect(log.sizeBytes()).toBe(kept.length)
    expect(log.loss()).toMatchObject({ bytes: 4_000_000 - kept.length })
  })

  test('short writes alone lose nothing', () => {
    const dir = makeTemporaryWorkspace()
    const log = open(dir, 'a', { files: fullAfter(1_000_000) })
    const bytes = randomBytes(5000)
    log.append('stderr', bytes)
    log.close()
    expect(readFileSync(logFile(dir, 'a')).equals(bytes)).toBe(true)
    expect(log.loss()).toBeNull()
  })

  test('when not even the index can be written, every byte of the log is still accounted for', () => {
    const dir = makeTemporaryWorkspace()
    const log = open(dir, 'a', { files: fullAfter(0) })
    log.append('stdout', Buffer.from('abc'))
    log.append('stdout', Buffer.from('de'))
    log.close()
    expect(log.sizeBytes()).toBe(0)
    expect(log.loss()).toMatchObject({ bytes: 5 })
  })
})

describe('reading', () => {
  function written(): { dir: string; id: string; whole: Buffer } {
    const dir = makeTemporaryWorkspace()
    const id = randomUUID()
    const log = open(dir, id)
    const parts = [['stdout', 'aaaa'], ['stderr', 'bb'], ['stderr', 'b'], ['stdout', 'ccccc']] as const
    for (const [stream, text] of parts) log.append(stream, Buffer.from(text))
    log.close()
    return { dir, id, whole: Buffer.from('aaaabbbccccc') }
  }

  test('any offset and length give exactly those bytes and the segments they overlap', async () => {
    const { dir, id, whole } = written()
    const starts = [
      { fromByte: 0, stream: 'stdout' },
      { fromByte: 4, stream: 'stderr' },
      { fromByte: 7, stream: 'stdout' },
    ]
    const cache = createLogIndexCache()
    for (let from = 0; from <= whole.length; from += 1) {
      for (let length = 1; length <= whole.length + 2; length += 1) {
        const { bytes, sizeBytes, segments } = await readRunLog(dir, id, from, length, cache)
        const end = Math.min(from + length, whole.length)
        expect(Buffer.from(bytes).toString()).toBe(whole.subarray(from, end).toString())
        expect(sizeBytes).toBe(whole.length)
        const expected = starts.filter((start, index) => start.fromByte < end && (starts[index + 1]?.fromByte ?? Infinity) > from)
        if (from < whole.length) expect(segments.map(({ fromByte, stream }) => ({ fromByte, stream })), `${from}+${length}`).toEqual(expected)
      }
    }
  })

  test('beyond the end there is nothing, and no error', async () => {
    const { dir, id, whole } = written()
    const { bytes, sizeBytes } = await readRunLog(dir, id, 1_000_000, 10, createLogIndexCache())
    expect(bytes.length).toBe(0)
    expect(sizeBytes).toBe(whole.length)
  })

  test('a log that was removed reads as empty', async () => {
    const { dir, id } = written()
    rmSync(logFile(dir, id))
    expect(await readRunLog(dir, id, 0, 10, createLogIndexCache())).toEqual({ bytes: new Uint8Array(), nextByte: 0, sizeBytes: 0, segments: [] })
  })

  test('a log without its index still shows its text', async () => {
    const { dir, id } = written()
    rmSync(join(dir, `${id}.index`))
    const { bytes, segments } = await readRunLog(dir, id, 0, 4, createLogIndexCache())
    expect(Buffer.from(bytes).toString()).toBe('aaaa')
    expect(segments).toEqual([])
  })

  test('what is appended later is seen, also in the index, and damaged index lines are passed over', async () => {
    const dir = makeTemporaryWorkspace()
    const log = open(dir, 'a')
    const cache = createLogIndexCache()
    log.append('stdout', Buffer.from('one'))
    expect((await readRunLog(dir, 'a', 0, 10, cache)).segments).toHaveLength(1)
    appendFileSync(join(dir, 'a.index'), 'rubbish\n')
    log.append('stderr', Buffer.from('two'))
    const { bytes, segments } = await readRunLog(dir, 'a', 0, 10, cache)
    log.close()
    expect(Buffer.from(bytes).toString()).toBe('onetwo')
    expect(segments.map(({ fromByte, stream }) => [fromByte, stream])).toEqual([
      [0, 'stdout'],
      [3, 'stderr'],
    ])
  })
})

describe('continuing', () => {
  test('goes on where an earlier process stopped, and knows what each stream wrote', async () => {
    const dir = makeTemporaryWorkspace()
    const first = open(dir, 'a')
    first.append('stdout', Buffer.from('one'))
    first.append('stderr', Buffer.from('two!'))
    // As after a crash: not closed.
    const second = open(dir, 'a', { continues: true })
    expect(second.sizeBytes()).toBe(7)
    expect(second.streamBytes()).toEqual({ stdout: 3, stderr: 4 })
    second.append('stdout', Buffer.from('three'))
    second.close()
    expect(Buffer.from((await readRunLog(dir, 'a', 0, 100, createLogIndexCache())).bytes).toString()).toBe('onetwo!three')
    expect(second.streamBytes()).toEqual({ stdout: 8, stderr: 4 })
  })
})

describe('a log above its cap', () => {
  const line = (number: number): string => `line ${String(number).padStart(5, '0')}\n`
  const maxBytes = 8000
  const lines = 10_000

  function flooded(options: Partial<RunLogOptions> = {}): { dir: string; log: RunLogWriter } {
    const dir = makeTemporaryWorkspace()
    const log = open(dir, 'a', { maxBytes, ...options })
    for (let number = 0; number < lines; number += 1) log.append(number % 2 === 0 ? 'stdout' : 'stderr', Buffer.from(line(number)))
    return { dir, log }
  }

  async function readAll(dir: string): Promise<{ text: string; segments: { fromByte: number; stream: string }[] }> {
    let text = ''
    const segments: { fromByte: number; stream: string }[] = []
    const cache = createLogIndexCache()
    for (let at = 0; ; ) {
      const read = await readRunLog(dir, 'a', at, 777, cache)
      if (read.nextByte === at) return { text, segments }
      text += Buffer.from(read.bytes).toString()
      segments.push(...read.segments)
      at = read.nextByte
    }
  }

  test.each(['while it grows', 'after its end'])('keeps head and tail, and says what is missing, %s', async (when) => {
    const { dir, log } = flooded()
    if (when === 'after its end') log.close()
    const { text } = await readAll(dir)
    expect(text.startsWith(line(0) + line(1))).toBe(true)
    expect(text.endsWith(line(lines - 2) + line(lines - 1))).toBe(true)
    expect(text).toContain('MB of output left out')
    expect(text.length).toBeLessThan(maxBytes + 200)
    expect(text.length).toBeGreaterThan(maxBytes * 0.8)
    expect(log.sizeBytes()).toBe(lines * 11)
    expect(log.streamBytes()).toEqual({ stdout: lines * 5.5, stderr: lines * 5.5 })
    const kept = text.replace(/\n\[….*…\]\n/, '').length
    expect(log.omittedBytes()).toBe(lines * 11 - kept)
  })

  test('is one file at the end, and its index still tells the streams apart', async () => {
    const { dir, log } = flooded()
    log.close()
    expect(readdirSync(dir).sort()).toEqual(['a.index', 'a.log'])
    const { segments } = await readAll(dir)
    const text = readFileSync(logFile(dir, 'a'), 'latin1')
    const wrong = segments.filter(({ fromByte, stream }) => {
      const number = /^line (\d{5})\n/.exec(text.slice(fromByte, fromByte + 11))?.[1]
      return number !== undefined && (Number(number) % 2 === 0 ? 'stdout' : 'stderr') !== stream
    })
    expect(segments.length).toBeGreaterThan(100)
    expect(wrong).toEqual([])
  })

  test('that a crash left in parts is read, and continued', async () => {
    const { dir } = flooded()
    const again = open(dir, 'a', { continues: true, maxBytes })
    expect(again.sizeBytes()).toBe(lines * 11)
    again.append('stdout', Buffer.from('the end\n'))
    again.close()
    const { text } = await readAll(dir)
    expect(text.startsWith(line(0))).toBe(true)
    expect(text.endsWith(`${line(lines - 1)}the end\n`)).toBe(true)
  })

  test('one chunk larger than the cap keeps its beginning and its end', async () => {
    const dir = makeTemporaryWorkspace()
    const log = open(dir, 'a', { maxBytes })
    const bytes = Buffer.from('abcdefghij'.repeat(10_000))
    log.append('stdout', bytes)
    log.close()
    const { text } = await readAll(dir)
    expect(text.slice(0, 1000)).toBe(bytes.toString().slice(0, 1000))
    expect(text.slice(-1000)).toBe(bytes.toString().slice(-1000))
  })
})
