import { describe, expect, test } from 'vitest'
import { createSetupMarkerFilter } from './setup-marker'

type Seen = { output: Buffer; versions: (string | null)[] }

function filterOf(chunks: (string | Buffer)[], options: { end: boolean } = { end: true }): Seen {
  const outputs: Buffer[] = []
  const versions: (string | null)[] = []
  const filter = createSetupMarkerFilter(
    (chunk) => void outputs.push(Buffer.from(chunk)),
    (version) => void versions.push(version),
  )
  for (const chunk of chunks) filter.push(Buffer.from(chunk))
  if (options.end) filter.end()
  return { output: Buffer.concat(outputs), versions }
}

const marker = 'FASTFLOW_SETUP_READY 3.11.2\n'

test('the marker line is taken out and its version told, wherever a chunk ends', () => {
  const whole = Buffer.from(`Installed 3 packages\n${marker}first\nsecond`)
  for (let cut = 0; cut <= whole.length; cut += 1) {
    const { output, versions } = filterOf([whole.subarray(0, cut), whole.subarray(cut)])
    expect(output.toString(), `cut at ${cut}`).toBe('Installed 3 packages\nfirst\nsecond')
    expect(versions, `cut at ${cut}`).toEqual(['3.11.2'])
  }
})

test('byte by byte is as good as all at once, with characters of several bytes on both sides', () => {
  const whole = Buffer.from(`zusätzlich €\n${marker}grün 🎉\r50 %\r100 %`)
  const { output, versions } = filterOf([...whole].map((byte) => Buffer.from([byte])))
  expect(output.toString()).toBe('zusätzlich €\ngrün 🎉\r50 %\r100 %')
  expect(versions).toEqual(['3.11.2'])
})

describe('what counts as the marker', () => {
  test.each([
    ['alone at the start', 'FASTFLOW_SETUP_READY\nx', 'x', [null]],
    ['with the line end of Windows', 'FASTFLOW_SETUP_READY 3.12.0\r\nx', 'x', ['3.12.0']],
    ['not at the start of a line', `say FASTFLOW_SETUP_READY\n`, 'say FASTFLOW_SETUP_READY\n', []],
    ['with more words behind it', 'FASTFLOW_SETUP_READY or not\nx', 'FASTFLOW_SETUP_READY or not\nx', []],
    ['as the beginning of a longer word', 'FASTFLOW_SETUP_READYX\nx', 'FASTFLOW_SETUP_READYX\nx', []],
    ['without a line end', 'FASTFLOW_SETUP_READY', 'FASTFLOW_SETUP_READY', []],
    ['the second one is the script’s own', `${marker}a\n${marker}b`, `a\n${marker}b`, ['3.11.2']],
    ['after a line that only begins like it', `FASTFLOW_\n${marker}x`, 'FASTFLOW_\nx', ['3.11.2']],
    ['a line that begins like it and never ends', `FASTFLOW_SETUP_READY ${'y'.repeat(200)}`, `FASTFLOW_SETUP_READY ${'y'.repeat(200)}`, []],
  ])('%s', (_name, input, output, versions) => {
    expect(filterOf([input])).toEqual({ output: Buffer.from(output), versions })
    const middle = Math.floor(input.length / 2)
    expect(filterOf([input.slice(0, middle), input.slice(middle)])).toEqual({ output: Buffer.from(output), versions })
  })
})

test('very long lines before the marker pass untouched', () => {
  const long = `${'x'.repeat(45_000)}\n`.repeat(3)
  const { output, versions } = filterOf([long.slice(0, 60_001), long.slice(60_001), marker, 'done'])
  expect(output.toString()).toBe(`${long}done`)
  expect(versions).toEqual(['3.11.2'])
})

test('what is held back is short, and is handed on at the end', () => {
  expect(filterOf(['FASTFLOW_SET'], { end: false }).output.toString()).toBe('')
  expect(filterOf(['FASTFLOW_SET'], { end: true }).output.toString()).toBe('FASTFLOW_SET')
  expect(filterOf([`FASTFLOW_SETUP_READY ${'9'.repeat(80)}`], { end: false }).output.length).toBe(101)
})

test('bytes that are no text are passed as they are', () => {
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0xc3])
  expect(filterOf([Buffer.concat([bytes, Buffer.from(`\n${marker}`), bytes])]).output).toEqual(Buffer.concat([bytes, Buffer.from('\n'), bytes]))
})
