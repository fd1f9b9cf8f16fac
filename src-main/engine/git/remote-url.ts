/** Which addresses of remotes git is let talk to, and what their parts are. Pure. */
import { AppError } from '@shared/app-error'

export type RemoteAddress = {
  /** Without password; of https also without user name. What git is given. */
  url: string
  /** `https://host` or `ssh://host`, with the port where one is written: whose a credential is. */
  target: string
  host: string
  /** What stood in the address and must not stay there. */
  credential: { userName: string; secret: string } | null
}

/** An address that is a name would be an option to ssh; one with blanks or control characters is a mistake at best. */
const hostPattern = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9a-fA-F:.]+\])$/
const userPattern = /^[A-Za-z0-9_][A-Za-z0-9._@+~-]*$/
const scpForm = /^(?:([^@/:\s]+)@)?(\[[^\]]+\]|[^@/:\s[\]]{2,}):(?!\/\/)(.+)$/

/** Throws git/unsafe-url, which says what is wrong with it. */
export function readRemoteUrl(text: string): RemoteAddress {
  const url = text.trim()
  if (url === '' || /[\x00-\x20\x7f]/.test(url)) throw unsafe('An address of a repository has no blanks, line breaks or control characters.')
  if (url.startsWith('-')) throw unsafe('An address that begins with a dash would be an option to git.')
  if (/^\\\\|^[A-Za-z]:[\\/]|^[./~]/.test(url)) throw unsafe('This is a folder. The app talks to servers only: https://…, ssh://… or user@host:path.')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    if (/^[A-Za-z0-9]+::/.test(url)) throw unsafe('Addresses of the form helper::address make git run a program. Use https://…, ssh://… or user@host:path.')
    return fromScp(url)
  }
  if (scheme !== 'https' && scheme !== 'http' && scheme !== 'ssh') throw unsafe(`Addresses with ${scheme}:// are not used: they are not encrypted, or run programs of this computer. Use https://…, ssh://… or user@host:path.`)
  return fromUrl(url, scheme)
}

function fromScp(url: string): RemoteAddress {
  const [, user, host = '', path = ''] = scpForm.exec(url) ?? []
  if (!hostPattern.test(host) || path.startsWith('-') || (user !== undefined && !userPattern.test(user))) throw unsafe('This is no address of a repository. Use https://host/path, ssh://user@host/path or user@host:path.')
  return { url, target: `ssh://${host.toLowerCase()}`, host: host.toLowerCase(), credential: null }
}

function fromUrl(url: string, scheme: 'https' | 'http' | 'ssh'): RemoteAddress {
  const [, authority = '', path = ''] = /^[^:]+:\/\/([^/?#]*)(.*)$/.exec(url) ?? []
  const at = authority.lastIndexOf('@')
  const [, name = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority.slice(at + 1)) ?? []
  if (!hostPattern.test(name)) throw unsafe('The address names no host, or one that is none.')
  if (path === '' || path === '/') throw unsafe('The address names a host but no repository on it.')
  const host = name.toLowerCase()
  if (scheme === 'http' && !isLoopback(host)) throw unsafe('http:// sends the sign-in and the code unencrypted. Use https://.')
  const [user = '', secret] = at < 0 ? [] : splitOnce(authority.slice(0, at))
  const userName = decoded(user)
  const place = `${host}${port === undefined ? '' : `:${port}`}`
  if (scheme === 'ssh') {
    if (at >= 0 && !userPattern.test(userName)) throw unsafe('The user name in the address is none.')
    return { url: `ssh://${at < 0 ? '' : `${user}@`}${place}${path}`, target: `ssh://${place}`, host, credential: null }
  }
  // A name alone stays: it is no secret, and says as whom. A token in place of the name is one.
  const isSecret = secret !== undefined || /^(?:gh[a-z]_|github_pat_|glpat-|[A-Za-z0-9_-]{36,}$)/.test(userName)
  if (secret !== undefined && /[\r\n\0]/.test(decoded(secret))) throw unsafe('The password in the address has a line break.')
  const credential = !isSecret ? null : secret === undefined || secret === '' || secret === 'x-oauth-basic' ? { userName: 'x-access-token', secret: userName } : { userName, secret: decoded(secret) }
  return { url: `${scheme}://${isSecret || user === '' ? '' : `${user}@`}${place}${path}`, target: `${scheme}://${place}`, host, credential }
}

export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(host)
}

function splitOnce(text: string): [string, string?] {
  const colon = text.indexOf(':')
  return colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function unsafe(message: string): AppError {
  return new AppError('git/unsafe-url', message)
}
