/** Which addresses the window may show, and which it may hand to the browser; pure. */
import { pageOrigin } from './page-protocol'

export function isOwnPage(url: string): boolean {
  const parsed = parse(url)
  return parsed !== null && `${parsed.protocol}//${parsed.host}` === pageOrigin && parsed.username === '' && parsed.password === ''
}

const maxLength = 2048

/** https, and http to this computer; without credentials, without tricks of spelling. */
export function mayOpenOutside(url: string): boolean {
  // Browsers read a backslash as a slash and drop control characters: what a user sees would not be where they go.
  if (url.length > maxLength || /[\\\s\x00-\x1f\x7f]/.test(url)) return false
  const parsed = parse(url)
  if (parsed === null || parsed.username !== '' || parsed.password !== '') return false
  if (parsed.protocol === 'https:') return parsed.hostname !== ''
  return parsed.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname)
}

function parse(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}
