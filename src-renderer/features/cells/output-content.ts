/** Which of an output's forms is shown, and as what. Pure. Nothing of it is trusted: it comes from the pipeline. */
import type { CellOutput } from '@shared/contract/runs'

export type OutputContent =
  | { kind: 'text'; text: string; omittedChars: number }
  | { kind: 'image'; source: string; alternative: string }
  /** To be shown in a frame without rights. */
  | { kind: 'html'; html: string; lines: number }

const drawing = 'image/svg+xml'
const imageTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', drawing]
/** More text than this nobody reads in a cell, and the window would be slow; the log and the executed notebook have all of it. */
const mostChars = 100_000

/** null: there is nothing that can be shown. */
export function contentOf({ kind, data }: CellOutput): OutputContent | null {
  const plain = data['text/plain'] ?? ''
  if (kind === 'display' || kind === 'result') {
    for (const type of imageTypes) {
      const source = imageSource(type, data[type] ?? '')
      if (source !== null) return { kind: 'image', source, alternative: plainText(plain) }
    }
    const html = data['text/html']
    if (html !== undefined) return { kind: 'html', html, lines: linesOf(html) }
  }
  const text = plainText(plain !== '' ? plain : (Object.entries(data).find(([type]) => type.startsWith('text/') || type === 'application/json')?.[1] ?? ''))
  return text === '' ? null : { kind: 'text', ...cut(text) }
}

/** As an address for an img element; null where it is no image. There a drawing can neither run scripts nor load anything. */
export function imageSource(type: string, data: string): string | null {
  if (!imageTypes.includes(type) || data === '') return null
  if (/^[A-Za-z0-9+/=\s]+$/.test(data)) return `data:${type};base64,${data.replaceAll(/\s/g, '')}`
  return type === drawing ? `data:${drawing};charset=utf-8,${encodeURIComponent(wellFormed(data))}` : null
}

export function shownText(text: string): { text: string; omittedChars: number } {
  return cut(plainText(text))
}

function cut(text: string): { text: string; omittedChars: number } {
  const omittedChars = Math.max(0, text.length - mostChars)
  return { text: text.slice(omittedChars), omittedChars }
}

/** A lone half of a character, which text of a pipeline can have, makes no address. */
function wellFormed(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text))
}

/** Without colours, and with what a carriage return leaves of a line. */
export function plainText(text: string): string {
  return text
    .replaceAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g, '')
    .split('\n')
    .map((line) => line.replace(/\r+$/, '').split('\r').at(-1) ?? '')
    .join('\n')
    .replace(/\n$/, '')
}

/** A guess at its height: a frame without rights cannot be measured. */
function linesOf(html: string): number {
  const count = (tags: string): number => (html.match(new RegExp(`<(?:${tags})\\b`, 'gi')) ?? []).length
  return Math.max(2, (count('tr') || count('p|br|li|h[1-6]|div')) + 1)
}
