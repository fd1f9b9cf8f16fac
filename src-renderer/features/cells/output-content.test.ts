import { expect, test } from 'vitest'
import type { CellOutput } from '@shared/contract/runs'
import { contentOf, imageSource, plainText, shownText } from './output-content'

const output = (kind: CellOutput['kind'], data: Record<string, string>): CellOutput => ({ kind, data, omittedBytes: 0 })

test('an image is preferred to the words that stand for it', () => {
  expect(contentOf(output('display', { 'text/plain': '<Figure>', 'image/png': 'iVBO\nRw0=' }))).toEqual({ kind: 'image', source: 'data:image/png;base64,iVBORw0=', alternative: '<Figure>' })
})

test('what calls itself an image and is none is not put into an address', () => {
  expect(contentOf(output('display', { 'text/plain': 'words', 'image/png': '"><script>' }))).toEqual({ kind: 'text', text: 'words', omittedChars: 0 })
})

test('a drawing is an image, where its scripts do not run', () => {
  const content = contentOf(output('display', { 'image/svg+xml': '<svg onload="x()"/>' }))
  expect(content).toMatchObject({ kind: 'image', source: expect.stringMatching(/^data:image\/svg\+xml;charset=utf-8,%3Csvg/) })
})

test('a table is HTML, with a guess at its height', () => {
  expect(contentOf(output('result', { 'text/plain': 'a b', 'text/html': '<table><tr><td>1<tr><td>2</table>' }))).toMatchObject({ kind: 'html', lines: 3 })
})

test('streams and errors are text, whatever else they claim', () => {
  expect(contentOf(output('stdout', { 'text/plain': 'hi\n', 'text/html': '<b>no</b>' }))).toEqual({ kind: 'text', text: 'hi', omittedChars: 0 })
  expect(contentOf(output('error', { 'text/plain': '\u001b[31mValueError\u001b[0m: x' }))).toMatchObject({ text: 'ValueError: x' })
})

test('a progress bar is its last state', () => {
  expect(plainText(' 10%\r 50%\r100%\nnext\r\n')).toBe('100%\nnext')
})

test('of very much text the end is shown, and said', () => {
  expect(contentOf(output('stdout', { 'text/plain': 'x'.repeat(150_000) }))).toMatchObject({ kind: 'text', omittedChars: 50_000 })
})

test('nothing is nothing', () => {
  expect(contentOf(output('display', {}))).toBeNull()
  expect(contentOf(output('display', { 'application/vnd.custom': 'x' }))).toBeNull()
  expect(contentOf(output('display', { 'application/json': '{"a": 1}' }))).toMatchObject({ text: '{"a": 1}' })
})

test('a drawing is an address also in base64 and with half a character, and what is no image is none', () => {
  expect(imageSource('image/svg+xml', 'PHN2Zy8+')).toBe('data:image/svg+xml;base64,PHN2Zy8+')
  expect(imageSource('image/svg+xml', '<svg>\ud800</svg>')).toBe('data:image/svg+xml;charset=utf-8,%3Csvg%3E%EF%BF%BD%3C%2Fsvg%3E')
  expect([imageSource('text/html', 'PHN2Zy8+'), imageSource('image/png', ''), imageSource('image/png;x"', 'AAAA')]).toEqual([null, null, null])
})

test('text of the server is cut and cleaned likewise', () => {
  expect(shownText(`\u001b[31m${'y'.repeat(100_001)}`)).toEqual({ text: 'y'.repeat(100_000), omittedChars: 1 })
})
