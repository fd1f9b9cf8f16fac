import { expect, test } from 'vitest'
import type { RecordedCell, RecordedOutput } from './cell-record'
import { asServerShowsIt } from './server-view'

const cell = (outputs: RecordedOutput[], change: Partial<RecordedCell> = {}): RecordedCell => ({ index: 0, status: 'succeeded', attempts: 1, durationMs: 5, count: 1, failures: [], outputs, ...change })
const shown = (kind: 'display' | 'result', data: Record<string, string>): RecordedOutput => ({ kind, data, metadata: {}, omittedBytes: 0, count: null })
const stream = (name: 'stdout' | 'stderr', text: string): RecordedOutput => ({ kind: 'stream', name, text, omittedBytes: 0 })

test('of several images the first is kept, and the words beside it are not missed', () => {
  const [seen] = asServerShowsIt([cell([shown('display', { 'text/plain': '<Figure>', 'image/png': 'AAAA' }), shown('display', { 'text/plain': '<Figure>', 'image/png': 'BBBB' })])])
  expect(seen).toMatchObject({ status: 'SUCCESS', image: { mime: 'image/png', data: 'AAAA' }, lost: ['text/plain', 'image/png'] })
})

test('a result never crosses', () => {
  const [seen] = asServerShowsIt([cell([shown('result', { 'text/plain': '42', 'text/html': '<b>42</b>' })])])
  expect(seen).toMatchObject({ stdout: '', image: null, lost: ['text/plain', 'text/html'] })
})

test('text is kept line by line, a tab as two characters', () => {
  const [seen] = asServerShowsIt([cell([stream('stdout', 'a\tb\nc'), stream('stderr', 'warn\n')])])
  expect(seen).toMatchObject({ stdout: 'a\\tb\nc\n', stderr: 'warn\n', lost: [] })
})

test('of a cell that did not begin the server has no record', () => {
  expect(asServerShowsIt([cell([], { status: 'pending', attempts: 0 })])[0]).toMatchObject({ status: null, lost: [] })
})
