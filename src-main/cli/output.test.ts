import { PassThrough, Writable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createOutput, formatDuration, formatTable, printable } from './output'

function captured(stdout: Writable = new PassThrough()) {
  const stderr = new PassThrough()
  return { output: createOutput({ stdout, stderr }), said: () => (stderr.read() as Buffer | null)?.toString() ?? '' }
}

describe('writing', () => {
  test('results and remarks go their own ways, JSON one object a line', async () => {
    const stdout = new PassThrough()
    const { output, said } = captured(stdout)
    await output.line('a')
    await output.json({ b: 'x\ny' })
    await output.bytes(new Uint8Array([0xff, 0x0a]))
    output.say('remark')
    expect(stdout.read()).toEqual(Buffer.concat([Buffer.from('a\n{"b":"x\\ny"}\n'), Buffer.from([0xff, 0x0a])]))
    expect(said()).toBe('remark\n')
  })

  test('waits for a slow reader', async () => {
    const stdout = new PassThrough({ highWaterMark: 4 })
    const { output } = captured(stdout)
    let written = false
    const writing = output.bytes(Buffer.from('more than four')).then(() => (written = true))
    await nextTurn()
    expect(written).toBe(false)
    stdout.resume()
    await writing
  })

  test('a reader that goes away ends the waiting and is no error', async () => {
    const gone = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void setImmediate(() => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))) })
    const { output, said } = captured(gone)
    await output.line('for nobody')
    await output.line('nor this')
    expect(said()).toBe('')
  })

  test('another failure is said once', async () => {
    const full = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => void setImmediate(() => done(Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }))) })
    const { output, said } = captured(full)
    await output.line('a')
    await output.line('b')
    expect(said()).toBe('Standard output cannot be written: ENOSPC: no space left on device\n')
  })
})

test.each([
  [null, '–'],
  [0.4, '0 ms'],
  [840.4, '840 ms'],
  [3249, '3.2 s'],
  [59_990, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [119_700, '2 min 0 s'],
])('%s is %s', (durationMs, text) => expect(formatDuration(durationMs)).toBe(text))

test('columns are as wide as their widest cell', () => {
  expect(formatTable([['a', 'bb', 'c'], ['aaa', 'b', 'cc']])).toEqual(['a    bb  c', 'aaa  b   cc'])
  expect(formatTable([])).toEqual([])
})

test('a name cannot move the cursor or turn the text around', () => {
  expect(printable('a\nb\x1b[2J\u202eü')).toBe('a\\u000ab\\u001b[2J\\u202eü')
})
